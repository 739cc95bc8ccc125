import Application
import ArgumentParser
import Leads
import OrderedJSON

extension DestinationCommand {
    struct Kinds: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the kinds of systems, with their settings, secrets and defaults.")
        @Argument(help: "Only this kind, with all it can be set to.")
        var kind: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            guard let kind else {
                var list = ListOutput(options.output, columns: ["kind", "says"])
                for kind in DestinationKind.allCases { list.add(kind.json) }
                list.finish(empty: "")
                if options.output == .table { say("All that one can be set to: leadledger destination kinds KIND") }
                return
            }
            guard let found = DestinationKind(rawValue: kind) else {
                throw ValidationError(DestinationKind.unknown(kind))
            }
            if options.output == .json || options.output == .ndjson { return printJSON(found.json) }
            var settings = ListOutput(options.output, columns: ["key", "required", "default", "allowed", "says"])
            for setting in found.json["settings"]?.array ?? [] { settings.add(setting) }
            settings.finish(empty: "")
            guard options.output == .table else { return }
            for secret in found.json["secrets"]?.array ?? [] {
                let need = secret["required"]?.bool == true ? " (required)" : ""
                print("secret \(ListOutput.cell(secret["key"]))\(need): \(ListOutput.cell(secret["says"]))")
            }
            guard found.specification.isMapped else { return }
            print("map.FIELD=NAME sends FIELD to the field NAME; FIELD: \(ListOutput.cell(found.json["mapping"]))")
            print("constant.NAME=VALUE always sends VALUE; default.FIELD=VALUE stands in where a lead lacks FIELD")
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Finds out whether leads could be sent: credentials, permissions, schema. Writes nothing there.")
        @Argument var name: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(DestinationCheck(name))
            let steps = json["steps"]?.array ?? []
            if options.output == .json || options.output == .ndjson {
                printJSON(json)
            } else {
                for step in steps {
                    let (name, says) = (ListOutput.cell(step["name"]), ListOutput.cell(step["says"]))
                    if step["ok"]?.bool == true {
                        print("ok      \(name): \(says)")
                    } else {
                        print("NOT OK  \(name): \(ListOutput.cell(step["problem"]))")
                        print("        \(says)")
                    }
                }
            }
            if json["ok"]?.bool != true { throw ExitCode(6) }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a marked test lead and shows what came back.",
            discussion: "It is marked MSFT_TEST, always the same lead, and may be deleted there.")
        @OptionGroup var change: ChangeOptions
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(
                DestinationTest(change.name, reason: change.reason, isDryRun: change.dryRun))
            let outcome = json["outcome"]?.string
            if options.output == .json || options.output == .ndjson {
                printJSON(json)
            } else {
                print("sent: \(json["sent"]?.text ?? "")")
                if let outcome {
                    print("outcome: \(outcome) (\(ListOutput.cell(json["reason"])))")
                    if let id = json["remoteId"]?.string { print("the lead there: \(id)") }
                    print("answer: \(json["response"]?.text ?? "none")")
                }
            }
            let isGood = outcome.flatMap { Outcome(rawValue: $0) }?.isDelivered ?? change.dryRun
            if !isGood { throw ExitCode(1) }
        }
    }

    struct Backfill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a destination leads that its setting since left out.")
        @OptionGroup var change: ChangeOptions
        @Option(help: "Only leads whose latest action is not older; all without it.")
        var since: Instant?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let act = DeliveryReplay(
                .backfill, destination: change.name, since: since, reason: change.reason, isDryRun: change.dryRun)
            let json = try await options.home().perform(act)
            if printRecord(json, options.output) { return }
            let count = ListOutput.cell(json["count"])
            print("\(count) more \(change.dryRun ? "would be" : "are to be") sent to \(change.name).")
            if count == "0" { say("All leads since then are wanted there already, or left out for other reasons.") }
        }
    }
}

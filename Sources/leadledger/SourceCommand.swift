import Application
import ArgumentParser
import Leads
import OrderedJSON
import Reports
import Views

struct SourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Says where leads are pulled from, such as a table the marketplace writes to.",
        subcommands: [Add.self, List.self, Check.self, Pull.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a source, or sets an existing one anew.",
            discussion: """
                Kind azure-table takes --set account=NAME, table=NAME (marketplaceleads), offer=P.O for rows without \
                one, interval=5m, overlap=15m, endpoint=URL, timeout=60s, and one secret: account-key, sas or \
                connection-string. A service pulls it by itself; without one: leadledger source pull NAME.
                """)
        @Argument var name: String
        @Option(help: "The kind of source: azure-table.")
        var kind: String
        @Option(help: "A setting, key=value; any number of them.")
        var set: [String] = []
        @Option(help: "Where a secret is, key=env:NAME or key=file:PATH.")
        var secret: [String] = []
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let settings: SourceSettings
            do {
                settings = try SourceSettings(name: name, kind: kind, set: set, secret: secret)
            } catch {
                throw ValidationError("\(error)")
            }
            let json = try await options.home().perform(SourceAdd(settings, reason: reason))
            if printRecord(json, options.output) { return }
            let isNew = json["added"]?.bool == true
            print("Source \(name) was \(isNew ? "added" : "set anew"). Try it: leadledger source check \(name)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the sources and how far each was read.")
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            var list = ListOutput(options.output, columns: ["name", "kind", "cursor", "pulled", "recorded"])
            for source in SourceList(try await options.home().snapshot().views.sources).rows { list.add(source) }
            list.finish(empty: "There is no source. Add one: leadledger source add NAME --kind azure-table --set …")
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks the source for one row and says what is wrong, if anything. Records nothing.")
        @Argument var name: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().checkSource(name)
            let isGood = json["ok"]?.bool == true
            if !printRecord(json, options.output) {
                for passed in json["passed"]?.array ?? [] { print("ok: \(ListOutput.cell(passed))") }
                for note in json["notes"]?.array ?? [] { print("note: \(ListOutput.cell(note))") }
                if !isGood { print("NOT ok: \(ListOutput.cell(json["problem"])): \(ListOutput.cell(json["advice"]))") }
            }
            if !isGood { throw ExitCode(6) }
        }
    }

    struct Pull: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads what is new at a source, once.",
            discussion: "Rows that were recorded before add nothing; an interrupted pull is simply run again.")
        @Argument var name: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(SourcePull(name))
            if printRecord(json, options.output) { return }
            let keys = ["read", "recorded", "duplicates", "quarantined"]
            print(keys.map { "\($0) \(ListOutput.cell(json[$0]))" }.joined(separator: ", "))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a source; what was recorded from it stays.")
        @Argument var name: String
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(SourceRemove(name, reason: reason))
            if printRecord(json, options.output) { return }
            print("Source \(name) was removed.")
        }
    }
}

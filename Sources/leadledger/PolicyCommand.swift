import Application
import ArgumentParser
import Leads
import Ledger
import OrderedJSON
import Reports

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Shows which action means which stage.",
        discussion: """
            Policies of one's own are files in the home's folder policies: \
            {"name": "mine", "stages": {"interest": ["INS"], "trial": ["StartTestDrive"], "active": ["Create"]}}
            """,
        subcommands: [List.self, Show.self, Diff.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the policies.")
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let home = options.home()
            var list = ListOutput(options.output, columns: ["name", "interest", "trial", "active"])
            for policy in try Policies(home: home.files.home).all {
                guard case .object(let stages)? = policy.json["stages"] else { continue }
                list.add(
                    .object(
                        [
                            JSON.Member("name", .string(policy.name)),
                            JSON.Member("default", .bool(policy == home.policy)),
                        ] + stages))
            }
            list.finish(empty: "There is no policy.")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one policy, as a file of one's own would have it.")
        @Argument var policy: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            printJSON(try Policies.named(policy, home: options.home().files.home).json)
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the leads whose stage differs between two policies.")
        @Argument var from: String
        @Argument var to: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let home = options.home()
            let from = try Policies.named(from, home: home.files.home)
            let to = try Policies.named(to, home: home.files.home)
            var list = ListOutput(options.output, columns: ["customer", "offer", "from", "to", "lead"])
            var changed = 0
            let leads = try PolicyDifference(try await home.snapshot()).each(from, to) { row in
                changed += 1
                list.add(row)
            }
            list.finish(empty: "No lead would change its stage.")
            if options.output == .table { say("\(changed) of \(leads) leads change their stage.") }
        }
    }
}

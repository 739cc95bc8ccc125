import Application
import ArgumentParser
import OrderedJSON
import Reports
import Views

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes and ends keys to the API.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a key and shows it, this once.")

        @Option(help: "What it may do: ingest, read or admin (both).")
        var scope: Scope
        @Option(help: "What you call it; the scope by default.")
        var name: String?
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(KeyCreate(scope: scope, label: name, reason: reason))
            if printRecord(json, options.output) { return }
            print(ListOutput.cell(json["key"]))
            say("It is shown this once. Send it as the header \"Authorization: Bearer KEY\".")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the keys, without their secrets.")
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            var list = ListOutput(options.output, columns: ["name", "scope", "id", "created", "revoked"])
            for key in AccessList(try await options.home().snapshot().views.access).keys { list.add(key) }
            list.finish(empty: "There is no key. Make one: leadledger key create --scope read")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a key: requests that present it are refused from now on.")
        @Argument(help: "Its name or id.")
        var key: String
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(KeyRevoke(key, reason: reason))
            if printRecord(json, options.output) { return }
            print("Key \(ListOutput.cell(json["name"])) is ended.")
        }
    }
}

extension Scope: ExpressibleByArgument {}

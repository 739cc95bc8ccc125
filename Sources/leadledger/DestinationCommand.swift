import Application
import ArgumentParser
import Leads
import OrderedJSON
import Views

struct DestinationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destination", abstract: "Says where leads are sent.",
        subcommands: [
            Add.self, Kinds.self, List.self, Show.self, Check.self, Test.self, Pause.self, Resume.self, Backfill.self,
            Remove.self,
        ])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a destination, or sets an existing one anew.",
            discussion: """
                All leads are wanted there, also those recorded before; --set since=TIME leaves older ones out. \
                Secrets are named, never given: --secret signing-secret=env:NAME or file:PATH.
                """)

        @Argument var name: String
        @Option(help: "The kind of system; see: leadledger destination kinds.")
        var kind: String
        @Option(help: "A setting, key=value; any number of them.")
        var set: [String] = []
        @Option(help: "Where a secret is, key=env:NAME or key=file:PATH.")
        var secret: [String] = []
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            guard DestinationKind(rawValue: kind) != nil else { throw ValidationError(DestinationKind.unknown(kind)) }
            let settings: DestinationSettings
            do {
                settings = try DestinationSettings(name: name, kind: kind, set: set, secret: secret)
            } catch {
                throw ValidationError("\(error). See: leadledger destination kinds \(kind)")
            }
            let json = try await options.home().perform(DestinationAdd(settings, reason: reason))
            if options.output == .json || options.output == .ndjson { return printJSON(json) }
            let isNew = json["added"]?.bool == true
            print("Destination \(name) was \(isNew ? "added" : "set anew").")
            say("See whether it lets leadledger in: leadledger destination check \(name)")
            say("A service delivers by itself; without one: leadledger deliver --once")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the destinations.")
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            var list = ListOutput(
                options.output, columns: ["name", "kind", "state", "open", "held", "parked", "unknown", "reason"])
            for each in try await options.home().destinationOverview() { list.add(each.destination.json(each.counts)) }
            list.finish(empty: "There is no destination. Add one: leadledger destination add NAME --kind https --set …")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one destination and its settings.")
        @Argument var name: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let home = options.home()
            let json = try await home.destination(name).json(home.counts(of: name))
            if options.output == .json || options.output == .ndjson { return printJSON(json) }
            guard case .object(let members) = json else { return }
            for member in members { print("\(member.name): \(ListOutput.cell(member.value))") }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Holds a destination's leads; nothing is lost.")
        @OptionGroup var change: ChangeOptions
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let name = change.name
            let json = try await options.home().perform(
                DestinationHold(name, isPause: true, reason: change.reason, isDryRun: change.dryRun))
            if printRecord(json, options.output) { return }
            guard json["changed"]?.bool == true else { return print("Destination \(name) was paused already.") }
            let held = "\(ListOutput.cell(json["count"])) that wait \(change.dryRun ? "would be" : "are") held"
            print(change.dryRun ? "\(held)." : "Destination \(name) is paused; its leads are held: \(held).")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a paused destination go on.")
        @OptionGroup var change: ChangeOptions
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let name = change.name
            let json = try await options.home().perform(
                DestinationHold(name, isPause: false, reason: change.reason, isDryRun: change.dryRun))
            if printRecord(json, options.output) { return }
            guard json["changed"]?.bool == true else { return print("Destination \(name) was not paused.") }
            let held =
                "\(ListOutput.cell(json["count"])) that were held \(change.dryRun ? "would be" : "are to be") sent"
            print(change.dryRun ? "\(held)." : "Destination \(name) goes on; \(held).")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a destination; what was sent there stays in the audit.")
        @OptionGroup var change: ChangeOptions
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(
                DestinationRemove(change.name, reason: change.reason, isDryRun: change.dryRun))
            if printRecord(json, options.output) { return }
            let count = ListOutput.cell(json["count"])
            if change.dryRun { return print("\(count) that wait would not be sent.") }
            print("Destination \(change.name) was removed; \(count) that waited are not sent.")
        }
    }
}

/// What changes a destination takes.
struct ChangeOptions: ParsableArguments {
    @Argument var name: String
    @Option(help: "Why, for the audit.")
    var reason: String?
    @Flag(help: "Only counts.")
    var dryRun = false
}

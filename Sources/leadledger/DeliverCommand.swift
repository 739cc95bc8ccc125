import Application
import ArgumentParser
import Delivery
import Leads
import OrderedJSON

struct DeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Runs the delivery workers: brings every destination to the state of the leads.",
        discussion: "Ends with Ctrl-C, and with --once when nothing is due any more.")

    @Flag(help: "Ends when nothing is due.")
    var once = false
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let home = options.home()
        let counts = try await home.deliver(once: once)
        let outcomes = Outcome.allCases.compactMap { outcome in
            counts.outcomes[outcome].map { JSON.Member(outcome.rawValue, .number($0)) }
        }
        let paused = counts.paused.sorted { $0.key < $1.key }
        if options.output == .json || options.output == .ndjson {
            return printJSON([
                "attempts": .number(counts.attempts), "outcomes": .object(outcomes),
                "paused": .object(paused.map { JSON.Member($0.key, .string($0.value)) }),
            ])
        }
        let told = outcomes.map { "\(ListOutput.cell($0.value)) \($0.name)" }.joined(separator: ", ")
        print(outcomes.isEmpty ? "Nothing was due." : "\(counts.attempts) attempts: \(told).")
        for (name, reason) in paused {
            say("Destination \(name) is paused, its leads are held: \(reason).")
            say("Mend it, then: leadledger destination resume \(name)")
        }
    }
}

import Application
import ArgumentParser
import Delivery
import Leads
import OrderedJSON
import Reports
import Views

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
        let destinations = try await home.destinationOverview()
        let paused = destinations.filter { $0.destination.state == .paused }
        let parked = destinations.filter { $0.counts.parked > 0 }
        if options.output == .json || options.output == .ndjson {
            return printJSON([
                "attempts": .number(counts.attempts), "outcomes": .object(outcomes),
                "paused": .object(
                    paused.map { JSON.Member($0.destination.name, .string($0.destination.reason ?? "")) }),
                "held": .object(paused.map { JSON.Member($0.destination.name, .number($0.counts.held)) }),
                "parked": .object(parked.map { JSON.Member($0.destination.name, .number($0.counts.parked)) }),
            ])
        }
        let told = outcomes.map { "\(ListOutput.cell($0.value)) \($0.name)" }.joined(separator: ", ")
        print(outcomes.isEmpty ? "Nothing was due." : "\(counts.attempts) attempts: \(told).")
        for (destination, waiting) in paused {
            let (name, reason) = (destination.name, destination.reason ?? "no reason was given")
            say(
                "Destination \(name) is paused, \(waiting.held) held: \(reason). "
                    + "Mend it, then: leadledger destination resume \(name)")
        }
        for (destination, waiting) in parked {
            say(
                "\(waiting.parked) parked at \(destination.name): "
                    + "leadledger deliveries --state parked --destination \(destination.name)")
        }
    }
}

import Application
import ArgumentParser
import OrderedJSON
import Reports

struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "Lists what is to be brought to destinations, and how far that has come.")

    @Option(help: "Only those in this state: wanted, running, retry, parked, held, suppressed, delivered, unknown.")
    var state: String?
    @Option(help: "Only those of this destination.")
    var destination: String?
    @Option(help: "At most so many.")
    var limit: Int?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        guard let state, !DeliveryList.states.contains(state) else { return }
        throw ValidationError("--state takes \(DeliveryList.states.joined(separator: ", "))")
    }

    func run() async throws {
        let home = options.home()
        var list = ListOutput(
            options.output,
            columns: ["delivery", "destination", "lead", "state", "attempts", "nextAttemptAt", "reason"])
        let wanted = destination == nil ? nil : try await home.destination(destination ?? "")
        try DeliveryList(try await home.snapshot()).each(state: state, destination: wanted, limit: limit ?? .max) {
            list.add($0)
        }
        list.finish(empty: "There is no such delivery.")
    }
}

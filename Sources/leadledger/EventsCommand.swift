import Application
import ArgumentParser
import Leads
import Ledger
import OrderedJSON
import Reports

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Shows the ledger as CloudEvents, contact data included.")

    @Option(help: "The first event.")
    var from: Int64 = 1
    @Option(help: "The last event.")
    var to: Int64?
    @Option(help: "Only events of this type, such as ActionRecorded.")
    var type: EventType?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let reader = try LedgerReader(files: options.home().files)
        var list = ListOutput(options.output, columns: ["seq", "time", "type", "subject", "data"])
        try EventList(reader).each(from: from, to: to ?? .max, type: type) { event in
            list.add(event)
            return !Interruption.isRequested
        }
        list.finish(empty: "There is no such event.")
    }
}

extension EventType: ExpressibleByArgument {
    package init?(argument: String) {
        guard let type = EventType.allCases.first(where: { $0.name == argument }) else { return nil }
        self = type
    }

    package static var allValueStrings: [String] { allCases.map(\.name) }
}

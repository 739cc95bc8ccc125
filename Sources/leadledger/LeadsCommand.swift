import Application
import ArgumentParser
import Leads
import OrderedJSON
import Reports

struct LeadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leads", abstract: "Lists leads as they stand: one for each customer and offer.")

    @Option(help: "Only leads at this stage: interest, trial or active.")
    var stage: Stage?
    @Option(help: "Only leads of this offer.")
    var offer: String?
    @Option(help: "Only leads with this text in name, company, email or offer.")
    var search: String?
    @Flag(help: "Lists the test leads, which are otherwise left out.")
    var test = false
    @Option(help: "At most so many.")
    var limit: Int?
    @Option(help: "Where the list before ended.")
    var cursor: String?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let list = LeadList(try await options.home().snapshot())
        var filter = LeadList.Filter()
        filter.stage = stage
        filter.offer = offer.flatMap { Offer($0) }
        filter.search = search
        filter.tests = test
        filter.limit = limit
        if let cursor {
            guard let key = list.key(cursor: cursor) else { throw ValidationError("--cursor is none of this list") }
            filter.cursor = key
        }
        var output = ListOutput(
            options.output,
            columns: ["customer", "email", "name", "company", "offer", "stage", "contactable", "latest", "actions"])
        let next = try list.each(filter) { output.add($0) }
        output.finish(empty: "There is no such lead.")
        if let next { say("more: --cursor \(list.cursor(next))") }
    }
}

extension Stage: ExpressibleByArgument {
    package init?(argument: String) { self.init(name: argument) }

    package static var allValueStrings: [String] { allCases.map(\.description) }
}

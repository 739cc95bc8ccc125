import Application
import ArgumentParser
import Leads
import Ledger
import OrderedJSON
import Reports

struct FunnelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funnel", abstract: "Counts how far leads have come, from interest over trial to active.",
        discussion: """
            Mode reached counts a lead at every stage up to its furthest. Mode ordered counts steps one after the \
            other, all within the window that the first action of step 1 opens.
            """)

    @Option(help: "Which action means which stage (see: leadledger policy list).")
    var policy = "2018-09"
    @Option var mode: FunnelQuery.Mode = .reached
    @Option(help: "What is counted: lead or customer.")
    var unit: FunnelQuery.Unit = .lead
    @Option(help: "How long a lead may take, such as 90d or 12h.")
    var window: Span = 90 * .day
    @Option(help: "Only leads whose first counted action is at or after this time ...")
    var since: Instant?
    @Option(help: "... and before this time.")
    var until: Instant?
    @Option(help: "Groups: offer, publisher, source, country, day, week, month; several with commas.")
    var by: String?
    @Option(help: "As the ledger knew at this time.")
    var asOf: Instant?
    @OptionGroup var options: GlobalOptions

    func validate() throws { _ = try dimensions() }

    func run() async throws {
        let home = options.home()
        let query = FunnelQuery(
            policy: try Policies.named(policy, home: home.files.home), mode: mode, unit: unit, window: window,
            since: since, until: until, asOf: asOf, by: try dimensions(), now: home.clock())
        let report = try (try await home.snapshot()).funnel(query)
        switch options.output {
        case .json, .ndjson: printJSON(report.json)
        case .csv: print(report.csv, terminator: "")
        case .table: print(report.table, terminator: "")
        }
    }

    private func dimensions() throws -> [FunnelQuery.Dimension] {
        try (by?.split(separator: ",") ?? []).map { name in
            guard let dimension = FunnelQuery.Dimension(rawValue: name.lowercased()) else {
                let known = FunnelQuery.Dimension.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--by takes \(known)")
            }
            return dimension
        }
    }
}

extension FunnelQuery.Mode: ExpressibleByArgument {}
extension FunnelQuery.Unit: ExpressibleByArgument {}

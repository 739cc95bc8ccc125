import Application
import ArgumentParser
import Intake
import Leads
import OrderedJSON
import Reports

struct LeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lead", abstract: "Shows all that is known of one customer: leads, what happened, what was sent.")

    @Argument(help: "The customer's email, or the id that lists show (cus_…).")
    var customer: String
    @Option(help: "As the ledger knew at this time.")
    var asOf: Instant?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if options.output == .csv { throw ValidationError("a customer does not fit into CSV: use -o json or ndjson") }
    }

    func run() async throws {
        let snapshot = try await options.home().snapshot()
        guard let subject = try snapshot.subject(customer, rules: .system),
            let report = try LeadReport(snapshot, subject: subject, asOf: asOf).json()
        else {
            throw ActFailure(
                "the ledger knows no such customer" + (asOf == nil ? "" : " as of that time")
                    + ". Find one with: leadledger leads --search TEXT")
        }
        if options.output == .json || options.output == .ndjson { return printJSON(report) }
        show(report)
    }

    private func show(_ report: JSON) {
        let cell = { ListOutput.cell(report[$0]) }
        print("customer     \(cell("customer"))")
        print("contactable  \(cell("contactable"))")
        for member in report["contact"].flatMap(Self.members) ?? [] where member.value != .null {
            print(member.name.padding(to: 13) + TextTable.printable(ListOutput.cell(member.value)))
        }
        section("Leads", report["leads"], ["offer", "stage", "contactable", "actions"])
        section(
            "Timeline", report["timeline"],
            [
                "seq", "at", "type", "offer", "source", "action", "repeat", "destination", "outcome", "status",
                "release", "reason",
            ])
        section(
            "Deliveries", report["deliveries"],
            ["delivery", "offer", "destination", "state", "attempts", "nextAttemptAt", "reason"])
    }

    private func section(_ title: String, _ rows: JSON?, _ columns: [String]) {
        print("\n\(title)")
        var output = ListOutput(.table, columns: columns)
        for row in rows?.array ?? [] { output.add(row) }
        output.finish(empty: "none")
    }

    private static func members(_ json: JSON) -> [JSON.Member]? {
        guard case .object(let members) = json else { return nil }
        return members
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

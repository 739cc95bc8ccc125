import Application
import ArgumentParser
import Intake
import Leads
import OrderedJSON
import Reports

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Lists every attempt to deliver: when, where, what, and what came back.")

    @Argument(help: "Only this customer: an email, or an id (cus_…).")
    var customer: String?
    @Option(help: "Only this destination.")
    var destination: String?
    @Option(help: "Only attempts at or after this time ...")
    var since: Instant?
    @Option(help: "... and before this time.")
    var until: Instant?
    @Option(help: "Only attempts that ended so, such as delivered, retry or rejected.")
    var outcome: Outcome?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let snapshot = try await options.home().snapshot()
        var filter = AuditList.Filter()
        if let customer {
            guard let subject = try snapshot.subject(customer, rules: .system) else {
                throw ActFailure(
                    "the ledger knows no such customer. Find one with: leadledger leads --search TEXT")
            }
            filter.subject = subject
        }
        filter.destination = destination
        filter.since = since
        filter.until = until
        filter.outcome = outcome
        var list = ListOutput(
            options.output,
            columns: [
                "at", "destination", "kind", "delivery", "attempt", "customer", "offer", "outcome", "status", "reason",
                "adjusted",
            ])
        try AuditList(snapshot).each(filter) { list.add($0) }
        list.finish(empty: "Nothing was sent.")
    }
}

extension Outcome: ExpressibleByArgument {}

import Application
import ArgumentParser
import Intake
import Leads
import Ledger
import OrderedJSON
import Reports

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Appends one action of a customer.",
        discussion: """
            The same --id again answers with the first event and appends nothing. Without --id, the same action again \
            within 15 minutes is taken for the same.
            """)

    @Option(help: "Where it happened: AzureMarketplace, AzurePortal, TestDrive, SPZA, or any other text.")
    var source: String
    @Option(help: "What the customer did: INS, PLT, DNC, Create, StartTestDrive, or any other code.")
    var action: String
    @Option(help: "The offer, as publisher.offer.")
    var offer: String
    @Option var email: String?
    @Option var firstName: String?
    @Option var lastName: String?
    @Option var phone: String?
    @Option var country: String?
    @Option var company: String?
    @Option var title: String?
    @Option var description: String?
    @Option(help: "When it happened, as RFC 3339; now by default.")
    var at: Instant?
    @Option(help: "What makes it the same event when it comes again.")
    var id: String?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        for (name, value) in [("--source", source), ("--action", action), ("--offer", offer)]
        where value.allSatisfy(\.isWhitespace) {
            throw ValidationError("\(name) must not be empty")
        }
        try Self.refuseOverlong([
            ("--source", source), ("--action", action), ("--offer", offer), ("--country", country),
        ])
    }

    /// What an action is filed under has a limit of its own; see `IntakeLimits.term`.
    static func refuseOverlong(_ terms: [(name: String, value: String?)]) throws {
        for (name, value) in terms where !IntakeLimits.allowsTerm(value) {
            throw ValidationError("\(name) is longer than \(IntakeLimits.term) bytes")
        }
    }

    func run() async throws {
        let recorded = MarketplaceAction(
            id: id, source: Source(source), action: Action(action), offer: Offer(offer), occurredAt: at,
            contact: Contact(
                email: email, firstName: firstName, lastName: lastName, phone: phone, country: country,
                company: company, title: title),
            description: description)
        let home = options.home()
        let (answer, ledger) = try await home.write { writer in
            (try await writer.append(home.event(recorded, actor: "record")), writer.id)
        }
        guard let receipt = answer.receipt else {
            guard case .conflict(let seq) = answer else { return }
            throw ValidationFailure(
                "an event with this id was recorded before with other content (seq \(seq)); nothing was appended. "
                    + "Use another --id, or look at it: leadledger events --from \(seq) --to \(seq)")
        }
        let terms = try LedgerReader(files: home.files).allTerms()
        let ids = PublicID(ledger: ledger)
        let offerNumber = terms.number(Offer(offer)?.text ?? "") ?? 0
        let isDuplicate = if case .duplicate = answer { true } else { false }
        let json: JSON = [
            "seq": .number(receipt.seq), "id": .string(receipt.id.description),
            "customer": .string(ids.text(.customer, receipt.subject)),
            "lead": .string(ids.text(.lead, receipt.subject << 32 | offerNumber)), "duplicate": .bool(isDuplicate),
        ]
        if printRecord(json, options.output) { return }
        print(
            isDuplicate
                ? "It was recorded before, as event \(receipt.seq); nothing was appended."
                : "Recorded as event \(receipt.seq), customer \(ids.text(.customer, receipt.subject)).")
    }
}

/// What a command cannot do with what it was given.
struct ValidationFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

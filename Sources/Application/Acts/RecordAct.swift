internal import Intake
internal import Leads
internal import Ledger
package import OrderedJSON

/// Appends one action of a customer.
package struct RecordAct: Act {
    package static let name = "record"

    package var id: String?
    package var source: String
    package var action: String
    package var offer: String
    /// RFC 3339.
    package var at: String?
    package var email: String?
    package var firstName: String?
    package var lastName: String?
    package var phone: String?
    package var country: String?
    package var company: String?
    package var title: String?
    package var description: String?

    package init(source: String, action: String, offer: String) {
        self.source = source
        self.action = action
        self.offer = offer
    }

    private var recorded: MarketplaceAction {
        MarketplaceAction(
            id: id, source: Source(source), action: Action(action), offer: Offer(offer),
            occurredAt: at.flatMap { Instant($0) },
            contact: Contact(
                email: email, firstName: firstName, lastName: lastName, phone: phone, country: country,
                company: company, title: title),
            description: description)
    }

    package var takesTurns: Bool { false }

    package func perform(on home: OpenHome) async throws -> JSON {
        let action = recorded
        let identity: Identity =
            action.id.map { .id(scope: "", $0) } ?? .window(scope: "record", Home.duplicateWindow)
        let answer = try await home.writer.append(
            action.asEvent(identity: identity, actor: "record", rules: .system, body: nil))
        guard let receipt = answer.receipt else {
            guard case .conflict(let seq) = answer else { return .null }
            throw ActFailure(
                "an event with this id was recorded before with other content (seq \(seq)); nothing was appended. "
                    + "Use another --id, or look at it: leadledger events --from \(seq) --to \(seq)")
        }
        let terms = try LedgerReader(files: home.home.files).allTerms()
        let ids = PublicID(ledger: home.writer.id)
        let number = terms.number(Offer(offer)?.text ?? "") ?? 0
        let isDuplicate = if case .duplicate = answer { true } else { false }
        return [
            "seq": .number(receipt.seq), "id": .string(receipt.id.description),
            "customer": .string(ids.text(.customer, receipt.subject)),
            "lead": .string(ids.text(.lead, receipt.subject << 32 | number)), "duplicate": .bool(isDuplicate),
        ]
    }
}

internal import Destinations
internal import Leads
internal import Ledger
internal import Views

/// Makes what is sent out of a claim: unseals the lead's latest action and the customer's contact.
///
/// An actor, because a ledger reader has one owner and workers of all destinations ask here.
actor OutgoingBuilder {
    private let reader: LedgerReader
    private let details: LeadDetails
    private let ids: PublicID
    private let ledgerName: String
    private let stages: StageTable

    init(files: LedgerFiles, policy: Policy) throws {
        reader = try LedgerReader(files: files)
        details = LeadDetails(reader)
        ids = PublicID(ledger: reader.id)
        ledgerName = EventID(uuidBytes: reader.id)?.description ?? ""
        let terms = try reader.allTerms()
        stages = StageTable(policy) { terms.number($0) }
    }

    /// At a destination that takes every action, that action as it came; else the lead as it stands: its latest action,
    /// and the newest value of each contact field.
    /// `nil` when the customer's data was erased.
    func outgoing(_ claim: Claim) throws -> Outgoing? {
        let seq = claim.action == 0 ? claim.lead.latest.seq : claim.action
        guard try !reader.isErased(subject: claim.row.lead >> 32) else { return nil }
        guard var action = try details.action(seq) else {
            throw ViewsError.damaged("views.db", "a delivery is about event \(seq), which is no action")
        }
        if claim.action == 0 { action.contact = try details.contact(of: claim.customer) }
        return Outgoing(
            delivery: ids.text(.delivery, claim.row.key), version: claim.row.delivery.wanted,
            lead: ids.text(.lead, claim.row.lead), customer: ids.text(.customer, claim.row.lead >> 32),
            attempt: Int(claim.row.delivery.attempts) + 1, action: action, stage: claim.lead.stage(stages),
            isContactable: !claim.lead.isForbidden, occurredAt: action.occurredAt ?? Instant(micros: 0),
            ledger: ledgerName)
    }

    /// The text of a lead's offer.
    func offer(_ row: DeliveryRow) throws -> String { try reader.text(row.lead & 0xffff_ffff) }
}

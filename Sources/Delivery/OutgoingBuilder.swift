internal import Destinations
internal import Leads
internal import Ledger
internal import Views

/// Makes what is sent out of claims: unseals each lead's latest action and the customer's contact, and puts it into the
/// destination's words.
///
/// An actor with a ledger reader of its own, so that the workers of several destinations unseal side by side.
actor OutgoingBuilder {
    private let adapter: any Adapter
    private let reader: LedgerReader
    private let details: LeadDetails
    private let ids: PublicID
    private let ledgerName: String
    private let stages: StageTable

    init(_ adapter: any Adapter, files: LedgerFiles, policy: Policy) throws {
        self.adapter = adapter
        reader = try LedgerReader(files: files)
        details = LeadDetails(reader)
        ids = PublicID(ledger: reader.id)
        ledgerName = EventID(uuidBytes: reader.id)?.description ?? ""
        let terms = try reader.allTerms()
        stages = StageTable(policy) { terms.number($0) }
    }

    func ready(_ claims: [Claim]) throws -> [Ready] {
        try claims.map { claim in
            Ready(
                claim: claim, offer: try reader.text(claim.row.lead & 0xffff_ffff),
                prepared: try outgoing(claim).map { adapter.prepare($0) })
        }
    }

    /// At a destination that takes every action, that action as it came; else the lead as it stands: its latest action,
    /// and the newest value of each contact field.
    /// `nil` when the customer's data was erased.
    private func outgoing(_ claim: Claim) throws -> Outgoing? {
        let seq = claim.action == 0 ? claim.lead.latest.seq : claim.action
        guard try !reader.isErased(subject: claim.row.lead >> 32) else { return nil }
        guard var action = try details.action(seq) else {
            throw ViewsError.damaged("views.db", "a delivery is about event \(seq), which is no action")
        }
        if claim.action == 0 {
            action.contact = try details.contact(of: claim.customer, known: (seq, action.contact))
        }
        return Outgoing(
            delivery: ids.text(.delivery, claim.row.key), version: claim.row.delivery.wanted,
            lead: ids.text(.lead, claim.row.lead), customer: ids.text(.customer, claim.row.lead >> 32),
            attempt: Int(claim.row.delivery.attempts) + 1, action: action, stage: claim.lead.stage(stages),
            isContactable: !claim.lead.isForbidden, occurredAt: action.occurredAt ?? Instant(micros: 0),
            isKnown: claim.row.delivery.delivered > 0, ledger: ledgerName)
    }
}

/// A claim, and what will be told of its lead. A class, for it is large and handed on many times.
final class Ready: Sendable {
    let claim: Claim
    /// The text of the lead's offer.
    let offer: String
    /// `nil` when the customer's data was erased.
    let prepared: Prepared?

    init(claim: Claim, offer: String, prepared: Prepared?) {
        self.claim = claim
        self.offer = offer
        self.prepared = prepared
    }

    /// What it came to without a request; `nil` when one is needed.
    var settled: SentAttempt? {
        guard let prepared else {
            // Nothing is left to send, and no key to seal an exchange with.
            return SentAttempt(outcome: .rejected, reason: "the customer's data was erased")
        }
        if let refusal = prepared.refusal { return SentAttempt(outcome: .rejected, reason: refusal) }
        let known = claim.row.delivery
        guard known.delivered > 0, known.digest == prepared.digest else { return nil }
        return SentAttempt(outcome: .alreadyDelivered, reason: "nothing changed")
    }
}

package import Leads

/// One version of one lead on its way to one destination: all that the body of a request is made from.
package struct Outgoing: Hashable, Sendable {
    /// The delivery, `dlv_…`.
    package var delivery: String
    /// The `seq` of the event that made this version of the lead.
    package var version: Int64
    /// `lead_…`
    package var lead: String
    /// `cus_…`
    package var customer: String
    /// 1 for the first.
    package var attempt: Int
    /// The action to show: the lead's latest, with all that is known of the customer.
    package var action: MarketplaceAction
    package var stage: Stage?
    package var isContactable: Bool
    package var occurredAt: Instant
    /// The id of the ledger.
    package var ledger: String

    package init(
        delivery: String, version: Int64, lead: String, customer: String, attempt: Int, action: MarketplaceAction,
        stage: Stage?, isContactable: Bool, occurredAt: Instant, ledger: String
    ) {
        self.delivery = delivery
        self.version = version
        self.lead = lead
        self.customer = customer
        self.attempt = attempt
        self.action = action
        self.stage = stage
        self.isContactable = isContactable
        self.occurredAt = occurredAt
        self.ledger = ledger
    }
}

/// How one attempt went, for the ledger.
package struct SentAttempt: Sendable {
    package var outcome: Outcome
    /// The HTTP status, where there was an answer.
    package var status: Int?
    /// What the destination calls the lead.
    package var remoteID: String?
    /// A few words for people. No contact data, no secret, nothing the destination said.
    package var reason: String
    /// How long the destination asks to be left alone.
    package var retryAfter: Span?
    /// SHA-256 of the body as sent.
    package var sha256: [UInt8]
    /// What was said both ways, as JSON. It has contact data: to be sealed, never logged.
    package var exchange: [UInt8]

    package init(
        outcome: Outcome, status: Int?, remoteID: String?, reason: String, retryAfter: Span?, sha256: [UInt8],
        exchange: [UInt8]
    ) {
        self.outcome = outcome
        self.status = status
        self.remoteID = remoteID
        self.reason = reason
        self.retryAfter = retryAfter
        self.sha256 = sha256
        self.exchange = exchange
    }
}

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
    /// Whether this destination has taken an earlier version of this lead.
    package var isKnown: Bool
    /// The id of the ledger.
    package var ledger: String

    package init(
        delivery: String, version: Int64, lead: String, customer: String, attempt: Int, action: MarketplaceAction,
        stage: Stage?, isContactable: Bool, occurredAt: Instant, isKnown: Bool = false, ledger: String
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
        self.isKnown = isKnown
        self.ledger = ledger
    }
}

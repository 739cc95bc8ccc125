/// How one attempt to deliver a lead ended. The names are stored and shown: add, never rename.
///
/// A destination kind has one table that maps what its system answered to one of these; everything after it (when to
/// try again, whether to go on with the destination) follows from the outcome alone.
package enum Outcome: String, CaseIterable, Sendable {
    /// The destination took the lead.
    case delivered
    /// The destination already had exactly this.
    case alreadyDelivered
    /// A fault that passes by itself: try again on the schedule. Nothing was written at the destination.
    case retry
    /// The destination asks for a slower pace. Costs no attempt and never parks a lead.
    case throttled
    /// The access token is no longer good: get another and try again, once; a second time it is `config`.
    case authRefresh
    /// The destination itself is set up wrongly (address, permission, schema): pause it, hold its leads, lose nothing.
    case config
    /// This lead is not acceptable as it is: park it until it or the mapping changes, go on with the others.
    case rejected
    /// The request went out and no answer came: it may have been applied. Sent again only where the write is keyed.
    case ambiguous

    /// Whether the destination now has what was sent.
    package var isDelivered: Bool { self == .delivered || self == .alreadyDelivered }

    /// Whether the attempt counts towards the end of the schedule.
    package var costsAttempt: Bool { self != .throttled && self != .authRefresh }

    /// Whether it tells that the destination is not well, rather than anything about the lead.
    package var isFailure: Bool { self == .retry || self == .ambiguous }
}

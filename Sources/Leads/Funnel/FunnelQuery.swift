/// What a funnel report is asked for.
package struct FunnelQuery: Hashable, Sendable {
    /// How steps are counted.
    package enum Mode: String, CaseIterable, Sendable {
        /// A lead has reached a stage when its furthest stage is that one or a higher one.
        case reached
        /// Stages count one after the other, all within the window that the first action of step 1 opens.
        case ordered
    }

    /// What is counted.
    package enum Unit: String, CaseIterable, Sendable {
        /// A customer and an offer.
        case lead
        /// A customer over all offers.
        case customer
    }

    /// What groups are made by. The value is that of the entry; days, weeks and months are UTC.
    package enum Dimension: String, CaseIterable, Sendable {
        case offer, publisher, source, country, day, week, month
    }

    package var policy: Policy
    package var mode: Mode
    package var unit: Unit
    /// How long a lead may take, its end inside. It bounds mode `ordered` and decides in both modes what is mature.
    package var window: Span
    /// Selects leads by their entry, and events in the accounting by their own time: at or after `since` ...
    package var since: Instant?
    /// ... and before `until`.
    package var until: Instant?
    /// Answers as the ledger knew then: events recorded later do not exist.
    package var asOf: Instant?
    /// Each dimension at most once, in the order groups are sorted by.
    package let by: [Dimension]
    package var now: Instant

    package init(
        policy: Policy = .september2018, mode: Mode = .reached, unit: Unit = .lead, window: Span = 90 * .day,
        since: Instant? = nil, until: Instant? = nil, asOf: Instant? = nil, by: [Dimension] = [], now: Instant
    ) {
        self.policy = policy
        self.mode = mode
        self.unit = unit
        self.window = window
        self.since = since
        self.until = until
        self.asOf = asOf
        self.by = by.reduce(into: []) { kept, dimension in
            if !kept.contains(dimension) { kept.append(dimension) }
        }
        self.now = now
    }

    /// Whether a lead that entered at `instant`, or an event of that time, is in the period asked for.
    package func selects(_ instant: Instant) -> Bool {
        (since.map { $0 <= instant } ?? true) && (until.map { instant < $0 } ?? true)
    }
}

/// When a lead is tried again after failures: 11 attempts over about three days.
///
/// Before the attempts stand 0, 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 24 h and 24 h, each ±20 %, so that
/// leads that failed together do not come back together. After the last the lead is parked with reason `exhausted`.
package enum RetrySchedule {
    package static let delays: [Span] = [
        0 * .second, 5 * .second, 30 * .second, 2 * .minute, 10 * .minute, 30 * .minute, 2 * .hour, 5 * .hour,
        10 * .hour, 24 * .hour, 24 * .hour,
    ]

    /// How long a throttled destination that names no time is left alone.
    package static let throttleDelay = 30 * Span.second

    /// The wait before the next attempt after `failures` of them; `nil` when the schedule is used up.
    /// - Parameter jitter: in 0..<1, where 0 is 20 % less, 0.5 exactly the schedule and 1 would be 20 % more.
    package static func delay(afterFailures failures: Int, jitter: Double) -> Span? {
        guard delays.indices.contains(failures) else { return nil }
        return Span(micros: Int64(Double(delays[failures].micros) * (0.8 + 0.4 * jitter)))
    }

    /// The wait after an attempt that ended with `outcome`; `nil` where no time makes it better or the schedule is used
    /// up.
    ///
    /// A wait that the destination named is obeyed to the letter. Naming none at all by 0 s leaves the schedule in
    /// force, or eleven attempts would be gone within a moment.
    /// - Parameter failures: how many attempts that count have failed so far, this one included.
    package static func delay(
        after outcome: Outcome, failures: Int, retryAfter: Span?, jitter: Double
    ) -> Span? {
        switch outcome {
        case .throttled:
            return retryAfter ?? throttleDelay
        case .retry, .ambiguous:
            guard let scheduled = delay(afterFailures: failures, jitter: jitter) else { return nil }
            guard let retryAfter, retryAfter > 0 * .second else { return scheduled }
            return retryAfter
        case .authRefresh:
            return 0 * .second
        case .delivered, .alreadyDelivered, .config, .rejected:
            return nil
        }
    }
}

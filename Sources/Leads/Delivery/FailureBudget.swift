/// How long a destination may fail before it is paused, and when people are told on the way there.
package enum FailureBudget {
    /// After so long of nothing but failure a destination is paused and its leads are held.
    package static let span = 5 * Span.day
    /// When people are told, in percent of `span`; at the last the destination is paused.
    package static let levels: [Int64] = [50, 70, 90, 100]

    /// The highest level reached at `now`; `nil` below the first.
    package static func level(failingSince since: Instant, now: Instant) -> Int64? {
        levels.last { (now - since).micros >= span.micros / 100 * $0 }
    }
}

package import Leads

/// How fast a destination may be sent to: a token bucket that slows down when told to and recovers by itself.
///
/// The bucket holds one second's worth, at least one request. Each 429 halves the rate, down to 0.1 a second; every
/// minute gives back a tenth of the setting.
package struct Pace: Sendable {
    /// Requests a second at most.
    package let limit: Double
    /// Requests a second now.
    package private(set) var rate: Double
    private var tokens: Double
    private var updatedAt: Instant

    private static let floor = 0.1

    /// - Parameter limit: requests a second, above 0.
    package init(limit: Double, now: Instant) {
        precondition(limit > 0, "a pace of nothing would never send")
        self.limit = limit
        rate = limit
        tokens = max(1, limit)
        updatedAt = now
    }

    /// Takes leave for one request: `nil` when it may go now, else how long to wait before asking again.
    package mutating func take(now: Instant) -> Span? {
        refill(now)
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return Span(micros: Int64(((1 - tokens) / rate * 1_000_000).rounded(.up)))
    }

    /// Slows down after a 429, and lets go of what was saved up.
    package mutating func slowDown(now: Instant) {
        refill(now)
        rate = max(rate / 2, min(Self.floor, limit))
        tokens = min(tokens, 1)
    }

    private mutating func refill(_ now: Instant) {
        // A clock that was set back gives nothing and takes nothing.
        let seconds = max(0, (now - updatedAt).seconds)
        updatedAt = now
        tokens = min(max(1, rate), tokens + seconds * rate)
        rate = min(limit, rate + limit * 0.1 * seconds / 60)
    }
}

internal import Leads

/// A limit on the calls in a span that rolls with the clock.
struct RollingLimit: Sendable {
    let calls: Int
    let span: Span
    /// When the calls were made that still count, oldest first.
    private var times: [Instant] = []

    init(calls: Int, span: Span) {
        self.calls = calls
        self.span = span
    }

    /// Counts a call; `false` when it is one too many, which then does not count.
    mutating func admit(_ now: Instant) -> Bool {
        times.removeAll { now - $0 >= span }
        guard times.count < calls else { return false }
        times.append(now)
        return true
    }

    /// Calls that may still be made.
    var remaining: Int { calls - times.count }
}

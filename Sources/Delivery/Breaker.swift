package import Leads

/// Stops knocking at a destination that fails, and tries one request now and then until it is well again.
///
/// States and what moves between them:
///
///     closed ── ≥ 70 % of ≥ 10 requests of the last 5 minutes failed ──► open
///     open ── 30 s are over, then 1 min, 2 min … 15 min ──► probing (one request)
///     probing ── it failed ──► open, twice as long        probing ── it got through ──► closed
///
/// A failure is a request that the destination did not take for a reason that may pass. One that refuses a lead, or
/// asks for a slower pace, is well.
package struct Breaker: Sendable {
    package static let window = 5 * Span.minute
    package static let fewest = 10
    package static let share = 0.7
    package static let firstRest = 30 * Span.second
    package static let longestRest = 15 * Span.minute

    private enum State: Sendable {
        case closed
        case open(since: Instant, rest: Span)
        /// One request is on its way; when it went out.
        case probing(since: Instant, rest: Span)
    }

    package enum Permission: Hashable, Sendable {
        case go
        /// One request may go, with a single lead.
        case probe
        /// How long to wait before asking again.
        case wait(Span)
    }

    private var state = State.closed
    /// Requests and failures of each 10 s of the window, oldest first.
    private var buckets: [Bucket] = []

    private struct Bucket: Sendable {
        let start: Int64
        var requests = 0
        var failures = 0
    }

    private static let bucketSpan = 10 * Span.second

    package init() {}

    package var isOpen: Bool { if case .closed = state { false } else { true } }

    /// How long nothing may go from `now` on; 0 when something may.
    package func rest(now: Instant) -> Span {
        switch state {
        case .closed: return 0 * .second
        case .probing(_, let rest): return rest
        case .open(let since, let rest):
            let waited = now - since
            // A clock that was set back must not prolong the rest.
            return waited < rest && waited.micros >= 0 ? rest - waited : 0 * .second
        }
    }

    /// Whether nothing may go at `now`. Changes nothing.
    package func isResting(now: Instant) -> Bool { rest(now: now) > 0 * .second }

    /// Whether a request may go at `now`. After `.probe` nothing else may until that request's result was recorded.
    package mutating func permit(now: Instant) -> Permission {
        guard case .open(_, let last) = state else {
            if case .probing(_, let rest) = state { return .wait(rest) }
            return .go
        }
        let rest = rest(now: now)
        guard rest == 0 * .second else { return .wait(rest) }
        state = .probing(since: now, rest: last)
        return .probe
    }

    /// Takes in how a request that was permitted ended.
    package mutating func record(isFailure: Bool, now: Instant) {
        if case .probing(_, let rest) = state {
            if isFailure {
                state = .open(since: now, rest: min(2 * rest, Self.longestRest))
            } else {
                state = .closed
                buckets = []
            }
            return
        }
        let start = now.micros / Self.bucketSpan.micros
        if buckets.last?.start != start { buckets.append(Bucket(start: start)) }
        buckets[buckets.count - 1].requests += 1
        buckets[buckets.count - 1].failures += isFailure ? 1 : 0
        let first = start - Self.window.micros / Self.bucketSpan.micros
        buckets.removeAll { $0.start <= first || $0.start > start }
        guard case .closed = state else { return }
        let requests = buckets.reduce(0) { $0 + $1.requests }
        let failures = buckets.reduce(0) { $0 + $1.failures }
        if requests >= Self.fewest, Double(failures) >= Self.share * Double(requests) {
            state = .open(since: now, rest: Self.firstRest)
        }
    }

    /// The probe was given back unsent.
    package mutating func abandon() {
        if case .probing(let since, let rest) = state { state = .open(since: since - rest, rest: rest) }
    }
}

import Delivery
import Leads
import Testing

struct BreakerTests {
    private let start = Instant("2026-01-02T03:04:05Z")!

    /// A breaker that took `failures` and then `successes`, a second apart, and the time after.
    private func breaker(failures: Int, successes: Int = 0) -> (Breaker, Instant) {
        var breaker = Breaker()
        var now = start
        for number in 0..<failures + successes {
            #expect(breaker.permit(now: now) == .go)
            breaker.record(isFailure: number >= successes, now: now)
            now = now + .second
        }
        return (breaker, now)
    }

    @Test func `nine failures are too few to say anything, ten are enough`() {
        #expect(!breaker(failures: 9).0.isOpen)
        #expect(breaker(failures: 10).0.isOpen)
    }

    @Test func `seven of ten open it, six do not`() {
        #expect(!breaker(failures: 6, successes: 4).0.isOpen)
        #expect(breaker(failures: 7, successes: 3).0.isOpen)
    }

    @Test func `what is older than five minutes no longer counts`() {
        var (breaker, now) = breaker(failures: 9)
        now = now + 6 * .minute
        breaker.record(isFailure: true, now: now)
        #expect(!breaker.isOpen)
    }

    @Test func `one probe goes after 30 seconds, and each that fails doubles the wait up to 15 minutes`() {
        var (breaker, now) = breaker(failures: 10)
        now = now - .second
        for seconds: Int64 in [30, 60, 120, 240, 480, 900, 900] {
            #expect(breaker.permit(now: now + (seconds - 1) * .second) == .wait(.second))
            #expect(breaker.isResting(now: now + (seconds - 1) * .second))
            now = now + seconds * .second
            #expect(!breaker.isResting(now: now))
            #expect(breaker.permit(now: now) == .probe)
            guard case .wait = breaker.permit(now: now) else { return #expect(Bool(false), "two probes at once") }
            breaker.record(isFailure: true, now: now)
        }
    }

    @Test func `a probe that gets through closes it, and what failed before is forgotten`() {
        var (breaker, now) = breaker(failures: 10)
        now = now + 30 * .second
        #expect(breaker.permit(now: now) == .probe)
        breaker.record(isFailure: false, now: now)
        #expect(!breaker.isOpen && breaker.permit(now: now) == .go)
        for _ in 0..<9 { breaker.record(isFailure: true, now: now) }
        #expect(!breaker.isOpen)
    }

    @Test func `a probe that was given back leaves the next one its turn`() {
        var (breaker, now) = breaker(failures: 10)
        now = now + 30 * .second
        #expect(breaker.permit(now: now) == .probe)
        breaker.abandon()
        #expect(breaker.permit(now: now) == .probe)
    }

    @Test func `a clock that is set back does not prolong the rest`() {
        var (breaker, now) = breaker(failures: 10)
        now = now - .day
        #expect(!breaker.isResting(now: now))
        #expect(breaker.permit(now: now) == .probe)
    }
}

import Delivery
import Leads
import Testing

struct PaceTests {
    private let start = Instant("2026-01-02T03:04:05Z")!

    /// Requests that go within `seconds`, asking as often as told to.
    private func sent(_ pace: inout Pace, from start: Instant, seconds: Int64) -> Int {
        var now = start
        var count = 0
        while now < start + seconds * .second {
            if let wait = pace.take(now: now) {
                #expect(wait > 0 * .second)
                now = now + wait
            } else {
                count += 1
            }
        }
        return count
    }

    @Test func `one second's worth goes at once, then the rate holds`() {
        var pace = Pace(limit: 5, now: start)
        #expect((0..<5).allSatisfy { _ in pace.take(now: start) == nil })
        #expect(pace.take(now: start) == Span(micros: 200_000))
        #expect((49...51).contains(sent(&pace, from: start, seconds: 10)))
    }

    @Test func `a pace below one a second still lets the first request go`() {
        var pace = Pace(limit: 0.5, now: start)
        #expect(pace.take(now: start) == nil)
        #expect(pace.take(now: start) == 2 * .second)
        #expect(pace.take(now: start + 2 * .second) == nil)
    }

    @Test func `each 429 halves the rate, down to one in ten seconds`() {
        var pace = Pace(limit: 8, now: start)
        pace.slowDown(now: start)
        #expect(pace.rate == 4)
        pace.slowDown(now: start)
        #expect(pace.rate == 2)
        for _ in 0..<20 { pace.slowDown(now: start) }
        #expect(pace.rate == 0.1)
        #expect(pace.take(now: start) == nil)
        #expect(pace.take(now: start) == 10 * .second)
    }

    @Test func `a tenth of the setting comes back each minute, up to all of it`() {
        var pace = Pace(limit: 10, now: start)
        pace.slowDown(now: start)
        _ = pace.take(now: start + .minute)
        #expect(abs(pace.rate - 6) < 0.000_001)
        _ = pace.take(now: start + 3 * .minute)
        #expect(abs(pace.rate - 8) < 0.000_001)
        _ = pace.take(now: start + .hour)
        #expect(pace.rate == 10)
    }

    @Test func `a clock that is set back neither gives nor takes`() {
        var pace = Pace(limit: 1, now: start)
        #expect(pace.take(now: start) == nil)
        #expect(pace.take(now: start - .hour) == .second)
        #expect(pace.take(now: start - .hour + .second) == nil)
    }
}

import Leads
import Testing

struct RetryScheduleTests {
    @Test func `the schedule is the documented one`() {
        let seconds = (0...10).map { RetrySchedule.delay(afterFailures: $0, jitter: 0.5)?.seconds }
        #expect(seconds == [0, 5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 86_400, 86_400])
        #expect(RetrySchedule.delay(afterFailures: 11, jitter: 0.5) == nil)
        #expect(RetrySchedule.delay(afterFailures: -1, jitter: 0.5) == nil)
    }

    @Test func `jitter is at most a fifth either way`() throws {
        for failures in 0...10 {
            let middle = RetrySchedule.delays[failures].seconds
            let low = try #require(RetrySchedule.delay(afterFailures: failures, jitter: 0)).seconds
            let high = try #require(RetrySchedule.delay(afterFailures: failures, jitter: 0.999_999)).seconds
            #expect(abs(low - middle * 0.8) < 0.001)
            #expect(high <= middle * 1.2 && high >= middle * 1.199)
        }
    }

    @Test func `a wait that the destination names is obeyed`() {
        let wait = 3 * Span.second
        #expect(RetrySchedule.delay(after: .retry, failures: 4, retryAfter: wait, jitter: 0.5) == wait)
        #expect(RetrySchedule.delay(after: .throttled, failures: 99, retryAfter: wait, jitter: 0.5) == wait)
        #expect(RetrySchedule.delay(after: .throttled, failures: 99, retryAfter: nil, jitter: 0.5) == 30 * .second)
    }

    @Test func `a wait of nothing leaves the schedule in force`() {
        let delay = RetrySchedule.delay(after: .retry, failures: 2, retryAfter: 0 * .second, jitter: 0.5)
        #expect(delay == 30 * .second)
    }

    @Test func `a named wait does not lengthen the schedule`() {
        #expect(RetrySchedule.delay(after: .retry, failures: 11, retryAfter: .minute, jitter: 0.5) == nil)
    }

    @Test(arguments: [Outcome.delivered, .alreadyDelivered, .config, .rejected])
    func `no time makes these outcomes better`(outcome: Outcome) {
        #expect(RetrySchedule.delay(after: outcome, failures: 1, retryAfter: nil, jitter: 0.5) == nil)
    }

    @Test func `being throttled and getting another token cost no attempt`() {
        #expect(Outcome.allCases.filter { !$0.costsAttempt } == [.throttled, .authRefresh])
    }
}

struct RetryAfterTests {
    private static let now = Instant("1994-11-06T08:49:37Z")!

    @Test(arguments: [
        ("0", 0), ("3", 3), (" 120 ", 120), ("86400", 86_400), ("86401", 86_400),
        ("99999999999999999999999999", 86_400),
        ("Sun, 06 Nov 1994 08:50:07 GMT", 30), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sat, 05 Nov 1994 08:49:37 GMT", 0), ("Mon, 06 Nov 1995 08:49:37 GMT", 86_400),
    ])
    func `seconds and dates become a wait within a day`(text: String, seconds: Int64) {
        #expect(RetryAfter.span(text, now: Self.now) == seconds * .second)
    }

    @Test(arguments: [
        "", " ", "-1", "+5", "1.5", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
    ])
    func `anything else names no wait`(text: String) {
        #expect(RetryAfter.span(text, now: Self.now) == nil)
    }
}

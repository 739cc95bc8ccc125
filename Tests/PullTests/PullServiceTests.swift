import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Outbound
import Simulators
import Synchronization
import Testing
import Views

@testable import Pull

@Suite(.timeLimit(.minutes(10)))
struct PullServiceTests {
    enum Said: Equatable {
        case pulled(String, Int)
        case failed(String, String)
    }

    /// Runs a service over the sources of `home`; `body` gets what it says, and looks again when it is told to.
    private func withService(
        _ home: PullHome,
        _ body: (inout AsyncStream<Said>.Iterator, AsyncStream<Void>.Continuation) async throws -> Void
    ) async throws {
        let (said, saying) = AsyncStream<Said>.makeStream()
        let (ticks, ticking) = AsyncStream<Void>.makeStream()
        let service = PullService(
            sources: { home.sources }, secrets: SecretReader { $0 == "KEY" ? PullHome.key : nil },
            append: home.append, clock: { [clock = home.clock] in clock.now },
            pulled: { saying.yield(.pulled($0, $1.recorded)) }, failed: { saying.yield(.failed($0, $1)) },
            tick: {
                for await _ in ticks { return }
                throw CancellationError()
            }, jitter: { 0.5 })
        try await withThrowingTaskGroup { group in
            group.addTask { await service.run() }
            var iterator = said.makeAsyncIterator()
            try await body(&iterator, ticking)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func `each source is pulled at once and again after its interval`() async throws {
        try await withPullHome { home in
            await home.put("r1")
            try await withService(home) { said, tick in
                #expect(await said.next() == .pulled("table", 1))
                await home.put("r2")
                home.clock.move(299 * .second)
                tick.yield()
                home.clock.move(2 * .second)
                tick.yield()
                #expect(await said.next() == .pulled("table", 1))
            }
            #expect(try home.recorded(.actionRecorded) == 2)
        }
    }

    @Test func `a source that hangs holds up no other, and ends with the service`() async throws {
        try await withPullHome { home in
            #expect(await home.arrivals.plan(.hang(isCommitted: false), times: 1))
            try await withService(home) { said, tick in
                while await home.arrivals.stats["hung"]?.integer == 0 { await Task.yield() }
                await home.put("r1")
                home.set([], name: "second")
                tick.yield()
                #expect(await said.next() == .pulled("second", 1))
            }
        }
    }

    @Test func `a source that fails is told of and taken up as soon as it was mended`() async throws {
        try await withPullHome { home in
            await home.put("r1")
            home.set([], secret: "account-key=env:NONE")
            try await withService(home) { said, tick in
                guard case .failed("table", let message)? = await said.next() else {
                    Issue.record("no failure was told")
                    return
                }
                #expect(message.contains("the variable NONE is not set"))
                home.set([])
                tick.yield()
                #expect(await said.next() == .pulled("table", 1))
                home.remove("table")
                home.set([], secret: "sas=env:NONE", name: "last")
                home.clock.move(.day)
                tick.yield()
                guard case .failed("last", _)? = await said.next() else {
                    Issue.record("the removed source was pulled")
                    return
                }
            }
        }
    }
}

struct PullScheduleTests {
    private let now = Instant("2026-01-02T03:04:05Z")!

    private func source(_ name: String, _ settings: [String: String] = [:]) -> PullSource {
        PullSource(settings: PullSettings(name: name, kind: "azure-table", settings: settings, secrets: [:]))
    }

    @Test func `failures make the pauses longer, up to fifteen minutes, and a success ends that`() {
        var schedule = PullSchedule()
        var at = now
        var pauses: [Span] = []
        for _ in 0..<8 {
            #expect(schedule.start([source("a")], now: at).count == 1)
            schedule.ended("a", .failed("x", retryAfter: nil), now: at, jitter: 0)
            let start = at
            while schedule.start([source("a")], now: at).isEmpty { at = at + 10 * .second }
            pauses.append(at - start)
            schedule.ended("a", .stopped, now: at, jitter: 0)
        }
        #expect(pauses.map { $0.micros / 1_000_000 } == [30, 60, 120, 240, 480, 900, 900, 900])
        schedule.ended("a", .done(PullCounts(), interval: 100 * .second), now: at, jitter: 0)
        #expect(schedule.start([source("a")], now: at + 89 * .second).isEmpty)
        #expect(schedule.start([source("a")], now: at + 90 * .second).count == 1)
        schedule.ended("a", .failed("x", retryAfter: 700 * .second), now: at, jitter: 0)
        #expect(schedule.start([source("a")], now: at + 699 * .second).isEmpty)
        #expect(schedule.start([source("a")], now: at + 700 * .second).count == 1)
    }

    @Test func `the interval varies by a tenth`() {
        for (jitter, wait) in [(0.0, 90), (0.5, 100), (0.999_999, 110)] {
            var schedule = PullSchedule()
            _ = schedule.start([source("a")], now: now)
            schedule.ended("a", .done(PullCounts(), interval: 100 * .second), now: now, jitter: jitter)
            #expect(schedule.start([source("a")], now: now + Int64(wait - 1) * .second).isEmpty)
            #expect(schedule.start([source("a")], now: now + Int64(wait) * .second).count == 1)
        }
    }

    @Test func `a pull under way is never doubled, and new settings are due when it has ended`() {
        var schedule = PullSchedule()
        #expect(schedule.start([source("a")], now: now).count == 1)
        #expect(schedule.start([source("a")], now: now + .day).isEmpty)
        let changed = source("a", ["table": "other"])
        #expect(schedule.start([changed], now: now).isEmpty)
        schedule.ended("a", .done(PullCounts(), interval: .hour), now: now, jitter: 0)
        #expect(schedule.start([changed], now: now) == [changed])
    }

    @Test func `a clock that was set back delays nothing for long`() {
        var schedule = PullSchedule()
        _ = schedule.start([source("a")], now: now)
        schedule.ended("a", .done(PullCounts(), interval: .hour), now: now, jitter: 0)
        #expect(schedule.start([source("a")], now: now - .day).count == 1)
    }
}

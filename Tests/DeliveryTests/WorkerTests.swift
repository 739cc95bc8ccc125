import Delivery
import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Simulators
import Testing
import Views

/// What the workers do when destinations are not well.
@Suite(.timeLimit(.minutes(5)))
struct WorkerTests {
    @Test func `a destination that keeps failing is left alone after ten tries, and one probe goes later`() async throws
    {
        try await withEndpoints { endpoints in
            try await withDeliveryHome { home in
                let (url, arrivals) = endpoints[0]
                try await home.add("crm", ["url": url, "parallel": "1"])
                try await home.leads(60)
                #expect(await arrivals.plan(.fail(status: 503, retryAfter: nil, location: nil), times: 11))
                let counts = try await withThrowingTaskGroup(of: DeliveryCounts.self) { group in
                    let reconciler = home.reconciler
                    group.addTask { try await reconciler.runOnce() }
                    while try home.attempts().count < 10 { await Task.yield() }
                    // Half a minute later the run's one probe goes; it fails, and a minute is more than a run waits.
                    home.clock.move(31 * .second)
                    return try await group.next()
                }
                #expect(counts?.outcomes == [.retry: 11])
                // A new run begins with a closed breaker.
                #expect(try await home.deliver().outcomes[.delivered] ?? 0 >= 49)
                home.clock.move(.hour)
                _ = try await home.deliver()
                let stats = await arrivals.stats
                #expect(stats["accepted"]?.integer == 60 && stats["duplicates"]?.integer == 0)
            }
        }
    }

    @Test func `a destination that fails for five days is paused, and people are told on the way`() async throws {
        try await withEndpoints { endpoints in
            try await withDeliveryHome { home in
                let (url, arrivals) = endpoints[0]
                try await home.add("crm", ["url": url])
                try await home.leads(1)
                #expect(await arrivals.plan(.fail(status: 500, retryAfter: nil, location: nil), times: 10_000))
                var hours: Int64 = 0
                while hours <= 121 {
                    _ = try await home.deliver()
                    home.clock.move(.hour)
                    hours += 1
                    // A new lead a day keeps it trying after the first one's tries ran out.
                    guard hours % 24 == 0 else { continue }
                    _ = try await home.writer.append(.action("INS", email: "h\(hours)@example.com"))
                }
                #expect(home.alerts.map(\.level) == [50, 70, 90, 100])
                #expect(home.alerts.map(\.isPaused) == [false, false, false, true])
                #expect(home.alerts.allSatisfy { $0.reason.hasSuffix("answered 500") })
                #expect(try home.events(.destinationAlerted) == 4)
                #expect(await home.views.destinations.first?.state == .paused)
                // Nothing is dropped: what waits is there once it is resumed.
                try await home.append(.destinationResumed, DestinationEvent.stated("crm", reason: "mended"))
                #expect(try await home.deliver().attempts > 0)
                #expect(await home.views.destination(1)?.alerted == 0)
            }
        }
    }

    @Test func `a destination that hangs holds up no other`() async throws {
        try await withEndpoints(2) { endpoints in
            try await withDeliveryHome { home in
                try await home.add("hanging", ["url": endpoints[0].url, "timeout": "600s"])
                try await home.add("well", ["url": endpoints[1].url])
                try await home.leads(600)
                #expect(await endpoints[0].arrivals.plan(.hang(isCommitted: false), times: 1_000))
                await withThrowingTaskGroup(of: Void.self) { group in
                    let worker = home.running()
                    group.addTask { _ = try await worker.supervise { _, _ in } }
                    await endpoints[0].arrivals.reached(1, .hung)
                    await endpoints[1].arrivals.reached(600, .accepted)
                    // All that time not one request to the other was answered.
                    #expect(await endpoints[0].arrivals.stats["accepted"]?.integer == 0)
                    home.stop()
                    group.cancelAll()
                    while let result = await group.nextResult() { _ = result }
                }
            }
        }
    }

    @Test func `the wait that a destination asks for is kept to the second`() async throws {
        try await withEndpoints { endpoints in
            try await withDeliveryHome { home in
                let (url, arrivals) = endpoints[0]
                try await home.add("crm", ["url": url, "parallel": "1"])
                try await home.leads(3)
                #expect(await arrivals.plan(.fail(status: 429, retryAfter: 3, location: nil), times: 1))
                let start = ContinuousClock.now
                let counts = try await home.deliverAsTimePasses()
                let waited = ContinuousClock.now - start
                #expect(counts.outcomes == [.throttled: 1, .delivered: 3])
                #expect(waited >= .seconds(3), "\(waited)")
                let lines = try await arrivals.log.split(separator: 0x0a).map { try JSON.parse($0) }
                let times = lines.compactMap { $0["at"]?.string.flatMap { Instant($0) } }
                #expect(times.count == 4 && times[1] - times[0] >= 3 * .second)
                let throttled = try home.attempts().filter { $0.outcome == .throttled }
                #expect(throttled.count == 1 && throttled[0].retryAt != nil)
            }
        }
    }

    @Test func `what is sent again on request comes once more, under an id of its own`() async throws {
        try await withEndpoints { endpoints in
            try await withDeliveryHome { home in
                let (url, arrivals) = endpoints[0]
                try await home.add("crm", ["url": url])
                try await home.leads(3)
                _ = try await home.deliver()
                let since = home.clock.now
                try await home.append(
                    .replayRequested, ReplayDetail(name: "crm", kind: .replay, since: since, reason: nil).encoded)
                #expect(try await home.deliver().outcomes == [.delivered: 3])
                #expect(await arrivals.stats["duplicates"]?.integer == 0)
                #expect(await arrivals.stats["accepted"]?.integer == 6)
                try await home.append(
                    .replayRequested,
                    ReplayDetail(name: "crm", kind: .replay, since: since + .second, reason: nil).encoded)
                #expect(try await home.deliver().attempts == 0)
            }
        }
    }

    @Test func `a backfill sends what the setting left out, and nothing twice`() async throws {
        try await withEndpoints { endpoints in
            try await withDeliveryHome { home in
                try await home.leads(5)
                home.clock.move(.day)
                let since = home.clock.now
                _ = try await home.writer.append((5..<8).map { .action("INS", email: "c\($0)@example.com") })
                try await home.add("crm", ["url": endpoints[0].url, "since": "\(since)"])
                #expect(try await home.deliver().outcomes == [.delivered: 3])
                try await home.append(
                    .replayRequested, ReplayDetail(name: "crm", kind: .backfill, since: nil, reason: nil).encoded)
                #expect(try await home.deliver().outcomes == [.delivered: 5])
                #expect(await endpoints[0].arrivals.stats["accepted"]?.integer == 8)
            }
        }
    }

    @Test func `an attempt that was cut off is told as unknown before anything else is sent`() async throws {
        try await withEndpoints { endpoints in
            try await withDeliveryHome { home in
                let (url, arrivals) = endpoints[0]
                try await home.add("crm", ["url": url, "timeout": "4s"])
                try await home.leads(2)
                #expect(await arrivals.plan(.hang(isCommitted: true), times: 2))
                #expect(try await home.deliver().outcomes == [.ambiguous: 2])
                home.clock.move(.minute)
                #expect(try await home.deliver().outcomes == [.delivered: 2])
                // The endpoint had taken them, and knew them again by their ids.
                let stats = await arrivals.stats
                #expect(stats["accepted"]?.integer == 2 && stats["duplicates"]?.integer == 2)
            }
        }
    }
}

import Delivery
import Destinations
import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Synchronization
import Testing
import Views

/// An adapter that does what a test says.
private struct TestAdapter: Adapter {
    var batchLimit = 1
    var key: @Sendable (Outgoing) -> String = { $0.lead }
    let answer: @Sendable ([Prepared]) async -> BatchAnswer

    func prepare(_ outgoing: Outgoing) -> Prepared {
        let record: JSON = ["email": .string(outgoing.action.contact.email ?? "")]
        return Prepared(outgoing, record: record, digest: Array("\(outgoing.version)".utf8), key: key(outgoing))
    }

    func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer { await answer(leads) }
    func check(now: Instant) async -> [CheckStep] { [] }
    func shutdown() async {}
}

extension DeliveryHome {
    fileprivate func by(_ adapter: any Adapter, stop: @escaping @Sendable () -> Bool = { false }) -> Reconciler {
        let clock = clock
        return Reconciler(
            writer: writer, views: views, files: files, policy: .september2018, clock: { clock.now },
            jitter: { 0.5 }, adapter: { _ in adapter }, isCancelled: stop)
    }
}

@Suite(.timeLimit(.minutes(2)))
struct BreakTests {
    @Test func `a lead that is forbidden while it waits for its turn is not sent`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x", "parallel": "1"])
            try await home.leads(20)
            let sent = Mutex<[String]>([])
            let adapter = TestAdapter { leads in
                let email = leads[0].outgoing.action.contact.email ?? ""
                let isFirst = sent.withLock { sent in
                    sent.append(email)
                    return sent.count == 1
                }
                if isFirst {
                    // The service acknowledges it and folds it, long before the last lead's turn.
                    _ = try? await home.writer.append(.action("DNC", email: "c19@example.com", offer: "contoso.app"))
                    _ = try? await home.views.catchUp()
                }
                return BatchAnswer([SentAttempt(outcome: .delivered, reason: "ok")])
            }
            _ = try await home.by(adapter).runOnce()
            #expect(!sent.withLock { $0 }.contains("c19@example.com"))
        }
    }

    @Test func `one failure before a week of standstill does not pause a destination that is well`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x"])
            try await home.leads(1)
            let calls = Atomic(0)
            let adapter = TestAdapter { _ in
                let n = calls.add(1, ordering: .relaxed).newValue
                return BatchAnswer([SentAttempt(outcome: n == 1 ? .retry : .delivered, reason: "r")])
            }
            _ = try await home.by(adapter).runOnce()
            home.clock.move(6 * .day)
            let counts = try await home.by(adapter).runOnce()
            #expect(counts.paused.isEmpty)
            #expect(calls.load(ordering: .relaxed) == 2)
        }
    }

    @Test func `a timeout whose lead turned out to be there does not pause a quiet destination`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x"])
            try await home.leads(1)
            let calls = Atomic(0)
            let adapter = TestAdapter { _ in
                let n = calls.add(1, ordering: .relaxed).newValue
                return BatchAnswer([
                    SentAttempt(outcome: n == 1 ? .ambiguous : .alreadyDelivered, status: 409, reason: "r")
                ])
            }
            _ = try await home.by(adapter).runOnce()
            home.clock.move(.minute)
            #expect(try await home.by(adapter).runOnce().outcomes == [.alreadyDelivered: 1])
            #expect(await home.views.destinations.first?.failingSince == nil)
            home.clock.move(6 * .day)
            _ = try await home.writer.append(.action("INS", email: "new@example.com"))
            #expect(try await home.by(adapter).runOnce().paused.isEmpty)
        }
    }

    @Test func `a slow request does not hold up what arrives meanwhile`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x", "parallel": "8"])
            try await home.leads(1)
            let calls = Atomic(0)
            let stopped = Atomic(false)
            let adapter = TestAdapter { _ in
                let n = calls.add(1, ordering: .relaxed).newValue
                if n == 1 { while !stopped.load(ordering: .relaxed) { await Task.yield() } }
                return BatchAnswer([SentAttempt(outcome: .delivered, reason: "r")])
            }
            let reconciler = home.by(adapter, stop: { stopped.load(ordering: .relaxed) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await reconciler.supervise { _, _ in } }
                while calls.load(ordering: .relaxed) < 1 { await Task.yield() }
                _ = try await home.writer.append(.action("INS", email: "new@example.com"))
                let end = ContinuousClock.now + .seconds(5)
                while calls.load(ordering: .relaxed) < 2, ContinuousClock.now < end { await Task.yield() }
                #expect(calls.load(ordering: .relaxed) == 2)
                stopped.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
        }
    }

    @Test func `a customer with many leads does not hold up the others`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x", "parallel": "8"])
            _ = try await home.writer.append(
                (0..<400).map { .action("INS", email: "big@example.com", offer: "contoso.o\($0)") })
            _ = try await home.writer.append((0..<40).map { .action("INS", email: "s\($0)@example.com") })
            let sent = Mutex<[String]>([])
            let adapter = TestAdapter(key: { $0.action.contact.email ?? "" }) { leads in
                for _ in 0..<500 { await Task.yield() }
                sent.withLock { $0.append(leads[0].key) }
                return BatchAnswer([SentAttempt(outcome: .delivered, reason: "r")])
            }
            _ = try await home.by(adapter).runOnce()
            let first = sent.withLock { $0.firstIndex { $0 != "big@example.com" } ?? -1 }
            let last = sent.withLock { $0.lastIndex { $0 != "big@example.com" } ?? -1 }
            #expect(last < 200, "others at \(first)...\(last) of 440")
        }
    }

    @Test func `what the old settings came to does not pause the new ones`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x", "parallel": "8"])
            try await home.leads(1)
            let calls = Atomic(0)
            let go = Atomic(false)
            let stopped = Atomic(false)
            let adapter = TestAdapter { _ in
                let n = calls.add(1, ordering: .relaxed).newValue
                guard n == 1 else { return BatchAnswer([SentAttempt(outcome: .delivered, reason: "r")]) }
                while !go.load(ordering: .relaxed) { await Task.yield() }
                return BatchAnswer([SentAttempt(outcome: .config, reason: "401")])
            }
            let reconciler = home.by(adapter, stop: { stopped.load(ordering: .relaxed) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await reconciler.supervise { _, _ in } }
                while calls.load(ordering: .relaxed) < 1 { await Task.yield() }
                try await home.add("crm", ["url": "https://localhost/mended"])
                _ = try await home.views.catchUp()
                go.store(true, ordering: .relaxed)
                let end = ContinuousClock.now + .seconds(5)
                while calls.load(ordering: .relaxed) < 2, ContinuousClock.now < end { await Task.yield() }
                #expect(await home.views.destinations.first?.state == .active)
                stopped.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [Outcome.retry, .throttled])
    func `a clock that was ahead for a moment does not stop a destination`(_ outcome: Outcome) async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x"])
            try await home.leads(1)
            let calls = Atomic(0)
            let adapter = TestAdapter { _ in
                let n = calls.add(1, ordering: .relaxed).newValue
                return BatchAnswer([SentAttempt(outcome: n == 1 ? outcome : .delivered, reason: "r")])
            }
            home.clock.move(3650 * .day)
            _ = try await home.by(adapter, stop: { calls.load(ordering: .relaxed) > 0 }).runOnce()
            home.clock.move(-3640 * .day)
            _ = try await home.writer.append(.action("INS", email: "new@example.com"))
            let counts = try await home.by(adapter).runOnce()
            #expect(counts.outcomes == [.delivered: 2])
        }
    }

    @Test func `what was delivered of a batch that is divided does not go again`() async throws {
        try await withDeliveryHome { home in
            try await home.add("crm", ["url": "https://localhost/x", "parallel": "1"])
            try await home.leads(6)
            let sent = Mutex<[String: Int]>([:])
            let adapter = TestAdapter(batchLimit: 6) { leads in
                let isWhole = leads.count > 1
                return BatchAnswer(
                    leads.enumerated().map { place, lead in
                        // Two requests: the first three are taken, of the others one is bad.
                        guard !isWhole || place < 3 else { return SentAttempt(outcome: .rejected, reason: "413") }
                        sent.withLock { $0[lead.key, default: 0] += 1 }
                        return SentAttempt(outcome: .delivered, reason: "ok")
                    }, isDivisible: isWhole)
            }
            #expect(try await home.by(adapter).runOnce().outcomes == [.delivered: 6])
            #expect(sent.withLock { $0.values.allSatisfy { $0 == 1 } && $0.count == 6 })
        }
    }
}

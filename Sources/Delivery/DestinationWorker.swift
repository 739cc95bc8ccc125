internal import Destinations
internal import Leads
internal import Ledger
internal import Views

/// The worker of one destination: keeps a window of deliveries in flight, at the destination's pace.
actor DestinationWorker {
    /// Deliveries in flight at once.
    static let width = 64
    /// The longest rest that a single run waits for; after a longer one it ends, and leaves the rest to the next run.
    static let patience = Duration.seconds(30)
    /// The longest time for which the fold of outcomes is put off while requests are out.
    static let foldDelay = Duration.milliseconds(200)

    private let destination: Destination
    private let adapter: any Adapter
    private let reconciler: Reconciler
    private let builder: OutgoingBuilder
    private var pace: Pace
    /// Set by a throttled answer: nothing is sent before. A steady clock, so that a wrong one cannot prolong it.
    private var restUntil: ContinuousClock.Instant?
    private var lastFold = ContinuousClock.now
    private var isPaused = false
    private var counts = DeliveryCounts()

    init(_ destination: Destination, reconciler: Reconciler, builder: OutgoingBuilder) throws {
        self.destination = destination
        self.reconciler = reconciler
        self.builder = builder
        adapter = try Adapters.make(destination.settings, secrets: reconciler.secrets)
        let now = reconciler.clock()
        pace = Pace(limit: destination.settings.pace, now: now)
        // A rest that an earlier run was told to keep.
        if let until = destination.restUntil, until > now {
            restUntil = ContinuousClock.now + .microseconds(min((until - now).micros, RetryAfter.limit.micros))
        }
    }

    func run(once: Bool) async throws -> DeliveryCounts {
        do {
            try await keepInFlight(once: once)
        } catch {
            await adapter.shutdown()
            throw error
        }
        await adapter.shutdown()
        return counts
    }

    private func keepInFlight(once: Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var inFlight = 0
            while true {
                // A half-empty window is filled in one go: claims and the fold of outcomes cost a transaction each.
                while !isStopped, inFlight <= Self.width / 2 {
                    try await fold()
                    if inFlight == 0, try await !rest(once: once) { return }
                    guard restUntil == nil else { break }
                    let claims = try await reconciler.views.claim(
                        destination: destination, now: reconciler.clock(), limit: Self.width - inFlight)
                    for claim in claims { group.addTask { try await self.deliver(claim) } }
                    inFlight += claims.count
                    if !claims.isEmpty || inFlight > 0 { break }
                    if once { return }
                    try await Task.sleep(for: .milliseconds(200))
                }
                guard inFlight > 0 else { return }
                try await group.next()
                inFlight -= 1
                if ContinuousClock.now - lastFold > Self.foldDelay { try await fold() }
            }
        }
    }

    private var isStopped: Bool { isPaused || reconciler.isCancelled() }

    private func fold() async throws {
        try await reconciler.views.catchUp()
        lastFold = .now
    }

    /// Waits out a rest, in short steps, so that a cancelled run ends soon; `false` when the rest is too long for a
    /// single run.
    private func rest(once: Bool) async throws -> Bool {
        guard let end = restUntil else { return true }
        if once && end - .now > Self.patience { return false }
        while ContinuousClock.now < end && !reconciler.isCancelled() { try await Task.sleep(for: .milliseconds(50)) }
        restUntil = nil
        return true
    }

    private func deliver(_ claim: Claim) async throws {
        guard let outgoing = try await builder.outgoing(claim) else {
            // Nothing is left to send, and no key to seal an exchange with.
            let erased = SentAttempt(
                outcome: .rejected, status: nil, remoteID: nil, reason: "the customer's data was erased",
                retryAfter: nil, sha256: [], exchange: [])
            return try await record(erased, claim, content: [], at: reconciler.clock())
        }
        let prepared = adapter.prepare(outgoing)
        let content = prepared.digest
        let known = claim.row.delivery
        if known.delivered > 0 && known.digest == content {
            let same = SentAttempt(
                outcome: .alreadyDelivered, status: nil, remoteID: nil, reason: "nothing changed", retryAfter: nil,
                sha256: [], exchange: [])
            return try await record(same, claim, content: content, at: reconciler.clock())
        }
        while let wait = pace.take(now: reconciler.clock()) {
            try await Task.sleep(for: .microseconds(min(wait.micros, 100_000)))
            if isPaused || reconciler.isCancelled() { break }
        }
        guard !isPaused, restUntil == nil, !reconciler.isCancelled() else {
            return try await reconciler.views.release([claim.row.key])
        }
        let start = reconciler.clock()
        let sent = await adapter.send([prepared], now: start).attempts[0]
        try await record(sent, claim, content: content, at: start)
    }

    private func record(_ sent: SentAttempt, _ claim: Claim, content: [UInt8], at start: Instant) async throws {
        let now = reconciler.clock()
        let delay = RetrySchedule.delay(
            after: sent.outcome, failures: Int(claim.row.delivery.failures) + 1, retryAfter: sent.retryAfter,
            jitter: reconciler.jitter())
        let detail = AttemptDetail(
            destination: destination.number, name: destination.name, action: claim.action,
            version: claim.row.delivery.wanted, outcome: sent.outcome, status: sent.status.map { Int64($0) },
            remoteID: sent.remoteID, reason: sent.reason, retryAt: delay.map { now + $0 }, sha256: sent.sha256,
            content: content)
        var events = [
            NewEvent.attempt(
                detail, claim.row, offer: try await builder.offer(claim.row), at: start,
                exchange: sent.exchange.isEmpty ? nil : sent.exchange)
        ]
        if sent.outcome == .config && !isPaused {
            isPaused = true
            counts.paused[destination.name] = sent.reason
            events.append(.paused(destination, reason: sent.reason))
        }
        if sent.outcome == .throttled {
            pace.slowDown(now: now)
            let end = ContinuousClock.now + .microseconds((delay ?? RetrySchedule.throttleDelay).micros)
            restUntil = max(restUntil ?? end, end)
        }
        _ = try await reconciler.writer.append(events)
        counts.outcomes[sent.outcome, default: 0] += 1
    }
}

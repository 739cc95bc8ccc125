internal import Destinations
internal import Leads
internal import Ledger
internal import Views

/// The worker of one destination: keeps as many requests on the way as it may, at the destination's pace.
///
/// Claim, send, append the outcome, in that order. What keeps a request from going out is looked at at its turn,
/// in `gate`: a pause, a rest that the destination asked for, an open breaker.
actor DestinationWorker {
    /// The longest rest that a single run waits for; after a longer one it ends, and leaves the rest to the next run.
    static let patience = Duration.seconds(30)
    /// The longest time for which the fold of outcomes is put off while requests are out.
    static let foldDelay = Duration.milliseconds(200)
    /// How long a worker that has nothing to do waits before it looks again.
    static let idleDelay = Duration.milliseconds(200)
    /// Claims of leads that are sent one by one are made at least so many at a time: each time costs two transactions.
    static let fewestClaims = 128

    private let destination: Destination
    private let adapter: any Adapter
    private let reconciler: Reconciler
    private let builder: OutgoingBuilder
    private let batchLimit: Int
    private var queue = ReadyQueue()
    private var pace: Pace
    private var breaker = Breaker()
    /// Set by a throttled answer: nothing is sent before. A steady clock, so that a wrong one cannot prolong it.
    private var restUntil: ContinuousClock.Instant?
    private var lastFold = ContinuousClock.now
    /// Nothing was due when looked for; until then it is not looked for again while others are on the way.
    private var emptyUntil = ContinuousClock.now
    private var isPaused = false
    /// When a request failed last, where none got through since: that nothing was tried for long is no failure.
    private var failedAt: Instant?
    private var counts = DeliveryCounts()

    init(_ destination: Destination, reconciler: Reconciler) throws {
        self.destination = destination
        self.reconciler = reconciler
        adapter = try reconciler.adapter(destination.settings)
        batchLimit = adapter.batchLimit
        builder = try OutgoingBuilder(adapter, files: reconciler.files, policy: reconciler.policy)
        let now = reconciler.clock()
        pace = Pace(limit: destination.settings.pace, now: now)
        // A rest that an earlier run was told to keep. A longer one was written by a clock that ran ahead.
        if let until = destination.restUntil, until > now, until - now <= RetryAfter.limit {
            restUntil = ContinuousClock.now + .microseconds((until - now).micros)
        }
    }

    func run(once: Bool) async throws -> DeliveryCounts {
        do {
            try await keepUnderWay(once: once)
            try await giveBack(queue.removeAll())
        } catch {
            // What was not sent yet is no unknown attempt; where it cannot be given back, it will look like one.
            try? await giveBack(queue.removeAll())
            await adapter.shutdown()
            throw error
        }
        await adapter.shutdown()
        return counts
    }

    private var isStopped: Bool { isPaused || reconciler.isCancelled() }

    /// What a task of the worker came to.
    private enum Done { case sent, filled, ticked }

    private func keepUnderWay(once: Bool) async throws {
        let parallel = destination.settings.parallel
        try await withThrowingTaskGroup(of: Done.self) { group in
            var underWay = 0
            var filling = 0
            var isTicking = false
            while !isStopped || underWay > 0 || filling > 0 {
                while !isStopped, underWay < parallel {
                    guard let batch = try await nextBatch(isAlone: underWay == 0, isFilling: filling > 0) else { break }
                    group.addTask {
                        try await self.deliver(batch)
                        return .sent
                    }
                    underWay += 1
                }
                // The next leads are prepared while these are on the way, one portion unsealed, another claimed.
                while underWay > 0, filling < 2, wantsMore {
                    filling += 1
                    group.addTask {
                        try await self.fill()
                        return .filled
                    }
                }
                if underWay > 0, !isTicking, !isStopped {
                    // What becomes due while one request is slow does not wait for its end.
                    isTicking = true
                    group.addTask {
                        try? await Task.sleep(for: Self.idleDelay)
                        return .ticked
                    }
                }
                if underWay > 0 || filling > 0 {
                    switch try await group.next() {
                    case .sent: underWay -= 1
                    case .filled: filling -= 1
                    case .ticked, nil: isTicking = false
                    }
                } else if try await !wait(once: once) {
                    break
                }
            }
            group.cancelAll()
        }
    }

    /// Whether so little waits that more should be claimed already, where there may be more.
    private var wantsMore: Bool {
        !isStopped && restUntil == nil && !breaker.isOpen && mostClaims > 1 && queue.count <= mostClaims / 2
            && ContinuousClock.now >= emptyUntil
    }

    /// What to send next; `nil` when nothing may be sent now.
    private func nextBatch(isAlone: Bool, isFilling: Bool) async throws -> ReadyQueue.Batch? {
        if ContinuousClock.now - lastFold > Self.foldDelay { try await fold() }
        if let end = restUntil {
            guard ContinuousClock.now >= end else { return nil }
            restUntil = nil
        }
        // Without a look at the queue a probe could be permitted for which there is no lead.
        if !isFilling {
            // What needs no request is settled at once, however much of it there is.
            while !isStopped, !queue.hasNext, try await fill() {}
        }
        guard queue.hasNext else { return nil }
        switch breaker.permit(now: reconciler.clock()) {
        case .go: return queue.next(limit: batchLimit, joinsKeys: adapter.joinsKeys)
        case .probe:
            guard isAlone else {
                breaker.abandon()
                return nil
            }
            var batch = queue.next(limit: 1)
            batch?.isProbe = true
            return batch
        case .wait:
            // Nobody knows for how long; what is not being sent must not look as if it were.
            try await giveBack(queue.removeAll())
            return nil
        }
    }

    /// Claims what is due, settles what needs no request, and queues the rest. Returns whether anything was due.
    @discardableResult
    private func fill() async throws -> Bool {
        try await fold()
        guard !breaker.isResting(now: reconciler.clock()) else { return false }
        let portion = max(mostClaims / 2, batchLimit)
        let limit = breaker.isOpen ? 1 : min(portion, mostWaiting - queue.count)
        guard limit > 0 else { return false }
        let claims = try await reconciler.views.claim(
            destination: destination, now: reconciler.clock(), limit: limit)
        guard !claims.isEmpty else {
            emptyUntil = .now + Self.idleDelay
            return false
        }
        var settled: [(Ready, SentAttempt)] = []
        for ready in try await builder.ready(claims) {
            if let attempt = ready.settled {
                settled.append((ready, attempt))
            } else {
                queue.add(ready, isLookedUp: isLookedUp(ready))
            }
        }
        if !settled.isEmpty { try await record(settled, at: reconciler.clock()) }
        return true
    }

    private var mostClaims: Int {
        // What a crash leaves claimed is held for a person there, so nothing is claimed before it is about to be sent.
        if destination.settings.repeats == .never { return 1 }
        return max(destination.settings.parallel * batchLimit, Self.fewestClaims)
    }

    /// Leads that may wait at once. Those of a customer with very many leads wait for each other where the key is the
    /// customer's, and must not fill the queue for all others.
    private var mostWaiting: Int { destination.settings.repeats == .keyed ? 16 * mostClaims : mostClaims }

    private func isLookedUp(_ ready: Ready) -> Bool {
        destination.settings.repeats == .lookedUp && ready.claim.row.delivery.state == .unknown
    }

    private func fold() async throws {
        try await reconciler.views.catchUp()
        lastFold = .now
        try await watch()
    }

    /// Waits until something may have changed; `false` when a single run is done.
    private func wait(once: Bool) async throws -> Bool {
        try await fold()
        if let end = restUntil {
            try await giveBack(queue.removeAll())
            if once && end - .now > Self.patience { return false }
            while ContinuousClock.now < end && !isStopped { try await Task.sleep(for: .milliseconds(50)) }
            restUntil = nil
            return !isStopped
        }
        if queue.hasNext, !breaker.isOpen { return true }
        if once {
            if breaker.isOpen { return try await waitForProbe() }
            return try await fill()
        }
        try await Task.sleep(for: Self.idleDelay)
        return true
    }

    /// Waits in a single run until a probe may go; `false` when that takes too long, and the next run begins anew.
    private func waitForProbe() async throws -> Bool {
        guard breaker.rest(now: reconciler.clock()) <= 30 * .second else { return false }
        let end = ContinuousClock.now + Self.patience
        while breaker.isResting(now: reconciler.clock()) && !isStopped {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(50))
        }
        return !isStopped
    }

    /// Whether a request may go now, once it is its turn.
    private func gate(_ batch: ReadyQueue.Batch) async throws -> Bool {
        while let wait = pace.take(now: reconciler.clock()) {
            try await Task.sleep(for: .microseconds(min(wait.micros, 100_000)))
            if isStopped { break }
        }
        return !isStopped && restUntil == nil && (batch.isProbe || !breaker.isOpen)
    }

    private func deliver(_ batch: ReadyQueue.Batch) async throws {
        // Not before all of it is settled, halves included: what shares a key with one of them waits until then.
        defer { queue.isDone(batch) }
        try await send(batch)
    }

    private func send(_ batch: ReadyQueue.Batch) async throws {
        guard try await gate(batch) else {
            if batch.isProbe { breaker.abandon() }
            return try await giveBack(batch.leads)
        }
        var batch = batch
        try await giveBack(withdrawStale(from: &batch))
        guard !batch.leads.isEmpty else {
            if batch.isProbe { breaker.abandon() }
            return
        }
        let start = reconciler.clock()
        if batch.isLookedUp, let ready = batch.leads.first, let prepared = ready.prepared {
            switch await adapter.find(prepared, now: start) {
            case .present(let remoteID):
                let found = SentAttempt(
                    outcome: .alreadyDelivered, remoteID: remoteID, reason: "it was there when looked for")
                return try await record([(ready, found)], at: start, isRequest: true)
            case .unclear(let attempt): return try await record([(ready, attempt)], at: start, isRequest: true)
            case .absent: break
            }
        }
        let answer = await adapter.send(batch.leads.compactMap(\.prepared), now: start)
        if answer.isDivisible && batch.leads.count > 1 {
            // The request as a whole says nothing about its leads; halves do, until a bad one stands alone.
            breaker.record(isFailure: false, now: start)
            // What one of several requests has brought there already must not go again.
            let results = Array(zip(batch.leads, answer.attempts))
            let done = results.filter(\.1.outcome.isDelivered)
            if !done.isEmpty { try await record(done, at: start, isRequest: true) }
            let open = results.filter { !$0.1.outcome.isDelivered }.map(\.0)
            let half = open.count / 2
            if half > 0 { try await send(ReadyQueue.Batch(leads: Array(open[..<half]))) }
            if !open.isEmpty { try await send(ReadyQueue.Batch(leads: Array(open[half...]))) }
            return
        }
        try await record(Array(zip(batch.leads, answer.attempts)), at: start, isRequest: true)
    }

    /// Takes out of a batch what has changed since it was claimed: a customer who must not be contacted any more, or a
    /// newer version of the lead. It may have waited for its turn for long.
    private func withdrawStale(from batch: inout ReadyQueue.Batch) async throws -> [Ready] {
        if ContinuousClock.now - lastFold > Self.foldDelay {
            lastFold = .now
            try await reconciler.views.catchUp()
        }
        let stale = try await reconciler.views.changed(since: batch.leads.map(\.claim))
        guard !stale.isEmpty else { return [] }
        let withdrawn = batch.leads.filter { stale.contains($0.claim.row.key) }
        batch.leads.removeAll { stale.contains($0.claim.row.key) }
        return withdrawn
    }

    private func giveBack(_ leads: [Ready]) async throws {
        guard !leads.isEmpty else { return }
        try await reconciler.views.release(leads.map(\.claim.row.key))
    }

    /// Appends what attempts came to, all of one request in one commit, and draws the consequences for those to come.
    private func record(
        _ results: [(ready: Ready, attempt: SentAttempt)], at start: Instant, isRequest: Bool = false
    ) async throws {
        let now = reconciler.clock()
        var rest: Span?
        var events: [NewEvent] = []
        for (ready, attempt) in results {
            let delay = delay(after: attempt, ready)
            if attempt.outcome == .throttled { rest = max(rest ?? .second, delay ?? RetrySchedule.throttleDelay) }
            events.append(event(ready, attempt, retryAt: delay.map { now + $0 }, at: start))
        }
        if let reason = results.first(where: { $0.attempt.outcome == .config })?.attempt.reason, !isPaused {
            // What settings came to that no longer hold says nothing of the new ones.
            if try await isCurrent() { events.append(pausing(because: reason)) } else { isPaused = true }
        }
        if isRequest {
            let isFailure = results.allSatisfy(\.attempt.outcome.isFailure)
            breaker.record(isFailure: isFailure, now: now)
            failedAt = isFailure ? now : nil
        }
        if let rest {
            pace.slowDown(now: now)
            let end = ContinuousClock.now + .microseconds(rest.micros)
            restUntil = max(restUntil ?? end, end)
        }
        _ = try await reconciler.writer.append(events)
        for (_, attempt) in results { counts.outcomes[attempt.outcome, default: 0] += 1 }
    }

    /// Whether the destination is still set as this worker knows it.
    private func isCurrent() async throws -> Bool {
        try await reconciler.views.catchUp()
        let known = await reconciler.views.destination(destination.number)
        return known?.seq == destination.seq && known?.state == .active
    }

    private func delay(after attempt: SentAttempt, _ ready: Ready) -> Span? {
        // Where the destination can neither know a repeat nor be asked, only a person may send again.
        if attempt.outcome == .ambiguous, destination.settings.repeats == .never { return nil }
        return RetrySchedule.delay(
            after: attempt.outcome, failures: Int(ready.claim.row.delivery.failures) + 1,
            retryAfter: attempt.retryAfter, jitter: reconciler.jitter())
    }

    private func event(_ ready: Ready, _ attempt: SentAttempt, retryAt: Instant?, at start: Instant) -> NewEvent {
        let detail = AttemptDetail(
            destination: destination.number, name: destination.name, action: ready.claim.action,
            version: ready.claim.row.delivery.wanted, outcome: attempt.outcome,
            status: attempt.status.map { Int64($0) }, remoteID: attempt.remoteID, reason: attempt.reason,
            retryAt: retryAt, sha256: attempt.sha256, content: ready.prepared?.digest ?? [],
            adjusted: ready.prepared?.adjusted ?? [])
        return .attempt(
            detail, ready.claim.row, offer: ready.offer, at: start,
            exchange: attempt.exchange.isEmpty ? nil : attempt.exchange)
    }

    private func pausing(because reason: String, failingSince: Instant? = nil) -> NewEvent {
        isPaused = true
        counts.paused[destination.name] = reason
        reconciler.alert(
            DestinationAlert(
                destination: destination.name, kind: destination.settings.kind, isPaused: true, level: 100,
                failingSince: failingSince, at: reconciler.clock(), reason: reason))
        return .paused(destination, reason: reason)
    }

    /// Tells people when the destination has failed for long, and pauses it when that is too long.
    private func watch() async throws {
        guard !isPaused, let known = await reconciler.views.destination(destination.number),
            let since = known.failingSince, let failedAt,
            let level = FailureBudget.level(failingSince: since, now: failedAt), level > known.alerted
        else { return }
        let reason = known.failingReason ?? ""
        let detail = AlertDetail(name: destination.name, level: level, failingSince: since, reason: reason)
        var events = [NewEvent.alerted(detail)]
        if level == FailureBudget.levels.last {
            events.append(pausing(because: "nothing but failures since \(since): \(reason)", failingSince: since))
        } else {
            reconciler.alert(
                DestinationAlert(
                    destination: destination.name, kind: destination.settings.kind, isPaused: false, level: level,
                    failingSince: since, at: reconciler.clock(), reason: reason))
        }
        _ = try await reconciler.writer.append(events)
        try await reconciler.views.catchUp()
    }
}

package import Destinations
package import Leads
package import Ledger
package import Views

/// What a run of the workers did.
package struct DeliveryCounts: Hashable, Sendable {
    /// Attempts by outcome.
    package var outcomes: [Outcome: Int] = [:]
    /// Destinations that were paused, each with the reason.
    package var paused: [String: String] = [:]

    package var attempts: Int { outcomes.values.reduce(0, +) }

    mutating func add(_ other: DeliveryCounts) {
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        paused.merge(other.paused) { first, _ in first }
    }
}

/// Brings every destination to the state that the views want: one worker a destination, none waiting for another.
///
/// Claim, send, append the outcome, in that order. What a crash interrupted is found by its claim when the next run
/// begins, and recorded as `ambiguous` before anything else is sent.
package struct Reconciler: Sendable {
    let writer: LedgerWriter
    let views: ViewsWriter
    let files: LedgerFiles
    let policy: Policy
    let clock: @Sendable () -> Instant
    /// In 0 ..< 1; spreads retries.
    let jitter: @Sendable () -> Double
    /// Makes the adapter of a destination.
    let adapter: @Sendable (DestinationSettings) throws -> any Adapter
    /// Told what people should know of destinations.
    let alert: @Sendable (DestinationAlert) -> Void
    var isCancelled: @Sendable () -> Bool

    package init(
        writer: LedgerWriter, views: ViewsWriter, files: LedgerFiles, policy: Policy,
        clock: @escaping @Sendable () -> Instant, jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        adapter: @escaping @Sendable (DestinationSettings) throws -> any Adapter = { try Adapters.make($0) },
        alert: @escaping @Sendable (DestinationAlert) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.writer = writer
        self.views = views
        self.files = files
        self.policy = policy
        self.clock = clock
        self.jitter = jitter
        self.adapter = adapter
        self.alert = alert
        self.isCancelled = isCancelled
    }

    /// Runs the workers of all destinations that are not paused, until nothing is due any more.
    package func runOnce() async throws -> DeliveryCounts {
        try await views.catchUp()
        var counts = try await resolveInterrupted()
        var workers: [DestinationWorker] = []
        for destination in await views.destinations where destination.state == .active {
            do {
                workers.append(try DestinationWorker(destination, reconciler: self))
            } catch {
                counts.add(try await pause(destination, "\(error)"))
            }
        }
        try await withThrowingTaskGroup(of: DeliveryCounts.self) { group in
            for worker in workers { group.addTask { try await worker.run(once: true) } }
            for try await done in group { counts.add(done) }
        }
        try await views.catchUp()
        return counts
    }

    /// A secret that is missing is this destination's trouble and nobody else's.
    func pause(_ destination: Destination, _ reason: String) async throws -> DeliveryCounts {
        _ = try await writer.append(.paused(destination, reason: reason))
        alert(
            DestinationAlert(
                destination: destination.name, kind: destination.settings.kind, isPaused: true, level: 100,
                failingSince: nil, at: clock(), reason: reason))
        return DeliveryCounts(paused: [destination.name: reason])
    }

    /// Nobody knows whether a claimed delivery arrived when its worker was killed. It is recorded as just that; where
    /// the destination knows repeats or can be asked, it is due again at once, elsewhere it waits for a person.
    /// - Parameter destination: of this one only, whose worker is not at work; `nil` when none is.
    func resolveInterrupted(of destination: Int64? = nil) async throws -> DeliveryCounts {
        try await views.catchUp()
        var counts = DeliveryCounts()
        let interrupted = try await views.interruptedClaims().filter {
            destination == nil || $0.row.destination == destination
        }
        guard !interrupted.isEmpty else { return counts }
        let reader = try LedgerReader(files: files)
        let destinations = await views.destinations
        var events: [NewEvent] = []
        var stale: [Int64] = []
        for (row, version) in interrupted {
            guard let destination = destinations.first(where: { $0.number == row.destination }) else {
                stale.append(row.key)
                continue
            }
            let now = clock()
            let detail = AttemptDetail(
                destination: row.destination, name: destination.name,
                action: destination.takesEveryAction ? row.key & 0xffff_ffff : 0, version: version,
                outcome: .ambiguous, status: nil, remoteID: nil, reason: "the worker was interrupted",
                retryAt: destination.settings.repeats == .never ? nil : now, sha256: [], content: [])
            events.append(
                NewEvent.attempt(detail, row, offer: try reader.text(row.lead & 0xffff_ffff), at: now, exchange: nil))
        }
        try await views.release(stale)
        _ = try await writer.append(events)
        try await views.catchUp()
        counts.outcomes[.ambiguous] = events.count
        return counts
    }
}

extension NewEvent {
    /// The event by which a worker holds a destination's leads.
    static func paused(_ destination: Destination, reason: String) -> NewEvent {
        NewEvent(
            type: .destinationPaused, identity: .none, content: [], subject: .none, actor: "worker",
            detail: DestinationEvent.stated(destination.name, reason: reason))
    }

    /// The event by which people are told that a destination fails.
    static func alerted(_ detail: AlertDetail) -> NewEvent {
        NewEvent(
            type: .destinationAlerted, identity: .none, content: [], subject: .none, actor: "worker",
            detail: detail.encoded)
    }

    /// The event that records an attempt.
    static func attempt(
        _ detail: AttemptDetail, _ row: DeliveryRow, offer: String, at: Instant, exchange: [UInt8]?
    ) -> NewEvent {
        let encoded = detail.encoded
        return NewEvent(
            type: .deliveryAttempted, identity: .none, content: encoded, subject: .existing(row.lead >> 32),
            occurredAt: at, offer: offer, actor: "worker", cause: detail.version, detail: encoded,
            body: exchange)
    }
}

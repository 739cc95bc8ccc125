internal import Leads
internal import Ledger
internal import Synchronization

/// The way of events into the ledger: counts those that wait for a commit, and refuses more than fit.
final class AppendLine: Sendable {
    private let limit: Int
    private let metrics: Metrics
    private let commit: @Sendable ([NewEvent]) async throws -> [Appended]
    /// What the last commit failed for, to follow "not ready:".
    private let failed = Mutex<String?>(nil)
    private let hasFailed = Atomic<Bool>(false)

    init(limit: Int, metrics: Metrics, append: @escaping @Sendable ([NewEvent]) async throws -> [Appended]) {
        self.limit = limit
        self.metrics = metrics
        commit = append
    }

    /// Why the last commit failed; `nil` when it did not. The next one that succeeds ends it.
    var failure: String? { hasFailed.load(ordering: .acquiring) ? failed.withLock { $0 } : nil }

    /// Appends events in one commit, and returns when it is on disk.
    func append(_ events: [NewEvent]) async throws(Problem) -> [Appended] {
        guard metrics.waiting.reserve(events.count, limit: limit) else {
            metrics.count(.refused, events.count)
            throw Problem(.busy, "Too many events wait for a commit.").retry(afterSeconds: 1)
        }
        let start = ContinuousClock.now
        defer {
            metrics.waiting.release(events.count)
            metrics.appends.record(micros: (ContinuousClock.now - start).micros)
        }
        do {
            let appended = try await commit(events)
            note(nil)
            return appended
        } catch {
            metrics.count(.refused, events.count)
            throw problem(error).because(error)
        }
    }

    private func note(_ failure: String?) {
        // Commits that succeed one after the other have nothing to change.
        if failure == nil, !hasFailed.load(ordering: .acquiring) { return }
        failed.withLock {
            $0 = failure
            hasFailed.store(failure != nil, ordering: .releasing)
        }
    }

    private func problem(_ error: any Error) -> Problem {
        guard let error = error as? LedgerError else {
            note("the last events could not be appended")
            return Problem(.internalError, "The events could not be appended.")
        }
        switch error {
        case .full:
            note("the disk is full")
            return Problem(.ledgerUnavailable, "The disk is full; nothing was recorded.").retry(afterSeconds: 30)
        case .unknownSubject: return Problem(.internalError, "An event names a customer that the ledger does not know.")
        default:
            note("the ledger could not be written")
            return Problem(
                .ledgerUnavailable, "The ledger could not be written; whether the events were recorded is not known."
            ).retry(afterSeconds: 30)
        }
    }
}

extension Duration {
    var micros: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}

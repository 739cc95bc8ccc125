internal import Leads
internal import Ledger
internal import Synchronization

/// The way of events into the ledger: counts those that wait for a commit, and refuses more than fit.
final class AppendLine: Sendable {
    private let limit: Int
    private let metrics: Metrics
    private let commit: @Sendable ([NewEvent]) async throws -> [Appended]
    private let broken = Atomic<Bool>(false)

    init(limit: Int, metrics: Metrics, append: @escaping @Sendable ([NewEvent]) async throws -> [Appended]) {
        self.limit = limit
        self.metrics = metrics
        commit = append
    }

    /// Whether the ledger can be written, as far as the last commit told. A full disk does not count: it may have room
    /// for the next event.
    var isBroken: Bool { broken.load(ordering: .relaxed) }

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
            if isBroken { broken.store(false, ordering: .relaxed) }
            return appended
        } catch {
            metrics.count(.refused, events.count)
            throw problem(error)
        }
    }

    private func problem(_ error: any Error) -> Problem {
        guard let error = error as? LedgerError else {
            return Problem(.internalError, "The events could not be appended.")
        }
        switch error {
        case .full:
            return Problem(.ledgerUnavailable, "The disk is full; nothing was recorded.").retry(afterSeconds: 30)
        case .unknownSubject: return Problem(.internalError, "An event names a customer that the ledger does not know.")
        default:
            broken.store(true, ordering: .relaxed)
            return Problem(
                .ledgerUnavailable, "The ledger could not be written; whether the events were recorded is not known."
            ).retry(afterSeconds: 30)
        }
    }
}

extension Duration {
    var micros: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}

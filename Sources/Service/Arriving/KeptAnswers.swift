internal import Synchronization

/// Answers to requests that carried an `Idempotency-Key`, to be given again to the same request.
///
/// The oldest go when there are too many; the ledger knows the events even then, and after a restart. So a long answer
/// is not kept at all, only what was asked: the ledger gives the same receipts again.
final class KeptAnswers: Sendable {
    struct Kept: Sendable {
        let status: Int
        let body: [UInt8]
    }

    /// What a request finds under its key.
    enum Found {
        /// Nothing: it runs now, and must be ended with `keep` or `drop`.
        case nothing
        case running
        case answer(Kept)
        /// The key was used with other content.
        case otherContent
    }

    private struct Entry {
        let digest: [UInt8]
        var isRunning = true
        var kept: Kept?
        let number: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Keys in the order of their answers, with the number of their entry; some are gone already.
        var order: [(key: String, number: UInt64)] = []
        var first = 0
        var count: UInt64 = 0
        /// Of the bodies that are kept.
        var bytes = 0
    }

    private let limit: Int
    private let bytesLimit: Int
    private let answerLimit: Int
    private let state = Mutex<State>(State())

    /// - Parameters:
    ///   - limit: answers that are kept.
    ///   - bytesLimit: bytes of their bodies together.
    ///   - answerLimit: bytes of the longest body that is kept; answers to long arrays are long.
    init(limit: Int, bytesLimit: Int = 16 << 20, answerLimit: Int = 64 << 10) {
        self.limit = limit
        self.bytesLimit = bytesLimit
        self.answerLimit = answerLimit
    }

    func begin(_ key: String, digest: [UInt8]) -> Found {
        state.withLock { state in
            if let entry = state.entries[key] {
                guard entry.digest == digest else { return .otherContent }
                if entry.isRunning { return .running }
                if let kept = entry.kept { return .answer(kept) }
            }
            // One whose answer was too long runs again, under a new number: its place among the oldest is void.
            state.count += 1
            state.entries[key] = Entry(digest: digest, number: state.count)
            return .nothing
        }
    }

    func keep(_ key: String, _ kept: Kept) {
        state.withLock { state in
            guard let number = state.entries[key]?.number else { return }
            state.entries[key]?.isRunning = false
            state.order.append((key, number))
            if kept.body.count <= answerLimit {
                state.entries[key]?.kept = kept
                state.bytes += kept.body.count
            }
            while state.order.count - state.first > limit || state.bytes > bytesLimit {
                let oldest = state.order[state.first]
                state.first += 1
                guard let entry = state.entries[oldest.key], entry.number == oldest.number else { continue }
                state.bytes -= entry.kept?.body.count ?? 0
                state.entries[oldest.key] = nil
            }
            if state.first > limit {
                state.order.removeFirst(state.first)
                state.first = 0
            }
        }
    }

    /// Forgets a request that came to nothing, so that it may be sent again.
    func drop(_ key: String) { state.withLock { $0.entries[key] = nil } }
}

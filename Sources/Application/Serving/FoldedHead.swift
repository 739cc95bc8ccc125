internal import Synchronization

/// How far the views are, for those who wait until they hold what was just recorded.
final class FoldedHead: Sendable {
    private struct Waiter {
        let seq: Int64
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var seq: Int64 = 0
        var waiters: [Waiter] = []
        /// Nobody folds any more.
        var isEnded = false
    }

    private let state = Mutex(State())

    /// Who asks is not kept longer than this; then views that lag are better than none.
    static let patience = Duration.seconds(2)

    var seq: Int64 { state.withLock(\.seq) }

    /// Returns when the views hold the event, or patience ends.
    func wait(for seq: Int64) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.seq >= seq || state.isEnded { return true }
                state.waiters.append(
                    Waiter(seq: seq, deadline: .now + Self.patience, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func advance(to seq: Int64) {
        release { state in
            state.seq = max(state.seq, seq)
            return { [seq = state.seq] waiter in waiter.seq <= seq }
        }
    }

    /// Lets go of those whose patience ended.
    func expire(now: ContinuousClock.Instant = .now) { release { _ in { $0.deadline <= now } } }

    /// Lets go of all, now and later: nobody folds any more.
    func end() {
        release { state in
            state.isEnded = true
            return { _ in true }
        }
    }

    private func release(_ change: (inout State) -> (Waiter) -> Bool) {
        let done = state.withLock { state in
            let isDone = change(&state)
            let done = state.waiters.filter(isDone)
            state.waiters.removeAll(where: isDone)
            return done
        }
        for waiter in done { waiter.continuation.resume() }
    }
}

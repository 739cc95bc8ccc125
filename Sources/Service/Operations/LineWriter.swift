internal import Logging
internal import NIOPosix
internal import Synchronization

/// Lines on their way to a file that may take its time, such as a pipe that nobody reads.
///
/// Who adds a line never waits: one thread writes them in their order. When too many wait, the oldest below warning
/// goes, and a line says later how many did.
final class LineWriter: Sendable {
    private struct Line {
        let bytes: [UInt8]
        let isWarning: Bool
    }

    private struct State {
        var lines: [Line] = []
        var isWriting = false
        /// Since the last line that told of it.
        var dropped = 0
    }

    private let limit: Int
    private let write: @Sendable ([UInt8]) -> Void
    private let tell: @Sendable (Int) -> [UInt8]
    private let state = Mutex<State>(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// - Parameters:
    ///   - limit: lines that may wait; as many may be in the hands of the writing thread.
    ///   - write: writes a line, and may take as long as it likes.
    ///   - tell: the line that says how many were dropped.
    init(
        limit: Int = 4_096, write: @escaping @Sendable ([UInt8]) -> Void, tell: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.limit = limit
        self.write = write
        self.tell = tell
        thread.start()
    }

    deinit { thread.shutdownGracefully { _ in } }

    func add(_ bytes: [UInt8], level: Logger.Level) {
        let mustStart = state.withLock { state in
            if state.lines.count >= limit {
                state.dropped += 1
                if let oldest = state.lines.firstIndex(where: { !$0.isWarning }) {
                    state.lines.remove(at: oldest)
                } else if level < .warning {
                    return false
                } else {
                    state.lines.removeFirst()
                }
            }
            state.lines.append(Line(bytes: bytes, isWarning: level >= .warning))
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { thread.submit { [self] _ in drain() } }
    }

    private func drain() {
        while true {
            let (lines, dropped) = state.withLock { state in
                let taken = (state.lines, state.dropped)
                state.lines = []
                state.dropped = 0
                if taken.0.isEmpty && taken.1 == 0 { state.isWriting = false }
                return taken
            }
            if lines.isEmpty && dropped == 0 { return }
            for line in lines { write(line.bytes) }
            if dropped > 0 { write(tell(dropped)) }
        }
    }

    /// Returns once what was added before is written, or after `patience`: who reads no more must not keep the process.
    func flush(patience: Duration = .seconds(2)) async {
        let end = Once()
        await withCheckedContinuation { continuation in
            let finish: @Sendable () -> Void = { if end.isFirst { continuation.resume() } }
            thread.submit { _ in finish() }
            Task {
                try? await Task.sleep(for: patience)
                finish()
            }
        }
    }
}

/// Tells the first who asks from all others.
private final class Once: Sendable {
    private let wasAsked = Atomic<Bool>(false)

    var isFirst: Bool { !wasAsked.exchange(true, ordering: .acquiringAndReleasing) }
}

internal import Leads
internal import Ledger
internal import NIOPosix
internal import Views

/// The threads that questions are answered on, so that a long one keeps nobody from recording.
final class ReadLine: Sendable {
    private let threads: NIOThreadPool
    private let limit: Int
    private let running: Counter

    /// - Parameter running: counts those that run or wait.
    init(threads: Int, limit: Int, running: Counter) {
        self.threads = NIOThreadPool(numberOfThreads: max(1, threads))
        self.limit = limit + max(1, threads)
        self.running = running
        self.threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// Runs `body` on one of the threads; refuses when too many wait.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        guard running.reserve(1, limit: limit) else {
            throw Problem(.busy, "Too many questions wait for an answer.").retry(afterSeconds: 1)
        }
        defer { running.release(1) }
        return try await threads.runIfActive(body)
    }
}

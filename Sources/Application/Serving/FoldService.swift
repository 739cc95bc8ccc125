internal import Ledger
internal import Logging
internal import Service
internal import ServiceLifecycle
internal import Views

/// Folds what the ledger records into the views while a service runs.
struct FoldService: ServiceLifecycle.Service {
    let writer: LedgerWriter
    let views: ViewsWriter
    let gate: AccessGate
    let head: FoldedHead
    let logger: Logger

    /// Commits that follow each other closely are folded together.
    private static let pause = Duration.milliseconds(20)
    private static let pauseAfterFailure = Duration.seconds(1)

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(100))
                    head.expire()
                }
            }
            await foldAll()
            for await _ in writer.commits.cancelOnGracefulShutdown() {
                await foldAll()
                try? await Task.sleep(for: Self.pause)
            }
            _ = await fold()
            group.cancelAll()
        }
        head.end()
        // Nobody can say what the disk holds: only opening the ledger anew can. Whoever watches the process starts it
        // again; a service that goes on would answer every lead with a problem.
        if let failure = writer.failedFor { throw failure }
    }

    private func foldAll() async {
        while await !fold(), writer.failedFor == nil, !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await Task.sleep(for: Self.pauseAfterFailure)
        }
    }

    /// Views that cannot be written, on a full disk for instance, must not keep leads from being recorded.
    /// - Returns: whether they hold now what was recorded.
    private func fold() async -> Bool {
        do {
            let seq = try await views.catchUp()
            gate.replace(with: await views.access)
            head.advance(to: seq)
            return true
        } catch {
            logger.error("the views could not be folded", metadata: ["error": "\(error)"])
            return false
        }
    }
}

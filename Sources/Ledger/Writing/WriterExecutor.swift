internal import Dispatch

/// A thread of its own for work that blocks on the disk, so that it holds up nobody else's.
package final class WriterExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(name: String) { queue = DispatchQueue(label: name) }

    /// Runs `body` after everything that was asked for before.
    func execute(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

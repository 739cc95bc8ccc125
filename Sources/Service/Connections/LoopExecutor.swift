internal import NIOCore
internal import NIOPosix

/// Runs the work of connections on the threads that read and write their bytes.
///
/// Most of a request's work takes microseconds; to hand each step of it to a thread of another pool and the answer back
/// would cost more than the step. What may take longer runs elsewhere: commits on the writer's own thread, questions on
/// `ReadLine`.
final class LoopExecutor: TaskExecutor {
    private let group = MultiThreadedEventLoopGroup.singleton

    /// Stays on the loop that it is called on, else takes any.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        group.any().execute { job.runSynchronously(on: executor) }
    }
}

internal import Service
internal import Synchronization

/// Which sources could be read when last tried, for those who watch the service.
final class SourceHealth: Sendable {
    private let failing = Mutex<[String: Bool]>([:])

    func note(_ source: String, isFailing: Bool) { failing.withLock { $0[source] = isFailing } }

    /// A source that was removed keeps its last figure until the service starts again.
    var metrics: [Metrics.Family] {
        let samples = failing.withLock { failing in
            failing.sorted { $0.key < $1.key }.map { name, isFailing in
                Metrics.Sample("", [("source", name)], isFailing ? 1 : 0)
            }
        }
        return [
            Metrics.Family("leadledger_source_failing", .gauge, "1 when a source could not be read.", samples)
        ]
    }
}

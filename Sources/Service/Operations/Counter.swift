internal import Synchronization

/// A number that many threads add to.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add(_ amount: Int = 1) { value.add(amount, ordering: .relaxed) }

    /// Adds `amount` unless that leads beyond `limit`; from zero it always may, so that nothing is too large for ever.
    func reserve(_ amount: Int, limit: Int) -> Bool {
        let before = value.add(amount, ordering: .relaxed).oldValue
        guard before > 0, before + amount > limit else { return true }
        release(amount)
        return false
    }

    func release(_ amount: Int) { value.subtract(amount, ordering: .relaxed) }
}

/// How often something took how long: counts by fixed bounds, and the sum.
final class Histogram: Sendable {
    /// Upper ends of the buckets in microseconds.
    static let bounds: [Int] = [
        500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000,
    ]

    private let buckets = (0...bounds.count).map { _ in Counter() }
    private let micros = Counter()

    func record(micros value: Int) {
        buckets[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count].add()
        micros.add(value)
    }

    /// What Prometheus reads: cumulative buckets, sum and count. Empty when nothing was recorded.
    func samples(_ labels: [Metrics.Label]) -> [Metrics.Sample] {
        var total = 0
        var samples: [Metrics.Sample] = []
        for (index, bucket) in buckets.enumerated() {
            total += bucket.count
            let bound = index < Self.bounds.count ? "\(Double(Self.bounds[index]) / 1_000_000)" : "+Inf"
            samples.append(Metrics.Sample("_bucket", labels + [("le", bound)], Double(total)))
        }
        guard total > 0 else { return [] }
        samples.append(Metrics.Sample("_sum", labels, Double(micros.count) / 1_000_000))
        samples.append(Metrics.Sample("_count", labels, Double(total)))
        return samples
    }
}

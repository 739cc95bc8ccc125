internal import Synchronization

/// How fast each API key may ask: a token bucket each.
///
/// Only keys that exist have a bucket, so there are never more than keys.
final class KeyPace: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
    }

    private let perSecond: Double
    private let burst: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    init(perSecond: Int) {
        self.perSecond = Double(max(1, perSecond))
        burst = self.perSecond * 2
    }

    /// Takes one request out of the key's bucket.
    /// - Returns: `nil` when there was one, else how many seconds to wait, at least 1.
    func take(_ key: String, now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(tokens: burst, filledAt: now)
            let elapsed = (now - bucket.filledAt) / .seconds(1)
            bucket.tokens = min(burst, bucket.tokens + max(0, elapsed) * perSecond)
            bucket.filledAt = now
            defer { buckets[key] = bucket }
            guard bucket.tokens >= 1 else { return max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up))) }
            bucket.tokens -= 1
            return nil
        }
    }
}

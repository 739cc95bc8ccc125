/// How regularly an offer, an endpoint or a source shows that it lives, and since when it is silent.
///
/// Every arrival counts, also a test lead and one that was quarantined: what is asked is whether anything still comes
/// through, not whether it is worth something.
package struct Heartbeat: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case offer, endpoint, source

        /// What a recorded event's actor names; `nil` when it is neither an endpoint nor a source.
        package static func named(actor: String) -> (kind: Kind, name: String)? {
            for kind in [Kind.endpoint, .source] where actor.hasPrefix(kind.rawValue + ":") {
                return (kind, String(actor.dropFirst(kind.rawValue.count + 1)))
            }
            return nil
        }
    }

    package let kind: Kind
    /// The offer's text, or the name of the endpoint or source.
    package let name: String
    package let rhythm: Rhythm

    package init(kind: Kind, name: String, rhythm: Rhythm) {
        self.kind = kind
        self.name = name
        self.rhythm = rhythm
    }

    /// Arrivals so far.
    package var count: Int64 { rhythm.count }
    package var last: Instant { Instant(micros: rhythm.last) }
    package var habit: Span? { rhythm.habit }

    /// Since when nothing came; never negative.
    package func silence(at now: Instant) -> Span { max(Span(micros: 0), now - last) }

    /// Whether nothing came for three times the habit, and at least three hours. Without a habit there is no telling.
    package func isSilent(at now: Instant) -> Bool {
        guard let habit else { return false }
        return silence(at: now) > 3 * max(habit, .hour)
    }
}

/// The last arrival and the gaps between those before it: the fold of arrivals at one place.
package struct Rhythm: Hashable, Sendable {
    package private(set) var count: Int64 = 0
    /// Microseconds since 1970; means nothing while `count` is 0.
    package private(set) var last: Int64 = 0
    /// Gaps so far, of which the last `gapLimit` are kept.
    package private(set) var gapCount: Int64 = 0
    /// Microseconds each; gap number n, from 0, stands at n modulo `gapLimit`.
    package private(set) var gaps: [Int64] = []

    package static let gapLimit = 32
    /// Fewer gaps make no habit.
    package static let fewestGaps = 8

    package init() {}

    /// What was stored; `nil` when no fold leaves such a state.
    package init?(count: Int64, last: Int64, gapCount: Int64, gaps: [Int64]) {
        guard gapCount >= 0, Int64(gaps.count) == min(gapCount, Int64(Self.gapLimit)), count > gapCount,
            Self.times ~= last, gaps.allSatisfy({ 0...Self.longest ~= $0 })
        else { return nil }
        self.count = count
        self.last = last
        self.gapCount = gapCount
        self.gaps = gaps
    }

    /// Takes in an arrival. Time goes forward only: one that is not later than the last is counted and makes no gap, so
    /// that old leads from a file neither wake nor hurry a rhythm.
    /// - Parameter at: microseconds since 1970.
    package mutating func evolve(at: Int64) {
        count += 1
        guard count == 1 || at > last else { return }
        let time = min(max(at, Self.times.lowerBound), Self.times.upperBound)
        if count > 1 {
            let place = Int(gapCount % Int64(Self.gapLimit))
            if place < gaps.count { gaps[place] = time - last } else { gaps.append(time - last) }
            gapCount += 1
        }
        last = time
    }

    /// The 95th percentile of the gaps kept, nearest rank: all but the longest few are no longer.
    package var habit: Span? {
        guard gaps.count >= Self.fewestGaps else { return nil }
        let rank = (gaps.count * 95 + 99) / 100
        return Span(micros: gaps.sorted()[rank - 1])
    }

    /// Times that text can name; with others, the difference of two might have no number.
    private static let times = Instant.earliest.micros...Instant.latest.micros
    private static let longest = times.upperBound - times.lowerBound
}

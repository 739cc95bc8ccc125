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

    /// Whether nothing came for more than three times the habit. Of one that was not seen through a week yet, more than
    /// three days of silence are asked as well: its nights and weekends are not known, and a weekend between
    /// busy office hours is shorter. Without a habit there is no telling.
    package func isSilent(at now: Instant) -> Bool {
        guard let habit else { return false }
        let silence = silence(at: now)
        return silence > 3 * habit && (rhythm.known >= Self.acquaintance || silence > Self.patience)
    }

    /// A week, and a day more, so that the arrival after its weekend is among those seen.
    private static let acquaintance = 8 * Span.day
    private static let patience = 3 * Span.day
}

/// The first and the last arrival and the pauses between: the fold of arrivals at one place.
///
/// Arrivals less than two hours apart are one burst. Only the longer gaps, the pauses, tell what silence looks like
/// here: the minutes between the leads of a busy day would make every night look like the end. It takes two hours,
/// since where a lead comes about once an hour, the pauses kept would otherwise reach back to one weekend only.
package struct Rhythm: Hashable, Sendable {
    package private(set) var count: Int64 = 0
    /// Microseconds since 1970, like `last`; both mean nothing while `count` is 0.
    package private(set) var first: Int64 = 0
    package private(set) var last: Int64 = 0
    /// Pauses so far, of which the last `pauseLimit` are kept.
    package private(set) var pauseCount: Int64 = 0
    /// Microseconds each; pause number n, from 0, stands at n modulo `pauseLimit`.
    package private(set) var pauses: [Int64] = []

    package static let pauseLimit = 32
    /// Fewer arrivals make no habit.
    package static let fewestArrivals: Int64 = 8

    package init() {}

    /// What was stored; `nil` when no fold leaves such a state.
    package init?(count: Int64, first: Int64, last: Int64, pauseCount: Int64, pauses: [Int64]) {
        guard pauseCount >= 0, Int64(pauses.count) == min(pauseCount, Int64(Self.pauseLimit)), count > pauseCount,
            Self.times ~= first, first...Self.times.upperBound ~= last, count > 1 || first == last
        else { return nil }
        // All pauses lie between the first and the last arrival, those no longer kept with two hours each at least.
        var rest = last - first
        for pause in pauses {
            guard pause >= Self.shortest, pause <= rest else { return nil }
            rest -= pause
        }
        guard pauseCount - Int64(pauses.count) <= rest / Self.shortest else { return nil }
        self.count = count
        self.first = first
        self.last = last
        self.pauseCount = pauseCount
        self.pauses = pauses
    }

    /// Takes in an arrival. Time goes forward only: one that is not later than the last is counted and makes no gap, so
    /// that old leads from a file neither wake nor hurry a rhythm.
    /// - Parameter at: microseconds since 1970.
    package mutating func evolve(at: Int64) {
        count += 1
        guard count == 1 || at > last else { return }
        let time = min(max(at, Self.times.lowerBound), Self.times.upperBound)
        if count == 1 {
            first = time
        } else if time - last >= Self.shortest {
            let place = Int(pauseCount % Int64(Self.pauseLimit))
            if place < pauses.count { pauses[place] = time - last } else { pauses.append(time - last) }
            pauseCount += 1
        }
        last = time
    }

    /// From the first arrival to the last.
    package var known: Span { Span(micros: last - first) }

    /// The 95th percentile of the pauses kept, nearest rank: all but the longest few are no longer. Two hours
    /// where all arrivals are one burst, so never less than that.
    package var habit: Span? {
        guard count >= Self.fewestArrivals else { return nil }
        guard !pauses.isEmpty else { return Span(micros: Self.shortest) }
        let rank = (pauses.count * 95 + 99) / 100
        return Span(micros: pauses.sorted()[rank - 1])
    }

    /// Times that text can name; with others, the difference of two might have no number.
    private static let times = Instant.earliest.micros...Instant.latest.micros
    private static let shortest = (2 * Span.hour).micros
}

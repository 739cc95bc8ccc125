import Leads
import TestKit
import Testing

/// Whether something is silent is judged by its own habit.
@Suite struct HeartbeatTests {
    private let start = Instant(micros: 1_700_000_000_000_000)

    private func rhythm(_ times: [Instant]) -> Rhythm {
        var rhythm = Rhythm()
        for time in times { rhythm.evolve(at: time.micros) }
        return rhythm
    }

    /// An arrival after each of these minutes.
    private func heartbeat(gaps: [Int64]) -> Heartbeat {
        var times = [start]
        for gap in gaps { times.append(times[times.count - 1] + gap * .minute) }
        return Heartbeat(kind: .offer, name: "contoso.app", rhythm: rhythm(times))
    }

    @Test func `there is a habit after eight gaps, and no silence before`() {
        let young = heartbeat(gaps: [Int64](repeating: 90, count: 7))
        #expect(young.habit == nil && young.count == 8)
        #expect(!young.isSilent(at: young.last + 1_000 * .day))
        let grown = heartbeat(gaps: [Int64](repeating: 90, count: 8))
        #expect(grown.habit == 90 * .minute)
        #expect(!grown.isSilent(at: grown.last + 270 * .minute))
        #expect(grown.isSilent(at: grown.last + 270 * .minute + Span(micros: 1)))
    }

    @Test func `a fast one is silent after three hours only`() {
        let fast = heartbeat(gaps: [Int64](repeating: 1, count: 20))
        #expect(fast.habit == .minute)
        #expect(!fast.isSilent(at: fast.last + 3 * .hour))
        #expect(fast.isSilent(at: fast.last + 3 * .hour + .second))
    }

    @Test func `the habit is the 95th percentile by nearest rank of the last 32 gaps`() {
        #expect(heartbeat(gaps: (1...8).map { $0 }).habit == 8 * .minute)
        #expect(heartbeat(gaps: (1...20).map { $0 }.reversed()).habit == 19 * .minute)
        #expect(heartbeat(gaps: (1...32).map { $0 }).habit == 31 * .minute)
        // One long night in 32 gaps is not the habit, two are.
        let day = [Int64](repeating: 10, count: 31)
        #expect(heartbeat(gaps: day + [600]).habit == 10 * .minute)
        #expect(heartbeat(gaps: [600] + day.dropLast() + [600]).habit == 600 * .minute)
        #expect(heartbeat(gaps: [600, 600] + day + [10]).habit == 10 * .minute, "what is older is forgotten")
    }

    @Test func `time goes forward only: old and simultaneous arrivals are counted and change nothing else`() {
        let times = (0..<10).map { start + Int64($0) * .hour }
        let plain = rhythm(times)
        var disturbed = Rhythm()
        for time in times {
            disturbed.evolve(at: time.micros)
            disturbed.evolve(at: time.micros)
            disturbed.evolve(at: (time - 5 * .day).micros)
        }
        #expect(disturbed.count == 30 && plain.count == 10)
        #expect(disturbed.last == plain.last && disturbed.habit == plain.habit && disturbed.gaps == plain.gaps)
    }

    @Test func `a clock behind the last arrival is no silence`() {
        let heartbeat = heartbeat(gaps: [Int64](repeating: 90, count: 8))
        #expect(heartbeat.silence(at: heartbeat.last - .hour) == Span(micros: 0))
        #expect(!heartbeat.isSilent(at: heartbeat.last - .hour))
        #expect(heartbeat.silence(at: heartbeat.last + .hour) == .hour)
    }

    @Test func `times beyond all calendars are borne`() {
        var rhythm = Rhythm()
        for time in [Int64.min, .min + 1, 0, .max - 1, .max] { rhythm.evolve(at: time) }
        let heartbeat = Heartbeat(kind: .source, name: "table", rhythm: rhythm)
        #expect(heartbeat.count == 5)
        #expect(heartbeat.silence(at: .latest) == Span(micros: 0))
        #expect(heartbeat.silence(at: .earliest) == Span(micros: 0))
        #expect(Rhythm(count: rhythm.count, last: rhythm.last, gapCount: rhythm.gapCount, gaps: rhythm.gaps) == rhythm)
    }

    @Test func `a stored rhythm goes on where it stood, and one that no fold leaves is refused`() {
        var random = SeededRandom.announced("rhythms")
        for _ in 0..<300 {
            var whole = Rhythm()
            var parted = Rhythm()
            for _ in 0..<random.below(90) {
                let time = start.micros + Int64(random.below(1_000_000_000))
                whole.evolve(at: time)
                parted.evolve(at: time)
                if random.below(4) == 0 {
                    let stored = Rhythm(
                        count: parted.count, last: parted.last, gapCount: parted.gapCount, gaps: parted.gaps)
                    #expect(stored == parted)
                    parted = stored ?? Rhythm()
                }
            }
            #expect(whole == parted)
        }
        #expect(Rhythm(count: 9, last: 0, gapCount: 8, gaps: [1]) == nil)
        #expect(Rhythm(count: 9, last: 0, gapCount: -1, gaps: []) == nil)
        #expect(Rhythm(count: 1, last: 0, gapCount: 1, gaps: [1]) == nil)
        #expect(Rhythm(count: 2, last: 0, gapCount: 1, gaps: [-1]) == nil)
        #expect(Rhythm(count: 2, last: .max, gapCount: 1, gaps: [1]) == nil)
        #expect(Rhythm(count: 99, last: 0, gapCount: 40, gaps: [Int64](repeating: 1, count: 33)) == nil)
    }

    @Test func `an actor names an endpoint or a source, or neither`() throws {
        let endpoint = try #require(Heartbeat.Kind.named(actor: "endpoint:web:2"))
        #expect(endpoint.kind == .endpoint && endpoint.name == "web:2")
        let source = try #require(Heartbeat.Kind.named(actor: "source:table"))
        #expect(source.kind == .source && source.name == "table")
        for actor in ["import", "key:web", "endpoint", "offer:web", "", "Endpoint:web"] {
            #expect(Heartbeat.Kind.named(actor: actor) == nil, "\(actor)")
        }
    }
}

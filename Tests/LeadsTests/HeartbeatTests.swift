import Foundation
import Leads
import TestKit
import Testing

/// Whether something is silent is judged by its own habit.
@Suite struct HeartbeatTests {
    private let start = Instant(micros: 1_700_000_000_000_000)
    private let monday = Instant(micros: 1_699_833_600_000_000)

    private func rhythm(_ times: [Instant]) -> Rhythm {
        var rhythm = Rhythm()
        for time in times { rhythm.evolve(at: time.micros) }
        return rhythm
    }

    private func heartbeat(_ times: [Instant]) -> Heartbeat {
        Heartbeat(kind: .offer, name: "contoso.app", rhythm: rhythm(times))
    }

    /// An arrival after each of these hours.
    private func heartbeat(gaps: [Int64]) -> Heartbeat {
        var times = [start]
        for gap in gaps { times.append(times[times.count - 1] + gap * .hour) }
        return heartbeat(times)
    }

    /// `times` arrivals, one after each `span`.
    private func heartbeat(every span: Span, times: Int64) -> Heartbeat {
        heartbeat((0..<times).map { start + $0 * span })
    }

    private func expectSilence(after span: Span, _ heartbeat: Heartbeat, _ comment: Comment? = nil) {
        #expect(!heartbeat.isSilent(at: heartbeat.last + span), comment)
        #expect(heartbeat.isSilent(at: heartbeat.last + span + Span(micros: 1)), comment)
    }

    @Test func `there is a habit after eight arrivals, and no silence before`() {
        let young = heartbeat(every: 2 * .day, times: 7)
        #expect(young.habit == nil && young.count == 7)
        #expect(!young.isSilent(at: young.last + 1_000 * .day))
        let grown = heartbeat(every: 2 * .day, times: 8)
        #expect(grown.habit == 2 * .day)
        expectSilence(after: 6 * .day, grown)
    }

    @Test func `arrivals less than two hours apart are one burst, and the habit is two hours at least`() {
        let burst = heartbeat(every: 119 * .minute, times: 300)
        #expect(burst.rhythm.pauses.isEmpty && burst.habit == 2 * .hour)
        #expect(burst.rhythm.known == 299 * 119 * .minute)
        expectSilence(after: 6 * .hour, burst)
        let pauses = heartbeat(every: 2 * .hour, times: 300)
        #expect(pauses.rhythm.pauseCount == 299 && pauses.rhythm.pauses.count == 32 && pauses.habit == 2 * .hour)
        expectSilence(after: 6 * .hour, pauses)
    }

    @Test func `the habit is the 95th percentile by nearest rank of the last 32 pauses`() {
        #expect(heartbeat(gaps: (2...9).map { $0 }).habit == 9 * .hour)
        #expect(heartbeat(gaps: (2...21).map { $0 }.reversed()).habit == 20 * .hour)
        #expect(heartbeat(gaps: (2...33).map { $0 }).habit == 32 * .hour)
        // One long pause in 32 is not the habit, two are.
        let short = [Int64](repeating: 10, count: 31)
        #expect(heartbeat(gaps: short + [600]).habit == 10 * .hour)
        #expect(heartbeat(gaps: [600] + short.dropLast() + [600]).habit == 600 * .hour)
        #expect(heartbeat(gaps: [600, 600] + short + [10]).habit == 10 * .hour, "what is older is forgotten")
    }

    @Test func `until it is known for eight days, only more than three days are silence`() {
        expectSilence(after: 3 * .day, heartbeat(every: .hour, times: 8 * 24))
        expectSilence(after: 6 * .hour, heartbeat(every: .hour, times: 8 * 24 + 1))
        expectSilence(after: 75 * .hour, heartbeat(every: 25 * .hour, times: 8))
    }

    @Test func `office hours are not silent at night or over a weekend, not even the first`() {
        var random = SeededRandom.announced("office hours")
        var rhythm = Rhythm()
        var nights = 0
        for day in Int64(0)..<7 * 7 where day % 7 < 5 {
            var time = monday + day * .day + 9 * .hour + Int64(random.below(30)) * .minute
            while time < monday + day * .day + 17 * .hour {
                let before = Heartbeat(kind: .offer, name: "contoso.app", rhythm: rhythm)
                if time - before.last > 12 * .hour, day > 0 {
                    #expect(!before.isSilent(at: time), "the morning of day \(day)")
                    nights += 1
                }
                rhythm.evolve(at: time.micros)
                time = time + Int64(1 + random.below(20)) * .minute
                let noon = monday + day * .day + 12 * .hour
                if time >= noon, time < noon + .hour { time = noon + .hour }
            }
            guard day >= 5 * 7 - 3 else { continue }
            let heartbeat = Heartbeat(kind: .offer, name: "contoso.app", rhythm: rhythm)
            #expect(!heartbeat.isSilent(at: heartbeat.last + 3 * .day), "day \(day)")
            #expect(heartbeat.isSilent(at: heartbeat.last + 9 * .day), "day \(day)")
        }
        #expect(nights == 34)
    }

    /// When leads come to an office from nine to five on weekdays, `rate` an hour, each whenever it likes.
    private func officeHours(weeks: Int64, rate: Double, _ random: inout SeededRandom) -> [Instant] {
        var times: [Instant] = []
        for day in 0..<7 * weeks where day % 7 < 5 {
            var hours = 0.0
            while true {
                hours -= log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &random)) / rate
                guard hours < 8 else { break }
                times.append(monday + day * .day + 9 * .hour + Span(micros: Int64(hours * 3_600_000_000)))
            }
        }
        return times
    }

    @Test func `random office hours are hardly ever silent wrongly once two weeks were seen`() {
        var random = SeededRandom.announced("random office hours")
        var wrong: [String] = []
        var weekends = 0
        for rate in [0.8, 1, 1.25, 1.5, 2, 3, 4, 6] {
            for _ in 0..<25 {
                var rhythm = Rhythm()
                for time in officeHours(weeks: 20, rate: rate, &random) {
                    let before = Heartbeat(kind: .offer, name: "contoso.app", rhythm: rhythm)
                    rhythm.evolve(at: time.micros)
                    // Asking at each of the minutes in a burst only takes time.
                    guard before.count > 0, before.last >= monday + 14 * .day, time - before.last > .hour else {
                        continue
                    }
                    if before.isSilent(at: time) { wrong.append("\(rate) an hour, until \(time)") }
                    if time - before.last > 2 * .day { weekends += 1 }
                }
                let heartbeat = Heartbeat(kind: .offer, name: "contoso.app", rhythm: rhythm)
                #expect(heartbeat.isSilent(at: heartbeat.last + 14 * .day), "\(rate) an hour")
            }
        }
        #expect(wrong.count <= 1, "\(wrong)")
        #expect(weekends >= 200 * 17)
    }

    @Test func `hourly for two days and then nothing is silent after three days`() {
        let heartbeat = heartbeat(every: .hour, times: 48)
        expectSilence(after: 3 * .day, heartbeat)
        #expect(heartbeat.isSilent(at: heartbeat.last + 5 * .day))
    }

    @Test func `daily and then nothing is silent after three days`() {
        let heartbeat = heartbeat(every: .day, times: 30)
        expectSilence(after: 3 * .day, heartbeat)
        #expect(heartbeat.isSilent(at: heartbeat.last + 10 * .day))
    }

    @Test func `a hundred leads at once each week are silent after three weeks, but after three days in the first`() {
        func bursts(_ weeks: Int64) -> Heartbeat {
            heartbeat((0..<weeks).flatMap { week in (0..<100).map { start + week * 7 * .day + $0 * 20 * .second } })
        }
        expectSilence(after: 3 * .day, bursts(1), "one burst tells nothing of the next")
        let pause = (7 * 24 * 60 - 33) * Span.minute
        for weeks: Int64 in [2, 3, 40] {
            let heartbeat = bursts(weeks)
            #expect(heartbeat.count == 100 * weeks && heartbeat.rhythm.pauseCount == weeks - 1)
            #expect(heartbeat.habit == pause)
            expectSilence(after: 3 * pause, heartbeat, "\(weeks) weeks")
        }
    }

    @Test func `time goes forward only: old and simultaneous arrivals are counted and change nothing else`() {
        let times = (0..<10).map { start + Int64($0) * 3 * .hour }
        let plain = rhythm(times)
        var disturbed = Rhythm()
        for time in times {
            disturbed.evolve(at: time.micros)
            disturbed.evolve(at: time.micros)
            disturbed.evolve(at: (time - 5 * .day).micros)
        }
        #expect(disturbed.count == 30 && plain.count == 10)
        #expect(disturbed.first == plain.first && disturbed.last == plain.last && disturbed.habit == plain.habit)
        #expect(disturbed.pauseCount == plain.pauseCount && disturbed.pauses == plain.pauses)
    }

    @Test func `a clock behind the last arrival is no silence`() {
        let heartbeat = heartbeat(every: 90 * .minute, times: 200)
        #expect(heartbeat.silence(at: heartbeat.last - .hour) == Span(micros: 0))
        #expect(!heartbeat.isSilent(at: heartbeat.last - .hour))
        #expect(heartbeat.silence(at: heartbeat.last + .hour) == .hour)
    }

    private func stored(_ rhythm: Rhythm) -> Rhythm? {
        Rhythm(
            count: rhythm.count, first: rhythm.first, last: rhythm.last, pauseCount: rhythm.pauseCount,
            pauses: rhythm.pauses)
    }

    @Test func `times beyond all calendars are borne`() {
        var rhythm = Rhythm()
        for time in [Int64.min, .min + 1, 0, 1, 2, 3, .max - 1, .max] { rhythm.evolve(at: time) }
        let heartbeat = Heartbeat(kind: .source, name: "table", rhythm: rhythm)
        #expect(heartbeat.count == 8 && rhythm.pauseCount == 2)
        #expect(heartbeat.silence(at: .latest) == Span(micros: 0))
        #expect(heartbeat.silence(at: .earliest) == Span(micros: 0))
        #expect(!heartbeat.isSilent(at: .latest) && heartbeat.habit == .latest - Instant(micros: 3))
        #expect(stored(rhythm) == rhythm)
    }

    @Test func `a stored rhythm goes on where it stood`() {
        var random = SeededRandom.announced("rhythms")
        var longest: Int64 = 0
        for _ in 0..<300 {
            var whole = Rhythm()
            var parted = Rhythm()
            var time = start
            for _ in 0..<random.below(200) {
                // Bursts, the shortest pauses, longer ones, and steps back in time.
                let minutes = random.below(4) == 0 ? 120 : random.below(480) - 120
                time = time + Int64(minutes) * .minute
                whole.evolve(at: time.micros)
                parted.evolve(at: time.micros)
                if random.below(4) == 0 {
                    #expect(stored(parted) == parted)
                    parted = stored(parted) ?? Rhythm()
                }
            }
            #expect(whole == parted)
            longest = max(longest, whole.pauseCount)
        }
        #expect(longest > 64)
    }

    @Test func `a stored rhythm that no fold leaves is refused`() {
        let pause = (2 * Span.hour).micros
        func isAllowed(_ count: Int64, _ first: Int64, _ last: Int64, _ pauseCount: Int64, _ pauses: [Int64]) -> Bool {
            Rhythm(count: count, first: first, last: last, pauseCount: pauseCount, pauses: pauses) != nil
        }
        let full = [Int64](repeating: pause, count: 32)
        #expect(isAllowed(9, 0, 3 * pause, 2, [pause, 2 * pause]))
        #expect(isAllowed(99, -5, 40 * pause - 5, 40, full))
        #expect(!isAllowed(0, 0, 0, 0, []), "nothing arrived")
        #expect(!isAllowed(1, 0, 1, 0, []), "the one arrival is the first and the last")
        #expect(!isAllowed(9, 1, 0, 0, []), "the last before the first")
        #expect(!isAllowed(9, 0, 9 * pause, 2, [pause]), "a pause too few")
        #expect(!isAllowed(9, 0, 9 * pause, -1, []))
        #expect(!isAllowed(1, 0, 9 * pause, 1, [pause]), "as many pauses as arrivals")
        #expect(!isAllowed(9, 0, 9 * pause, 1, [pause - 1]), "a pause too short")
        #expect(!isAllowed(9, 0, 9 * pause, 1, [-pause]))
        #expect(!isAllowed(9, 0, 3 * pause - 1, 2, [pause, 2 * pause]), "more pauses than time")
        #expect(!isAllowed(9, 0, 9 * pause, 2, [.max, .max]))
        #expect(!isAllowed(99, 0, 40 * pause - 1, 40, full), "no time for the pauses no longer kept")
        #expect(!isAllowed(99, 0, 99 * pause, 40, full + [pause]), "a pause too many")
        #expect(!isAllowed(2, 0, .max, 0, []))
        #expect(!isAllowed(2, .min, 0, 0, []))
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

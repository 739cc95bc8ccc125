internal import Leads

/// A month of arrivals: visits of made-up people, step by step, in the order in which the rows arrived.
struct Traffic {
    private let seed: UInt64
    private let month: Month

    init(seed: UInt64, month: Month) {
        self.seed = seed
        self.month = month
    }

    /// One arrival, kept small until it is written.
    private struct Arrival {
        var arrivedAt: Int64
        let occurredAt: Int64
        let person: Int
        let listing: Listing
        let step: Step
        let isTest: Bool
        /// What spellings and descriptions are drawn from.
        let dice: UInt64
    }

    func rows(_ count: Int) -> some Sequence<Table> {
        var random = SeededRandom(seed: seed)
        var arrivals: [Arrival] = []
        arrivals.reserveCapacity(count)
        var people = 0
        while arrivals.count < count {
            visit(&random, &people, &arrivals)
        }
        arrivals.removeLast(arrivals.count - count)
        for index in arrivals.indices where random.happens(Assumptions.late) {
            arrivals[index].arrivedAt += Int64(1 + random.below(72)) * Span.hour.micros
        }
        // Equal times keep an order, or the same seed could give two files.
        arrivals.sort { ($0.arrivedAt, $0.dice) < ($1.arrivedAt, $1.dice) }
        return arrivals.lazy.map { row($0) }
    }

    /// Someone comes for one offer, and does one thing after the other.
    private func visit(_ random: inout SeededRandom, _ people: inout Int, _ arrivals: inout [Arrival]) {
        let listing: Listing = random.pick(Listing.all)
        let path: [Step] = random.pick(listing.isAddIn ? Assumptions.addInPaths : Assumptions.paths)
        let isTest = random.happens(Assumptions.test)
        let returns = people > 0 && random.happens(Assumptions.returning)
        if !returns { people += 1 }
        let person = returns ? 1 + random.below(people) : people
        var time = month.start.micros + Int64(random.next() % UInt64(month.length.micros / 1_000)) * 1_000
        let end = (month.start + month.length).micros
        for step in isTest ? [.get] : path {
            guard time < end else { return }
            arrivals.append(
                Arrival(
                    arrivedAt: time, occurredAt: time, person: person, listing: listing, step: step, isTest: isTest,
                    dice: random.next()))
            time += pause(&random)
            if random.happens(Assumptions.repeated), time < end {
                arrivals.append(
                    Arrival(
                        arrivedAt: time, occurredAt: time, person: person, listing: listing, step: step,
                        isTest: isTest, dice: random.next()))
                time += pause(&random)
            }
        }
    }

    private func pause(_ random: inout SeededRandom) -> Int64 {
        let hours: Int = random.pick(Assumptions.hoursBetween)
        return Int64(1 + random.below(hours * 3_600_000)) * 1_000
    }

    private func row(_ arrival: Arrival) -> Table {
        var random = SeededRandom(seed: arrival.dice)
        var source = random.pick(arrival.step.sources)
        var action = arrival.step.action
        if arrival.step == .testDrive, random.happens(Assumptions.mismatchedSource) { source = "AzureMarketplace" }
        if random.happens(Assumptions.unknownAction) { action = random.pick(["OfferViewed", "REQ"]) }
        let time = written(Instant(micros: arrival.occurredAt), &random)
        if arrival.isTest {
            let mark = testMark(arrival.occurredAt)
            return Table(fields: [
                time, source, action, arrival.listing.offer, arrival.listing.title, "\(mark)@example.com", mark, mark,
                "1234567890", "US", mark, mark, mark,
            ])
        }
        let person = Person(number: arrival.person, seed: seed)
        let details =
            arrival.listing.isAddIn
            ? ["", "", "", "", ""]
            : [person.phone, person.country, person.company, person.title, description(arrival.step, &random)]
        return Table(
            fields: [
                time, source, action, arrival.listing.offer, arrival.listing.title, person.email ?? "",
                person.firstName, person.lastName,
            ] + details)
    }

    /// RFC 3339, mostly in UTC.
    private func written(_ time: Instant, _ random: inout SeededRandom) -> String {
        guard random.happens(0.05) else { return time.description }
        return (time + 2 * Span.hour).description.dropLast() + "+02:00"
    }

    /// Test leads carry the 100-nanosecond ticks since the year 1 in every field.
    private func testMark(_ micros: Int64) -> String {
        "MSFT_TEST_\((micros - Instant.earliest.micros) * 10)"
    }

    private func description(_ step: Step, _ random: inout SeededRandom) -> String {
        if step == .contact {
            return random.pick([
                "Please call back, mornings are best.", "We need a quote for 25 seats,\nand an invoice per \"site\".",
                "Können Sie uns eine Demo zeigen?\r\nVielen Dank", "",
            ])
        }
        return random.pick(["", "", "", "Campaigns: ", " ", "{\"mktcmpid\":\"1234\",\"partnerid\":\"98765\"}"])
    }
}

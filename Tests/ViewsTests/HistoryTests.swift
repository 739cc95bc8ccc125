import Leads
import Ledger
import LedgerTestKit
import TestKit
import Testing

@testable import Views

/// Views are a fold: whatever is appended and whenever it is folded, they say the same.
@Suite struct HistoryTests {
    private let userPolicy = Policy(
        name: "own", stages: [Action("Novel"): .trial, .doNotContact: .active, .install: .interest])

    /// Appends a random history and folds it at random moments.
    private func history(_ home: TemporaryHome, _ random: inout SeededRandom, policy: Policy) async throws
        -> RandomHistory
    {
        let writer = try home.writer()
        var views: ViewsWriter?
        var history = RandomHistory(SeededRandom(seed: random.next()), start: home.clock.now)
        var seq: Int64 = 0
        let size = 50 + random.below(300)
        while seq < size {
            let events = (0..<1 + random.below(12)).map { history.next(seq: seq + 1 + Int64($0)) }
            let answers = try await writer.append(events)
            #expect(answers.map { $0.receipt?.seq } == (0..<events.count).map { seq + 1 + Int64($0) })
            seq += Int64(events.count)
            home.clock.move(Int64(random.below(3)) * .minute)
            switch random.below(6) {
            case 0, 1:
                if views == nil { views = try ViewsWriter(files: home.files, policy: policy) }
                #expect(try await views?.catchUp() == seq)
            case 2:
                try await views?.close()
                views = nil
            default: break
            }
        }
        try await views?.close()
        try await writer.close()
        return history
    }

    @Test func `views folded in any batches are those folded at once, and those a naive reader finds`() async throws {
        var random = SeededRandom.announced("histories")
        for round in 0..<60 {
            let policy = [Policy.september2018, .august2019, userPolicy][round % 3]
            let home = try TemporaryHome()
            let history = try await history(home, &random, policy: policy)
            let views = try ViewsWriter(files: home.files, policy: policy)
            try await views.catchUp()
            let destinations = await views.destinations
            let (access, sources) = (await views.access, await views.sources)
            let rebuild = try await views.rebuild(swap: false)
            #expect(rebuild.views.allSatisfy { $0.differences == 0 }, "round \(round): \(rebuild)")
            #expect(
                rebuild.views.map(\.name) == [
                    "customers", "leads", "funnel", "deliveries", "attempts", "access", "sources", "quarantine",
                    "heartbeats",
                ])
            try await views.close()
            try compare(home, history, policy, "round \(round)")

            home.deleteDatabase("views.db")
            let anew = try ViewsWriter(files: home.files, policy: policy)
            try await anew.catchUp()
            #expect(await anew.destinations == destinations)
            let (accessAnew, sourcesAnew) = (await anew.access, await anew.sources)
            #expect(accessAnew == access && sourcesAnew == sources)
            let again = try await anew.rebuild(swap: false)
            #expect(again.views == rebuild.views)
            try await anew.close()
        }
    }

    private func compare(_ home: TemporaryHome, _ history: RandomHistory, _ policy: Policy, _ place: String) throws {
        let ledger = try LedgerReader(files: home.files)
        let views = try #require(try ViewsReader(files: home.files, ledger: ledger.id, policy: policy))
        let terms = try ledger.allTerms()
        let stages = StageTable(policy) { terms.number($0) }
        let naive = NaiveFold(history.actions, policy)
        var found: [NaiveFold.Key: NaiveFold.Lead] = [:]
        var numbers: Set<UInt32> = []
        for customer in 0..<12 {
            guard let subject = try ledger.subject(matchKey: "c\(customer)@example.com", rules: .plain) else {
                continue
            }
            for row in try views.leads(of: subject) {
                var counts: [String: Int64] = row.lead.other.reduce(into: [:]) { counts, other in
                    counts[terms.text(other.key) ?? "", default: 0] += other.value.count
                }
                for (index, action) in Action.known.enumerated() where row.lead.known[index].count > 0 {
                    counts[action.code] = row.lead.known[index].count
                }
                numbers.insert(row.lead.number)
                let key = NaiveFold.Key(customer: customer, offer: terms.text(row.offer) ?? "?")
                found[key] = NaiveFold.Lead(
                    isTest: row.lead.isTest, isForbidden: row.lead.isForbidden, counts: counts,
                    stage: row.lead.stage(stages), version: row.lead.version)
            }
            let actor = try views.customer(subject)
            let expected = naive.customers[customer]
            #expect(
                actor.map { .init(actions: $0.actions, first: $0.first, last: $0.last, isTest: $0.isTest) } == expected,
                "\(place), customer \(customer)")
        }
        #expect(found == naive.leads, "\(place)")
        #expect(numbers == Set((1...UInt32(max(1, found.count))).prefix(found.count)), "\(place)")
        #expect(views.leadCount == Int64(found.count))
        try compareEvents(ledger, views, place)
        try NaiveIntake(ledger).expectSame(views, place)
    }

    private func compareEvents(_ ledger: LedgerReader, _ views: ViewsReader, _ place: String) throws {
        let map = try views.events()
        #expect(Int64(map.count) == (try ledger.head().size))
        var lastOf: [Int64: UInt32] = [:]
        try ledger.scan(from: 1, to: .max) { event, _ in
            let row = map[event.seq]
            let isSame =
                Int64(row.type) == event.type && Int64(row.subject) == event.subject
                && row.occurredAt == event.occurredAt && row.recordedAt == event.recordedAt
                && Int64(row.action) == event.action && Int64(row.offer) == event.offer
                && row.flags == event.flags.rawValue && Int64(row.source) == event.source
                && Int64(row.country) == event.country
            let previous = event.subject == 0 ? 0 : lastOf[event.subject] ?? 0
            if !isSame || (row.lead != 0 && row.previous != previous) {
                Issue.record("\(place), event \(event.seq)")
            }
            if row.lead != 0 { lastOf[event.subject] = UInt32(event.seq) }
        }
    }
}

import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import TestKit
import Testing
import Views

@testable import Reports

/// A list in pages is the list at once.
@Suite struct PageTests {
    private typealias Ask = (_ limit: Int, _ cursor: String?) throws -> Page

    /// Asks page after page until there is no cursor.
    private func walk(_ limit: Int, _ ask: Ask) throws -> [String] {
        var items: [String] = []
        var cursor: String?
        var pages = 0
        repeat {
            let page = try ask(limit, cursor)
            #expect(page.items.count == limit || page.cursor == nil, "only the last page is not full")
            items += JSON.texts(page.items)
            cursor = page.cursor
            pages += 1
        } while cursor != nil && pages < 10_000
        return items
    }

    private func expectSame(_ all: [String], _ name: String, _ ask: Ask) throws {
        for limit in [1, 2, 7, max(1, all.count), all.count + 1, 1_000] {
            #expect(try walk(limit, ask) == all, "\(name), limit \(limit)")
        }
    }

    private func all(_ each: ((JSON) throws -> Void) throws -> Void) rethrows -> [String] {
        var items: [String] = []
        try each { items.append($0.text) }
        return items
    }

    @Test func `leads, attempts, deliveries, events and the quarantine give in pages what they give at once`()
        async throws
    {
        let snapshot = try await ListFixture.filled(seed: 11, events: 500).snapshot()
        for stage in [nil, Stage.active] {
            for search in [nil, "C1@", "nobody"] {
                var filter = LeadList.Filter()
                filter.stage = stage
                filter.search = search
                let list = LeadList(snapshot)
                try expectSame(try all { body in _ = try list.each(filter, body) }, "leads") {
                    try list.page(filter, limit: $0, cursor: $1)
                }
            }
        }
        let subject = try #require(try snapshot.subject("c1@example.com", rules: .plain))
        for (subject, destination) in [(nil, nil), (subject, nil), (nil, "crm"), (nil, "hook")] as [(Int64?, String?)] {
            var filter = AuditList.Filter()
            filter.subject = subject
            filter.destination = destination
            let list = AuditList(snapshot)
            try expectSame(try all { try list.each(filter, $0) }, "audit") {
                try list.page(filter, limit: $0, cursor: $1)
            }
        }
        for state in [nil, "suppressed"] {
            var filter = DeliveryList.Filter()
            filter.state = state
            let list = DeliveryList(snapshot)
            try expectSame(try all { try list.each(state: state, destination: nil, $0) }, "deliveries") {
                try list.page(filter, limit: $0, cursor: $1)
            }
        }
        var quarantine = QuarantineList.Filter()
        for released in [nil, true, false] {
            quarantine.released = released
            let list = QuarantineList(snapshot)
            let rows = try all { body in
                try list.each(quarantine) { row in
                    try body(row)
                    return true
                }
            }
            #expect(!rows.isEmpty)
            try expectSame(rows, "quarantine") { try list.page(quarantine, limit: $0, cursor: $1) }
        }
    }

    @Test func `events are given in pages too, of one type and between two events`() async throws {
        let fixture = try await ListFixture.filled(seed: 12, events: 300)
        let list = EventList(fixture.ledger)
        for type in [nil, EventType.destinationPaused] {
            for (from, to) in [(nil, nil), (20, nil), (nil, 250), (100, 101), (301, nil)] as [(Int64?, Int64?)] {
                var filter = EventList.Filter()
                (filter.from, filter.to, filter.type) = (from, to, type)
                let items = try all { body in
                    try list.each(from: from ?? 1, to: to ?? .max, type: type) {
                        try body($0)
                        return true
                    }
                }
                for limit in [1, 3, 300, 301] {
                    var found: [String] = []
                    var cursor: String?
                    repeat {
                        let page = try list.page(filter, limit: limit, cursor: cursor)
                        found += JSON.texts(page.items)
                        cursor = page.cursor
                    } while cursor != nil
                    #expect(found == items, "\(String(describing: type)), \(from ?? 0) - \(to ?? 0), limit \(limit)")
                }
            }
        }
    }

    @Test func `deliveries of a destination include those from before it was removed and made again`() async throws {
        let snapshot = try await ListFixture.filled(seed: 11, events: 500).snapshot()
        let numbers = snapshot.views.destinations.filter { $0.name == "crm" }
        #expect(numbers.count > 1, "the history removes it and makes it again")
        var filter = DeliveryList.Filter()
        filter.destination = "crm"
        let list = DeliveryList(snapshot)
        let rows = try all { body in
            for destination in numbers { try list.each(state: nil, destination: destination, body) }
        }
        #expect(Set(rows).count == rows.count && !rows.isEmpty)
        try expectSame(rows, "deliveries") { try list.page(filter, limit: $0, cursor: $1) }
    }

    @Test func `a page goes on where the one before ended although events came in between`() async throws {
        let fixture = try await ListFixture.filled(seed: 13, events: 60)
        let filter = EventList.Filter()
        let first = try EventList(fixture.ledger).page(filter, limit: 59, cursor: nil)
        let last = try EventList(fixture.ledger).page(filter, limit: 60, cursor: nil)
        #expect(last.cursor == nil, "at the end there is nothing to go on to")
        try await fixture.append([.action("INS", email: "new@example.com")])
        let next = try EventList(fixture.ledger).page(filter, limit: 59, cursor: first.cursor)
        #expect(next.items.map { $0["seq"]?.integer } == [60, 61])
        #expect(next.cursor == nil)
    }

    @Test func `a cursor of another list, with a slip, or made up is refused`() async throws {
        let snapshot = try await ListFixture.filled(seed: 11, events: 200).snapshot()
        let lists: [(String, Ask)] = [
            ("leads", { try LeadList(snapshot).page(.init(), limit: $0, cursor: $1) }),
            ("audit", { try AuditList(snapshot).page(.init(), limit: $0, cursor: $1) }),
            ("deliveries", { try DeliveryList(snapshot).page(.init(), limit: $0, cursor: $1) }),
            ("events", { try EventList(snapshot.ledger).page(.init(), limit: $0, cursor: $1) }),
            ("quarantine", { try QuarantineList(snapshot).page(.init(), limit: $0, cursor: $1) }),
        ]
        var random = SeededRandom.announced("cursors")
        for (name, ask) in lists {
            let own = try #require(try ask(1, nil).cursor, "\(name)")
            #expect(try ask(1, own).items.count == 1)
            for (other, askOther) in lists where other != name {
                #expect(throws: InvalidCursor.self, "\(name) asked of \(other)") { try askOther(1, own) }
            }
            let bytes = Array(own.utf8)
            for _ in 0..<200 {
                var slip = bytes
                let place = random.below(slip.count)
                slip[place] = UInt8(33 + random.below(94))
                if slip == bytes { continue }
                #expect(throws: InvalidCursor.self) { try ask(1, String(decoding: slip, as: UTF8.self)) }
            }
            for text in [
                "", "cur_", "1", own + "0", String(own.dropLast()), own.uppercased(), "cur_ä" + own.dropFirst(6),
            ] {
                #expect(throws: InvalidCursor.self, "\(text)") { try ask(1, text) }
            }
        }
    }

    @Test func `a forged cursor is refused or finds a place, and never ends the program`() async throws {
        let snapshot = try await ListFixture.filled(seed: 11, events: 200).snapshot()
        let ids = PublicID(ledger: snapshot.ledger.id)
        let lists: [(Cursor.List, Ask)] = [
            (.leads, { try LeadList(snapshot).page(.init(), limit: $0, cursor: $1) }),
            (.attempts, { try AuditList(snapshot).page(.init(), limit: $0, cursor: $1) }),
            (.deliveries, { try DeliveryList(snapshot).page(.init(), limit: $0, cursor: $1) }),
            (.events, { try EventList(snapshot.ledger).page(.init(), limit: $0, cursor: $1) }),
            (.quarantine, { try QuarantineList(snapshot).page(.init(), limit: $0, cursor: $1) }),
        ]
        for (list, ask) in lists {
            for key in [Int64.max, -1, .min, .min + 1] {
                #expect(throws: InvalidCursor.self, "\(list), \(key)") {
                    try ask(1, Cursor.text(list, after: key, ids))
                }
            }
            for key in [Int64.max - 1, .max >> 1, Int64.max & ~0xffff_ffff] {
                let page = try ask(1_000, Cursor.text(list, after: key, ids))
                #expect(page.items.isEmpty && page.cursor == nil, "\(list), \(key)")
            }
            #expect(try !ask(1_000, Cursor.text(list, after: 0, ids)).items.isEmpty, "\(list)")
        }
        var filter = EventList.Filter()
        (filter.from, filter.to) = (.max, .max)
        #expect(try EventList(snapshot.ledger).page(filter, limit: 1_000, cursor: nil).items.isEmpty)
        filter.to = 0
        #expect(try EventList(snapshot.ledger).page(filter, limit: 1_000, cursor: nil).items.isEmpty)
        for number in [Int64.max, .min, -1, 1 << 31, 0] {
            #expect(try snapshot.subject(ids.text(.customer, number), rules: .plain) == nil, "\(number)")
        }
    }

    @Test func `a destination or state that there is not, and a period that ends before it begins, are refused`()
        async throws
    {
        let snapshot = try await ListFixture.filled(seed: 11, events: 500).snapshot()
        let known = ["crm", "hook", "archive"]
        #expect(Set(snapshot.views.destinations.map(\.name)) == Set(known))
        var audit = AuditList.Filter()
        audit.destination = "cmr"
        let refusal = #expect(throws: QuestionError.self) { try AuditList(snapshot).each(audit) { _ in } }
        let error = try #require(refusal)
        guard case .unknownDestination("cmr", let names) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(Set(names) == Set(known) && names.count == 3)
        #expect(throws: error) { try AuditList(snapshot).page(audit, limit: 1, cursor: nil) }
        var deliveries = DeliveryList.Filter()
        deliveries.destination = "cmr"
        #expect(throws: error) { try DeliveryList(snapshot).page(deliveries, limit: 1, cursor: nil) }
        deliveries.destination = nil
        deliveries.state = "lost"
        #expect(throws: QuestionError.unknownState("lost", known: DeliveryList.states)) {
            try DeliveryList(snapshot).page(deliveries, limit: 1, cursor: nil)
        }
        let (early, late) = (Instant(micros: 1_700_000_000_000_000), Instant(micros: 1_700_000_000_000_001))
        audit.destination = nil
        (audit.since, audit.until) = (late, early)
        let period = QuestionError.emptyPeriod(since: late, until: early)
        #expect(throws: period) { try AuditList(snapshot).each(audit) { _ in } }
        #expect(throws: period) { try AuditList(snapshot).page(audit, limit: 1, cursor: nil) }
        #expect(throws: period) { try snapshot.funnel(FunnelQuery(since: late, until: early, now: late)) }
        #expect(try snapshot.funnel(FunnelQuery(since: late, until: late, now: late)).accounting.counted == 0)
    }
}

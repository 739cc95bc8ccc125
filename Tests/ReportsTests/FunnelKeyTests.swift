import Leads
import OrderedJSON
import Reports
import Testing

@Suite struct `The key of a funnel's group` {
    @Test func `is that of the lead's entry`() {
        let events = [
            Told(source: "TestDrive", country: "FR", at: 0),
            Told(action: "Create", source: "AzurePortal", country: "DE", at: 40 * day),
        ]
        let by: [FunnelQuery.Dimension] = [.source, .country, .day, .week, .month]
        let report = funnel(events, by: by)
        #expect(report.groups.map(\.key) == [["TestDrive", "FR", "2024-01-01", "2024-W01", "2024-01"]])
        #expect(report.json.text.contains(#""key":{"source":"TestDrive","country":"FR","day":"2024-01-01","#))
    }

    @Test func `reads a country in all its spellings as one`() {
        let spellings = ["US", "usa", "United States", "U.S.A.", " US ", "the United States of America"]
        let events = spellings.enumerated().map { Told(customer: $0.offset, country: $0.element) }
        let report = funnel(events + [Told(customer: 99, country: "Atlantis")], by: [.country])
        #expect(report.groups.map(\.key) == [["Atlantis"], ["US"]])
        #expect(report.groups.map(\.entered) == [1, spellings.count])
    }

    @Test func `is null for what the entry did not say, which sorts first`() {
        let events = [
            Told(customer: 1, offer: "Contoso Test", country: "FR"), Told(customer: 2, offer: nil, country: nil),
            Told(customer: 3, offer: "adatum.crm", country: "  "), Told(customer: 4, offer: "Zebra.b", country: "DE"),
        ]
        #expect(funnel(events, by: [.country]).groups.map(\.key) == [[nil], ["DE"], ["FR"]])
        #expect(funnel(events, by: [.publisher]).groups.map(\.key) == [[nil], ["Zebra"], ["adatum"]])
        #expect(
            funnel(events, by: [.offer]).groups.map(\.key) == [[nil], ["Contoso Test"], ["Zebra.b"], ["adatum.crm"]])
    }

    @Test func `of several dimensions sorts in the order they are named`() {
        let events = [("b.x", "DE"), ("a.x", "FR"), ("a.x", "DE"), ("b.x", "AT")].enumerated().map {
            Told(customer: $0.offset, offer: $0.element.0, country: $0.element.1)
        }
        #expect(
            funnel(events, by: [.offer, .country]).groups.map(\.key)
                == [["a.x", "DE"], ["a.x", "FR"], ["b.x", "AT"], ["b.x", "DE"]])
        #expect(
            funnel(events, by: [.country, .offer]).groups.map(\.key)
                == [["AT", "b.x"], ["DE", "a.x"], ["DE", "b.x"], ["FR", "a.x"]])
    }

    @Test func `sorts texts by their bytes, and keeps apart what only looks alike`() {
        let offers = ["\u{e9}.a", "e\u{301}.a", "z.a", "\u{10348}.a", "\u{ff21}.a", "A.a"]
        let report = funnel(offers.enumerated().map { Told(customer: $0.offset, offer: $0.element) }, by: [.offer])
        let sorted = offers.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(report.groups.map { $0.key[0].map { Array($0.utf8) } } == sorted)
    }

    @Test func `names each dimension once`() {
        #expect(FunnelQuery(by: [.day, .offer, .day], now: instant(0)).by == [.day, .offer])
    }

    @Test func `is found among thousands`() {
        let events = (0..<5_000).map { Told(customer: $0, offer: "p\($0 % 10).o\($0 % 1_000)", at: ($0 % 300) * day) }
        let report = funnel(events, by: [.offer, .day])
        #expect(report.groups.count == 3_000)
        #expect(report.groups.map(\.entered).reduce(0, +) == 5_000)
        #expect(Set(report.groups.map(\.key)).count == report.groups.count)
    }
}

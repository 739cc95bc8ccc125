import Leads
import Reports
import Testing

@Suite struct `The period of a funnel` {
    @Test func `selects leads by their entry, and counts what they did later`() {
        let events = [
            Told(customer: 1, at: 0), Told(customer: 1, action: "StartTestDrive", at: 10 * day),
            Told(customer: 2, at: 5 * day), Told(customer: 2, action: "Create", at: 20 * day),
        ]
        let report = funnel(events, since: 5 * day, until: 15 * day)
        #expect(counts(report) == [1, 1, 1])
        #expect(report.accounting.events == 2 && report.accounting.counted == 2)
    }

    @Test func `is half open`() {
        let events = (0..<4).map { Told(customer: $0 + 1, at: $0 * day) }
        #expect(counts(funnel(events, since: day, until: 3 * day)) == [2, 0, 0])
        #expect(counts(funnel(events, since: day, until: day)) == [0, 0, 0])
        #expect(counts(funnel(events, since: 2 * day)) == [2, 0, 0])
        #expect(counts(funnel(events, until: 2 * day)) == [2, 0, 0])
    }

    @Test func `is apart from what the ledger knew`() {
        let events = [
            Told(customer: 1, at: 0, recorded: 0), Told(customer: 2, at: day, recorded: 30 * day),
            Told(customer: 1, action: "Create", at: 2 * day, recorded: 40 * day),
        ]
        #expect(counts(funnel(events, asOf: 29 * day)) == [1, 0, 0])
        #expect(counts(funnel(events, asOf: 30 * day)) == [2, 0, 0])
        #expect(counts(funnel(events, since: day, asOf: 40 * day)) == [1, 0, 0])
        #expect(counts(funnel(events, asOf: 40 * day)) == [2, 1, 1])
        #expect(funnel(events, asOf: 30 * day).accounting.events == 2)
    }

    @Test(arguments: [
        (FunnelQuery.Mode.reached, 89 * day, nil, false), (.reached, 90 * day, nil, true),
        (.ordered, 89 * day, nil, false), (.ordered, 90 * day, nil, true), (.reached, 300 * day, 89 * day, false),
        (.reached, 0, 90 * day, true),
    ])
    func `marks a group as mature when each entry has had the whole window`(
        mode: FunnelQuery.Mode, now: Int, asOf: Int?, isMature: Bool
    ) {
        let report = funnel([Told(customer: 1, at: -day), Told(customer: 2)], mode: mode, asOf: asOf, now: now)
        #expect(report.groups.map(\.mature) == [isMature])
    }

    @Test func `judges each group by itself`() {
        let events = [Told(country: "DE", at: 0), Told(customer: 2, country: "FR", at: 100 * day)]
        #expect(funnel(events, by: [.country], now: 120 * day).groups.map(\.mature) == [true, false])
    }

    @Test func `gives each event one reason, and adds up`() {
        let events = [
            Told(), Told(action: "DNC"), Told(action: "DNC", isTest: true), Told(action: "Refund"), Told(action: nil),
            Told(kind: .quarantined, action: nil), Told(kind: .quarantined, action: nil, isTest: true),
            Told(kind: .delivery), Told(at: 2 * day), Told(kind: .quarantined, at: 2 * day),
        ]
        let accounting = funnel(events, until: day).accounting
        #expect(accounting.excluded == [.test: 1, .doNotContact: 1, .noStage: 2, .quarantined: 2])
        #expect(accounting.counted == 1 && accounting.events == 7)
        #expect(funnel(events).accounting.events == 9)
    }
}

import Leads
import OrderedJSON
import Reports
import Testing

@Suite struct `A funnel` {
    @Test func `answers the contract's example`() throws {
        var events: [Told] = []
        for customer in 1...10 { events.append(Told(customer: customer, at: customer * day)) }
        for (customer, seconds) in [(1, 60), (2, 70), (3, 80), (4, 90)] {
            events.append(Told(customer: customer, action: "StartTestDrive", at: customer * day + seconds * second))
        }
        for (customer, seconds) in [(5, 30), (6, 45)] {
            events.append(Told(customer: customer, action: "Create", at: customer * day + seconds * second))
        }
        for customer in 1...7 { events.append(Told(customer: customer, at: customer * day + hour)) }
        events.append(Told(customer: 8, action: "DNC", at: 20 * day))
        events.append(Told(customer: 11, isTest: true, at: 20 * day))
        let expected = """
            {"policy":"2018-09","mode":"reached","unit":"lead","since":null,"until":null,"asOf":null,\
            "groups":[{"key":{"offer":"bitnami.openedxcypress"},"entered":10,\
            "steps":[{"stage":"interest","count":10,"fromEntered":1.0,"fromPrevious":1.0},\
            {"stage":"trial","count":6,"fromEntered":0.6,"fromPrevious":0.6,\
            "seconds":{"n":6,"p50":60,"p75":80,"p90":90,"p95":90}},\
            {"stage":"active","count":2,"fromEntered":0.2,"fromPrevious":0.3333333333333333,\
            "seconds":{"n":2,"p50":30,"p75":45,"p90":45,"p95":45}}],\
            "mature":true}],\
            "accounting":{"events":25,"counted":23,\
            "excluded":{"test":1,"doNotContact":1,"noStage":0,"quarantined":0}}}
            """
        #expect(funnel(events, by: [.offer]).json.text == expected)
    }

    @Test func `without a dimension has one group, also when nobody entered`() throws {
        let report = funnel([])
        let group = try #require(report.groups.first)
        #expect(report.groups.count == 1)
        #expect(group.key.isEmpty && group.entered == 0 && group.mature)
        #expect(group.steps.allSatisfy { $0.count == 0 && $0.fromEntered == nil && $0.fromPrevious == nil })
        #expect(group.steps.map(\.times) == [nil, FunnelReport.Times.none, FunnelReport.Times.none])
        #expect(funnel([], by: [.offer]).groups.isEmpty)
    }

    @Test func `in mode ordered does not restart at a second first step`() {
        let events = [
            Told(action: "INS", at: 13 * hour), Told(action: "INS", at: 13 * hour + 30 * minute),
            Told(action: "StartTestDrive", at: 13 * hour + 45 * minute),
            Told(action: "Create", at: 14 * hour + 15 * minute),
        ]
        #expect(counts(funnel(events, mode: .ordered, window: .hour)) == [1, 1, 0])
        #expect(counts(funnel(events, mode: .ordered, window: 2 * .hour)) == [1, 1, 1])
    }

    @Test func `in mode ordered takes the times from the first first step`() {
        let events = [
            Told(action: "Create", at: 0), Told(action: "INS", at: hour), Told(action: "INS", at: 2 * hour),
            Told(action: "StartTestDrive", at: 3 * hour), Told(action: "StartTestDrive", at: 4 * hour),
            Told(action: "PLT", at: 5 * hour),
        ]
        let steps = funnel(events, mode: .ordered).groups[0].steps
        #expect(steps.map { $0.times?.p50 } == [nil, 2 * .hour, 4 * .hour])
    }

    @Test(arguments: [(0, 1), (1, 0)])
    func `has the end of the window inside it`(late: Int, count: Int) {
        let events = [Told(at: 0), Told(action: "StartTestDrive", at: 90 * day + late)]
        #expect(counts(funnel(events, mode: .ordered)) == [1, count, 0])
        #expect(counts(funnel(events, mode: .reached)) == [1, 1, 0])
    }

    @Test func `in mode ordered asks for each stage exactly`() {
        let jumped = [Told(at: 0), Told(action: "Create", at: 1)]
        #expect(counts(funnel(jumped, mode: .ordered)) == [1, 0, 0])
        #expect(counts(funnel(jumped, mode: .reached)) == [1, 1, 1])
    }

    @Test func `settles ties by the order of recording`() {
        let forth = [Told(action: "INS"), Told(action: "INS", at: 1), Told(action: "StartTestDrive", at: 1)]
        let back = [Told(action: "StartTestDrive", at: 1), Told(action: "INS", at: 1)]
        #expect(counts(funnel(forth, mode: .ordered)) == [1, 1, 0])
        #expect(counts(funnel(back, mode: .ordered)) == [1, 0, 0])
    }

    @Test func `puts an action that arrives late where it belongs`() {
        let events = [
            Told(action: "StartTestDrive", country: "FR", at: 60 * second, recorded: 60 * second),
            Told(action: "INS", country: "DE", at: 0, recorded: 90 * second),
        ]
        let report = funnel(events, mode: .ordered, by: [.country])
        #expect(report.groups.map(\.key) == [["DE"]])
        #expect(counts(report) == [1, 1, 0])
        #expect(report.groups[0].steps[1].times?.p50 == 60 * .second)
    }

    @Test func `takes no time for a stage that the entry itself shows`() {
        let report = funnel([Told(action: "Create"), Told(action: "INS", at: hour)])
        #expect(counts(report) == [1, 1, 1])
        #expect(report.groups[0].steps.map { $0.times?.count } == [nil, 0, 0])
    }

    @Test func `shows a group in which nobody entered`() {
        let events = [Told(action: "Create", country: "FR"), Told(customer: 2, country: "DE")]
        let report = funnel(events, mode: .ordered, by: [.country])
        #expect(report.groups.map(\.key) == [["DE"], ["FR"]])
        #expect(report.groups.map(\.entered) == [1, 0])
    }

    @Test func `of another policy reads the same actions otherwise`() {
        let events = [Told(action: "PLT", source: "SPZA"), Told(action: "INS", at: hour)]
        #expect(counts(funnel(events, mode: .ordered)) == [1, 0, 0])
        #expect(counts(funnel(events, policy: .august2019, mode: .ordered)) == [1, 0, 0])
        #expect(counts(funnel(events, policy: .august2019)) == [1, 1, 1])
        let neverActive = Policy(name: "ours", stages: [Action("Demo"): .interest, .install: .trial])
        let report = funnel(events + [Told(customer: 2, action: "Demo")], policy: neverActive)
        #expect(report.policy == "ours" && counts(report) == [2, 1, 0])
        #expect(report.accounting.excluded[.noStage] == 1)
    }

    @Test func `of customers joins their offers`() {
        let events = [
            Told(offer: "adatum.crm"), Told(action: "Create", offer: "contoso.erp", at: hour),
            Told(customer: 2, offer: "contoso.erp", at: 2 * hour),
        ]
        let leads = funnel(events, by: [.offer])
        #expect(leads.groups.map(\.entered) == [1, 2])
        let customers = funnel(events, unit: .customer, by: [.offer])
        #expect(customers.groups.map(\.key) == [["adatum.crm"], ["contoso.erp"]])
        #expect(customers.groups.map { $0.steps[2].count } == [1, 0])
    }

    @Test(arguments: [65_520, 65_530, 70_000, 200_000])
    func `counts an action however many texts the ledger numbered before it`(others: Int) throws {
        let events = [Told(action: "Demo"), Told(customer: 2, action: "Novel"), Told(customer: 3, action: "Demo")]
        let policy = Policy(name: "ours", stages: [Action("Demo"): .trial, Action("Novel"): .active])
        let history = History(events, otherTerms: others)
        let report = history.report(
            FunnelQuery(
                policy: policy, mode: .reached, unit: .lead, window: 90 * .day, since: nil, until: nil, asOf: nil,
                by: [], now: instant(day)))
        #expect(counts(report) == [3, 3, 1])
        #expect(report.accounting.excluded[.noStage] == 0)
    }

    @Test func `without anything but a DNC is no lead, and a DNC never lowers a stage`() {
        let only = funnel([Told(action: "DNC", source: "SPZA")])
        #expect(counts(only) == [0, 0, 0] && only.accounting.excluded[.doNotContact] == 1)
        let after = funnel([Told(action: "Create"), Told(action: "DNC", at: hour)])
        #expect(counts(after) == [1, 1, 1] && after.accounting.excluded[.doNotContact] == 1)
    }
}

/// How many took each step, over all groups.
func counts(_ report: FunnelReport) -> [Int] {
    (0..<3).map { step in report.groups.map { $0.steps[step].count }.reduce(0, +) }
}

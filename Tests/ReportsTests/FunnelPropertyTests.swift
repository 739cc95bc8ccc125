import Leads
import OrderedJSON
import Reports
import TestKit
import Testing

@Suite struct `A funnel over random histories` {
    @Test(arguments: [UInt64(0), SeededRandom.announced("funnel").seed])
    func `says what the reference says`(base: UInt64) {
        for seed in base..<base + 600 {
            var draw = HistoryDraw(seed: seed)
            let events = draw.events()
            for _ in 0..<3 {
                let question = draw.question()
                let expected = ReferenceFunnel(events: events, question: question).answer()
                let answered = History(events).report(query(question)).json.text
                guard answered == expected else {
                    Issue.record("seed \(seed), \(question)\nanswered \(answered)\nexpected \(expected)")
                    return
                }
            }
        }
    }

    @Test(arguments: [UInt64(0), SeededRandom.announced("funnel").seed])
    func `has groups that add up to the whole, and no later step above an earlier one`(base: UInt64) throws {
        for seed in base..<base + 150 {
            var draw = HistoryDraw(seed: seed)
            let events = draw.events()
            var question = draw.question()
            question.by = []
            let whole = try #require(History(events).report(query(question)).groups.first)
            for dimension in FunnelQuery.Dimension.allCases {
                question.by = [dimension.rawValue]
                let parts = History(events).report(query(question))
                #expect(parts.groups.map(\.entered).reduce(0, +) == whole.entered, "seed \(seed)")
                for step in 0..<3 {
                    let sum = parts.groups.map { $0.steps[step].count }.reduce(0, +)
                    #expect(sum == whole.steps[step].count, "seed \(seed)")
                }
            }
            #expect(whole.steps[0].count == whole.entered, "seed \(seed)")
            #expect(whole.steps[0].count >= whole.steps[1].count, "seed \(seed)")
            #expect(whole.steps[1].count >= whole.steps[2].count, "seed \(seed)")
            if question.isOrdered, let longest = whole.steps[2].times?.p95 {
                #expect(longest <= Span(micros: Int64(question.window) * 500_000), "seed \(seed)")
            }
        }
    }

    private func query(_ question: ReferenceFunnel.Question) -> FunnelQuery {
        var stages: [Action: Stage] = [:]
        for (action, stage) in question.stages { stages[Action(action)] = Stage(rawValue: stage) }
        return FunnelQuery(
            policy: Policy(name: question.policyName, stages: stages), mode: question.isOrdered ? .ordered : .reached,
            unit: question.isByCustomer ? .customer : .lead, window: Span(micros: Int64(question.window) * 500_000),
            since: question.since.map(instant), until: question.until.map(instant), asOf: question.asOf.map(instant),
            by: question.by.compactMap { FunnelQuery.Dimension(rawValue: $0) }, now: instant(question.now))
    }
}

/// Draws histories that are small and crowded, so that ties, repeats and edges of windows are common.
struct HistoryDraw {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func events() -> [Told] {
        let customers = Int.random(in: 1...6, using: &random)
        let count = pick([0, 1, 3, 10, 30, 60])
        // Half seconds make ties; days make weeks and months turn.
        let pace = pick([1, minute, hour, 12 * hour, 3 * day, 20 * day])
        let offers: [String?] = pick([["adatum.crm"], Self.offers, Self.offers])
        var clock = 0
        return (0..<count).map { _ in
            clock += Int.random(in: 0...2, using: &random) * pace
            var event = Told()
            event.kind = chance(6) ? .quarantined : chance(6) ? .delivery : .action
            event.customer = Int.random(in: 1...customers, using: &random)
            event.action = chance(8) ? pick(["DNC", "Demo", "Refund", nil]) : pick(Self.actions)
            event.source = pick(["AzureMarketplace", "AzurePortal", "SPZA", "Elsewhere", nil])
            event.offer = pick(offers)
            event.country = pick(["US", "USA", "united states", "Germany", "FRA", "Atlantis", "Ånyland", nil])
            event.isTest = chance(5)
            event.recorded = clock
            event.at = chance(25) ? clock - Int.random(in: 0...6, using: &random) * pace : clock
            return event
        }
    }

    private static let offers = ["bitnami.openedxcypress", "bitnami.ghost.io", "adatum.crm", "Contoso Test", nil]
    private static let actions = ["INS", "INS", "INS", "StartTestDrive", "StartTestDrive", "PLT", "Create"]

    mutating func question() -> ReferenceFunnel.Question {
        var question = ReferenceFunnel.Question()
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            question.policyName = "2019-08"
            question.stages = ["PLT": 1, "StartTestDrive": 2, "INS": 3, "Create": 3]
        case 1:
            question.policyName = "ours"
            question.stages = ["INS": 1, "Demo": 1, "PLT": 2, "Create": 3]
        default: break
        }
        question.isOrdered = chance(50)
        question.isByCustomer = chance(40)
        question.window = pick([0, second, minute, 2 * hour, day, 7 * day, 90 * day])
        let edge = pick([0, minute, hour, 10 * day, 100 * day])
        question.since = chance(30) ? edge : nil
        question.until = chance(30) ? edge + pick([0, 1, minute, 2 * hour, 30 * day]) : nil
        question.asOf = chance(30) ? pick([0, 5, 3 * minute, 5 * hour, 15 * day]) : nil
        question.by = Array(
            FunnelQuery.Dimension.allCases.map(\.rawValue).shuffled(using: &random).prefix(pick([0, 0, 1, 1, 2, 3, 7])))
        question.now = pick([0, 10 * minute, 3 * day, 365 * day, 4_000 * day])
        return question
    }
}

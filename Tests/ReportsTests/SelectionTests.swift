import Leads
import Reports
import TestKit
import Testing

@Suite struct `The selection of ranks` {
    @Test(arguments: [UInt64(1), SeededRandom.announced("selection").seed])
    func `finds what sorting finds`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<400 {
            let count = Int.random(in: 1...(round < 380 ? 200 : 20_000), using: &random)
            let highest = [0, 1, 5, 1_000, Int64.max].randomElement(using: &random)!
            var values = (0..<count).map { _ in Int64.random(in: 0...highest, using: &random) }
            switch round % 5 {
            case 1: values.sort()
            case 2: values.sort(by: >)
            case 3: values = values.sorted() + values.sorted(by: >)
            default: break
            }
            let ranks = (0..<4).map { _ in Int.random(in: 0..<values.count, using: &random) }.sorted()
            let sorted = values.sorted()
            values.withUnsafeMutableBufferPointer { Selection.place(ranks: ranks, in: $0) }
            #expect(ranks.map { values[$0] } == ranks.map { sorted[$0] }, "seed \(seed), round \(round)")
            #expect(values.sorted() == sorted, "seed \(seed), round \(round)")
        }
    }

    @Test func `keeps the order of a lead with thousands of actions that arrived backwards`() {
        let actions = ["INS", "StartTestDrive", "Create"]
        let events = (0..<3_000).map { Told(action: actions[min(2, (2_999 - $0) / 1_000)], at: 3_000 - $0) }
        let steps = funnel(events, mode: .ordered).groups[0].steps
        #expect(steps.map(\.count) == [1, 1, 1])
        #expect(steps.map { $0.times?.p50?.micros } == [nil, 500_000_000, 1_000_000_000])
    }

    @Test func `takes percentiles by nearest rank`() {
        let events = (1...100).flatMap { customer in
            [Told(customer: customer), Told(customer: customer, action: "Create", at: customer * second)]
        }
        let times = funnel(events).groups[0].steps[2].times
        #expect(times?.count == 100)
        #expect([times?.p50, times?.p75, times?.p90, times?.p95].map { $0?.seconds } == [50, 75, 90, 95])
    }
}

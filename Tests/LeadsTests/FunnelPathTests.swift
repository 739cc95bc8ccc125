import Leads
import Testing

@Suite struct `A lead's path` {
    private func path(_ mode: FunnelQuery.Mode, window: Int64 = 100, _ actions: [(step: Int, at: Int64)]) -> [Int64] {
        let rule = FunnelRule(mode: mode, window: Span(micros: window))
        var path = rule.begin(step: actions[0].step, at: actions[0].at)
        for action in actions.dropFirst() { rule.advance(&path, step: action.step, at: action.at) }
        #expect(path.entryMicros == actions[0].at)
        return [Int64(path.furthest), path.secondMicros, path.thirdMicros]
    }

    @Test(
        arguments: [
            ([(1, 10)], [1, -1, -1]), ([(2, 10)], [2, -1, -1]), ([(3, 10)], [3, -1, -1]),
            ([(1, 10), (1, 20)], [1, -1, -1]), ([(1, 10), (2, 30)], [2, 20, -1]), ([(1, 10), (3, 30)], [3, 20, 20]),
            ([(1, 10), (2, 30), (3, 60)], [3, 20, 50]), ([(1, 10), (3, 30), (2, 60)], [3, 20, 20]),
            ([(2, 10), (1, 20), (3, 30)], [3, -1, 20]), ([(2, 10), (2, 20)], [2, -1, -1]),
            ([(1, 10), (2, 10)], [2, 0, -1]),
            ([(1, 0), (3, 5_000)], [3, 5_000, 5_000]), ([(3, -10), (2, 0), (1, 10)], [3, -1, -1]),
        ] as [([(step: Int, at: Int64)], [Int64])])
    func `of mode reached goes to the furthest stage`(actions: [(step: Int, at: Int64)], expected: [Int64]) {
        #expect(path(.reached, actions) == expected)
    }

    @Test(
        arguments: [
            ([(1, 10)], [1, -1, -1]), ([(2, 10)], [0, -1, -1]), ([(3, 10), (2, 20)], [0, -1, -1]),
            ([(1, 10), (2, 30)], [2, 20, -1]), ([(1, 10), (3, 30)], [1, -1, -1]),
            ([(1, 10), (2, 30), (3, 60)], [3, 20, 50]), ([(1, 10), (3, 30), (2, 60)], [2, 50, -1]),
            ([(2, 0), (1, 10), (2, 30)], [2, 20, -1]), ([(1, 10), (1, 20), (2, 30)], [2, 20, -1]),
            ([(1, 10), (2, 110)], [2, 100, -1]), ([(1, 10), (2, 111)], [1, -1, -1]),
            ([(1, 10), (1, 60), (2, 111)], [1, -1, -1]), ([(1, 10), (2, 60), (3, 111)], [2, 50, -1]),
            ([(3, 0), (2, 0), (1, 0), (2, 0), (3, 0)], [3, 0, 0]),
        ] as [([(step: Int, at: Int64)], [Int64])])
    func `of mode ordered goes step by step within the window`(actions: [(step: Int, at: Int64)], expected: [Int64]) {
        #expect(path(.ordered, actions) == expected)
    }

    @Test func `starts in the period that the query selects`() {
        let query = FunnelQuery(since: Instant(micros: 10), until: Instant(micros: 20), now: Instant(micros: 0))
        #expect([9, 10, 19, 20].map { query.selects(Instant(micros: $0)) } == [false, true, true, false])
        #expect(FunnelQuery(now: Instant(micros: 0)).selects(.earliest))
        #expect(FunnelQuery(now: Instant(micros: 0)).window == 90 * .day)
    }
}

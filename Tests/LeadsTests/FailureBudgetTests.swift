import Leads
import Testing

struct FailureBudgetTests {
    @Test(arguments: [(59, nil), (60, 50), (83, 50), (84, 70), (107, 70), (108, 90), (119, 90), (120, 100), (500, 100)])
    func `people are told after 50, 70, 90 and 100 percent of five days`(hours: Int64, level: Int64?) {
        let since = Instant("2026-01-02T00:00:00Z")!
        #expect(FailureBudget.level(failingSince: since, now: since + hours * .hour) == level)
    }
}

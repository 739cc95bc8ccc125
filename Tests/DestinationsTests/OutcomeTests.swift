import Destinations
import Leads
import Testing

struct OutcomeTests {
    @Test(arguments: [
        (200, Outcome.delivered), (201, .delivered), (202, .delivered), (204, .delivered), (299, .delivered),
        (300, .config), (301, .config), (302, .config), (303, .config), (304, .config), (307, .config), (308, .config),
        (400, .rejected), (413, .rejected), (415, .rejected), (422, .rejected),
        (401, .config), (403, .config), (404, .config), (410, .config),
        (408, .retry), (429, .throttled),
        (402, .rejected), (405, .rejected), (406, .rejected), (409, .rejected), (418, .rejected), (451, .rejected),
        (499, .rejected),
        (500, .retry), (501, .retry), (502, .retry), (503, .retry), (504, .retry), (599, .retry), (600, .retry),
    ])
    func `an answer of an endpoint means one outcome`(status: Int, outcome: Outcome) {
        #expect(HTTPSOutcome.outcome(status: status) == outcome)
        #expect(HTTPSOutcome.reason(status: status).contains(String(status)))
    }

    @Test func `the names of outcomes are those that are stored`() {
        #expect(
            Outcome.allCases.map(\.rawValue) == [
                "delivered", "alreadyDelivered", "retry", "throttled", "authRefresh", "config", "rejected", "ambiguous",
            ])
    }
}

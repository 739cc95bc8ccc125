import Destinations
import Leads
import OrderedJSON
import Testing

struct MarketoOutcomeTests {
    private func call(_ status: Int, _ body: String, retryAfter: Span? = nil, now: Instant = Samples.now)
        -> MarketoOutcome?
    {
        MarketoOutcome.call(status: status, body: try? JSON.parse(body), retryAfter: retryAfter, now: now)
    }

    private func failed(_ code: String) -> String {
        #"{"requestId":"e42b#1","success":false,"errors":[{"code":"\#(code)","message":"As Marketo says"}]}"#
    }

    @Test(arguments: [
        ("600", Outcome.authRefresh), ("601", .authRefresh), ("602", .authRefresh),
        ("603", .config), ("605", .config), ("609", .config), ("610", .config), ("612", .config), ("613", .config),
        ("616", .config), ("702", .config), ("703", .config), ("710", .config), ("711", .config),
        ("1006", .config), ("1008", .config), ("1009", .config), ("1010", .config), ("1011", .config),
        ("1013", .config), ("1018", .config), ("1021", .config), ("1025", .config),
        ("604", .ambiguous), ("606", .throttled), ("607", .throttled), ("615", .throttled),
        ("502", .retry), ("608", .retry), ("611", .retry), ("614", .retry), ("713", .retry), ("719", .retry),
        ("1014", .retry), ("1016", .retry), ("1019", .retry), ("1022", .retry), ("1029", .retry), ("699", .retry),
        ("1005", .alreadyDelivered),
        ("701", .rejected), ("704", .rejected), ("709", .rejected), ("1001", .rejected), ("1002", .rejected),
        ("1003", .rejected), ("1004", .rejected), ("1007", .rejected), ("1077", .rejected), ("799", .rejected),
    ])
    func `a code means one outcome, be it of a call or of a record`(code: String, outcome: Outcome) throws {
        let said = try #require(call(200, failed(code)))
        #expect(said.outcome == outcome && said.code == code && said.message == "As Marketo says")
        #expect(said.isDivisible == (outcome == .rejected))
        let record = MarketoOutcome.record(
            try JSON.parse(#"{"status":"skipped","reasons":[{"code":"\#(code)","message":"m"}]}"#), now: Samples.now)
        #expect(record.outcome == outcome && !record.isDivisible)
    }

    @Test(arguments: [
        (401, Outcome.authRefresh), (301, .config), (302, .config), (403, .config), (404, .config), (405, .config),
        (415, .config), (413, .rejected), (414, .rejected), (400, .rejected), (429, .throttled), (504, .ambiguous),
        (408, .retry), (500, .retry), (502, .retry), (503, .retry), (200, .retry), (204, .retry),
    ])
    func `a status counts where no code is given`(status: Int, outcome: Outcome) throws {
        let said = try #require(call(status, "<html></html>"))
        #expect(said.outcome == outcome && said.code == "\(status)")
        #expect(said.isDivisible == (outcome == .rejected))
    }

    @Test func `the code counts before the status, and may be a number`() {
        #expect(call(500, failed("602"))?.outcome == .authRefresh)
        #expect(call(200, #"{"success":false,"errors":[{"code":607,"message":""}]}"#)?.code == "607")
        #expect(call(200, #"{"success":false}"#)?.outcome == .retry)
        #expect(call(200, #"{"success":true,"result":[]}"#) == nil)
    }

    @Test func `limits say how long to rest`() {
        #expect(call(200, failed("606"))?.rest == 20 * .second)
        #expect(call(200, failed("615"))?.rest == 5 * .second)
        #expect(call(429, "")?.rest == 20 * .second)
        #expect(call(429, "", retryAfter: 7 * .second)?.rest == 7 * .second)
        #expect(call(503, "", retryAfter: 7 * .second)?.rest == 7 * .second)
    }

    @Test(arguments: [
        ("2026-07-01T04:59:00Z", "2026-07-01T05:05:00Z"), ("2026-07-01T05:05:00Z", "2026-07-01T06:05:00Z"),
        ("2026-07-01T06:05:00Z", "2026-07-02T05:05:00Z"), ("2026-01-31T23:00:00Z", "2026-02-01T05:05:00Z"),
        ("2026-02-01T05:30:00Z", "2026-02-01T06:05:00Z"), ("2026-11-01T06:05:01Z", "2026-11-02T05:05:00Z"),
    ])
    func `the quota of the day is waited for until midnight in US Central time`(now: String, until: String) throws {
        let now = try #require(Instant(now))
        let rest = try #require(call(200, failed("607"), now: now)?.rest)
        #expect((now + rest).description == until)
        #expect(rest <= 24 * .hour)
    }

    @Test(arguments: [
        (#"{"id":50,"status":"created"}"#, Outcome.delivered, "created", "50" as String?),
        (#"{"id":51,"status":"updated"}"#, .delivered, "updated", "51"),
        (
            #"{"status":"skipped","reasons":[{"code":"1005","message":"Lead already exists"}]}"#, .alreadyDelivered,
            "1005", nil
        ),
        (
            #"{"id":52,"reasons":[{"code":"1007","message":"Multiple leads match lookup criteria"}]}"#, .rejected,
            "1007", "52"
        ),
        (#"{"id":52,"status":"updated","reasons":[{"code":"1003","message":"x"}]}"#, .rejected, "1003", "52"),
        (#"{"status":"skipped"}"#, .rejected, "skipped", nil),
        (#"{"status":"skipped","reasons":[{}]}"#, .rejected, "", nil),
        (#"{"id":53}"#, .retry, "200", "53"), ("{}", .retry, "200", nil),
    ])
    func `each record has a result of its own`(body: String, outcome: Outcome, code: String, id: String?) throws {
        let said = MarketoOutcome.record(try JSON.parse(body), now: Samples.now)
        #expect(said.outcome == outcome && said.code == code && said.remoteID == id)
    }
}

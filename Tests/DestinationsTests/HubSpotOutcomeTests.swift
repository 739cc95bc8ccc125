import Destinations
import Leads
import OrderedJSON
import Testing

struct HubSpotOutcomeTests {
    private func call(
        _ status: Int, _ body: String, isByEmail: Bool = true, retryAfter: Span? = nil, now: Instant = Samples.now
    ) -> HubSpotOutcome? {
        HubSpotOutcome.call(
            status: status, body: try? JSON.parse(body), isByEmail: isByEmail, retryAfter: retryAfter, now: now)
    }

    private func error(_ category: String, _ message: String = "m", more: String = "") -> String {
        #"{"status":"error","message":"\#(message)","correlationId":"c","category":"\#(category)"\#(more)}"#
    }

    @Test(arguments: [
        (400, "VALIDATION_ERROR", Outcome.rejected), (409, "CONFLICT", .retry), (429, "RATE_LIMITS", .throttled),
        (401, "EXPIRED_AUTHENTICATION", .config), (401, "INVALID_AUTHENTICATION", .config),
        (403, "MISSING_SCOPES", .config), (404, "OBJECT_NOT_FOUND", .config), (415, "VALIDATION_ERROR", .config),
        (405, "VALIDATION_ERROR", .config), (423, "LOCKED", .retry), (477, "MIGRATION_IN_PROGRESS", .retry),
        (500, "INTERNAL_ERROR", .retry),
    ])
    func `a category means one outcome`(status: Int, category: String, outcome: Outcome) throws {
        let said = try #require(call(status, error(category)))
        #expect(said.outcome == outcome && said.code == category)
        #expect(said.isDivisible == (outcome == .rejected || category == "CONFLICT"))
    }

    @Test(arguments: [
        (200, Outcome.retry), (204, .retry), (301, .config), (302, .config), (400, .rejected), (401, .config),
        (403, .config), (404, .config), (405, .config), (408, .retry), (409, .retry), (413, .rejected),
        (414, .rejected), (415, .config), (422, .rejected), (423, .retry), (429, .throttled), (477, .retry),
        (500, .retry), (502, .retry), (503, .retry), (504, .retry), (521, .retry), (522, .retry), (523, .retry),
        (524, .retry), (525, .retry), (526, .retry),
    ])
    func `a status counts where no category is given`(status: Int, outcome: Outcome) throws {
        let said = try #require(call(status, "<html></html>"))
        #expect(said.outcome == outcome)
    }

    @Test func `an answer with results or errors is read input by input`() {
        #expect(call(200, #"{"status":"COMPLETE","results":[]}"#) == nil)
        #expect(call(207, #"{"status":"COMPLETE","errors":[],"numErrors":1}"#) == nil)
        #expect(call(200, #"{"status":"COMPLETE"}"#)?.outcome == .retry)
    }

    @Test(arguments: [
        #"","errors":[{"message":"m","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["shoe"]}}],"x":""#,
        #"","errors":[{"message":"m","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":"shoe"}}],"x":""#,
        #"Property values were not valid: [{\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"shoe\"}]"#,
        #"PROPERTY_DOESNT_EXIST: Property \"shoe\" does not exist"#,
    ])
    func `an unknown property is the destination's fault, and is named`(message: String) throws {
        let said = try #require(call(400, error("VALIDATION_ERROR", message)))
        #expect(said.outcome == .config && said.code == "PROPERTY_DOESNT_EXIST")
        #expect(said.property == "shoe" && !said.isDivisible)
    }

    @Test func `a property that is read-only or not unique is the destination's fault`() {
        let readOnly = #","errors":[{"message":"m","code":"READ_ONLY_VALUE","context":{"propertyName":["a"]}}]"#
        #expect(call(400, error("VALIDATION_ERROR", more: readOnly))?.outcome == .config)
        let message = "Unable to perform update/upsert by non-unique 0-1 property"
        #expect(call(400, error("VALIDATION_ERROR", message))?.outcome == .config)
    }

    @Test func `a value that is refused names its code and property`() throws {
        let more = #","errors":[{"message":"bad","code":"INVALID_EMAIL","context":{"propertyName":["email"]}}]"#
        let said = try #require(call(400, error("VALIDATION_ERROR", more: more)))
        #expect(said.outcome == .rejected && said.code == "INVALID_EMAIL" && said.property == "email")
        #expect(said.message == "bad" && said.isDivisible)
    }

    @Test func `missing scopes are named`() {
        let more = #","errors":[{"context":{"requiredGranularScopes":["crm.objects.contacts.write"]}}]"#
        #expect(call(403, error("MISSING_SCOPES", more: more))?.scopes == ["crm.objects.contacts.write"])
    }

    @Test func `a conflict is retried by email, and refused by another property`() {
        let body = error("CONFLICT", "Contact already exists. Existing ID: 5")
        #expect(call(409, body)?.outcome == .retry)
        #expect(call(409, body, isByEmail: false)?.outcome == .rejected)
        #expect(call(409, body, isByEmail: false)?.isDivisible == true)
    }

    @Test func `limits say how long to rest`() throws {
        let daily = #"{"status":"error","message":"m","errorType":"RATE_LIMIT","policyName":"DAILY"}"#
        #expect(call(429, "{}")?.rest == 10 * .second)
        #expect(call(429, daily, retryAfter: 3 * .second)?.rest == 3 * .second)
        #expect(call(503, "", retryAfter: 3 * .second)?.rest == 3 * .second)
        #expect(call(400, "", retryAfter: 3 * .second)?.rest == nil)
        let now = try #require(Instant("2026-01-02T22:30:00Z"))
        let rest = try #require(call(429, daily, now: now)?.rest)
        #expect((now + rest).description == "2026-01-02T23:02:00Z")
    }

    @Test(arguments: [
        (#"{"status":"error","category":"VALIDATION_ERROR","message":"m"}"#, Outcome.rejected),
        (#"{"status":"400","category":"VALIDATION_ERROR","message":"PROPERTY_DOESNT_EXIST"}"#, .config),
        (#"{"status":"error","category":"CONFLICT","message":"m"}"#, .retry),
        (#"{"status":"error","category":"RATE_LIMITS","message":"m"}"#, .throttled),
        (#"{"status":"error","category":"MISSING_SCOPES","message":"m"}"#, .config),
        (#"{"status":"error","category":"OBJECT_NOT_FOUND","message":"m"}"#, .rejected),
        (#"{"status":"error","category":"SOMETHING_NEW","message":"m"}"#, .retry), ("{}", .retry),
    ])
    func `an error of a batch means what it means alone`(body: String, outcome: Outcome) throws {
        #expect(HubSpotOutcome.input(try JSON.parse(body), isByEmail: true).outcome == outcome)
    }
}

import Destinations
import Leads
import OrderedJSON
import Testing

/// Each row of the tables of kind `salesforce`, in the words of Salesforce.
struct SalesforceOutcomeTests {
    static let context = SalesforceOutcome.Context(externalID: "LeadledgerId__c", savesDuplicates: false)

    /// An error as an answer of its own carries it.
    static func judge(
        _ status: Int, _ code: String, _ message: String = "words", fields: [String] = [],
        context: SalesforceOutcome.Context = context
    ) throws -> SalesforceOutcome {
        let names = fields.map { "\"\($0)\"" }.joined(separator: ",")
        let body = try JSON.parse(#"[{"message":"\#(message)","errorCode":"\#(code)","fields":[\#(names)]}]"#)
        return .of(status: status, body: body, context)
    }

    /// The same error as the answer to a batch carries it.
    static func judgeRecord(_ code: String, _ message: String = "words") throws -> SalesforceOutcome {
        let body = try JSON.parse(
            #"{"success":false,"errors":[{"statusCode":"\#(code)","message":"\#(message)","fields":[]}]}"#)
        return .of(result: body, context)
    }

    @Test(arguments: [
        (401, "INVALID_SESSION_ID", Outcome.authRefresh), (401, "INVALID_AUTH_HEADER", .authRefresh),
        (403, "REQUEST_LIMIT_EXCEEDED", .throttled),
        (400, "UNABLE_TO_LOCK_ROW", .retry), (500, "UNKNOWN_EXCEPTION", .retry), (500, "APEX_ERROR", .retry),
        (503, "SERVER_UNAVAILABLE", .retry), (400, "REQUEST_RUNNING_TOO_LONG", .retry),
        (400, "DUPLICATE_VALUE", .retry),
        (400, "CANNOT_UPDATE_CONVERTED_LEAD", .alreadyDelivered),
        (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", .rejected),
        (400, "DUPLICATES_DETECTED", .rejected), (400, "DUPLICATE_EXTERNAL_ID", .rejected),
        (400, "REQUIRED_FIELD_MISSING", .rejected), (400, "STRING_TOO_LONG", .rejected),
        (400, "INVALID_EMAIL_ADDRESS", .rejected), (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", .rejected),
        (400, "FIELD_INTEGRITY_EXCEPTION", .rejected), (400, "FIELD_FILTER_VALIDATION_EXCEPTION", .rejected),
        (400, "NUMBER_OUTSIDE_VALID_RANGE", .rejected), (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", .rejected),
        (400, "INVALID_FIELD", .config), (400, "INVALID_FIELD_FOR_INSERT_UPDATE", .config),
        (400, "INVALID_TYPE", .config), (400, "JSON_PARSER_ERROR", .config), (404, "NOT_FOUND", .config),
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", .config),
        (403, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", .config),
        (403, "API_DISABLED_FOR_ORG", .config), (403, "API_CURRENTLY_DISABLED", .config),
        (405, "METHOD_NOT_ALLOWED", .config), (400, "MALFORMED_ID", .config),
        (400, "INVALID_CROSS_REFERENCE_KEY", .config),
    ])
    func `a code means the same alone and within a batch`(status: Int, code: String, outcome: Outcome) throws {
        let alone = try Self.judge(status, code)
        #expect(alone.outcome == outcome && alone.problem.hasPrefix(code))
        #expect(try Self.judgeRecord(code).outcome == outcome)
        #expect(alone.mend != nil || outcome != .config)
    }

    @Test(arguments: [
        (300, Outcome.rejected), (301, .config), (302, .config), (400, .rejected), (401, .authRefresh), (403, .config),
        (404, .config), (405, .config), (408, .retry), (413, .rejected), (414, .config), (415, .config),
        (429, .throttled), (431, .config), (500, .retry), (502, .retry), (503, .retry), (504, .retry),
        (200, .ambiguous), (201, .delivered), (204, .delivered),
    ])
    func `without a code the status decides`(status: Int, outcome: Outcome) {
        #expect(SalesforceOutcome.of(status: status, body: nil, Self.context).outcome == outcome)
    }

    @Test func `a code that nobody knows goes by the status, and within a batch is about the lead`() throws {
        #expect(try Self.judge(400, "SOMETHING_NEW").outcome == .rejected)
        #expect(try Self.judge(403, "SOMETHING_NEW").outcome == .config)
        #expect(try Self.judge(500, "SOMETHING_NEW").outcome == .retry)
        #expect(try Self.judge(429, "UNKNOWN_EXCEPTION").outcome == .throttled)
        #expect(try Self.judgeRecord("SOMETHING_NEW").outcome == .rejected)
    }

    @Test func `what was written is told with the id of Salesforce`() throws {
        let created = try JSON.parse(#"{"id":"00Q1","success":true,"errors":[],"created":true}"#)
        let updated = try JSON.parse(#"{"id":"00Q1","success":true,"errors":[],"created":false}"#)
        let first = SalesforceOutcome.of(status: 201, body: created, Self.context)
        #expect(first == SalesforceOutcome(.delivered, "created", remoteID: "00Q1"))
        let second = SalesforceOutcome.of(status: 200, body: updated, Self.context)
        #expect(second == SalesforceOutcome(.delivered, "updated", remoteID: "00Q1"))
        let old = SalesforceOutcome.of(status: 204, body: nil, Self.context)
        #expect(old == SalesforceOutcome(.delivered, "updated"))
        #expect(SalesforceOutcome.of(result: updated, Self.context) == second)
    }

    @Test func `a refusal that comes with status 200 is one`() throws {
        let body = try JSON.parse(
            #"{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"m","fields":["LastName"]}]}"#
        )
        let judged = SalesforceOutcome.of(status: 200, body: body, Self.context)
        #expect(judged.outcome == .rejected && judged.problem == "REQUIRED_FIELD_MISSING on LastName: m")
    }

    @Test(arguments: [
        ("ConcurrentRequests (Concurrent API Requests) Limit exceeded.", 10 * Span.second),
        ("ConcurrentPerOrgLongTxn Limit exceeded.", 10 * .second),
        ("TotalRequests Limit exceeded.", 15 * .minute),
    ])
    func `a limit says which it is, and how long to wait`(message: String, wait: Span) throws {
        let judged = try Self.judge(403, "REQUEST_LIMIT_EXCEEDED", message)
        #expect(judged.outcome == .throttled && judged.retryAfter == wait)
    }

    @Test(arguments: [
        ("duplicate value found: LeadledgerId__c duplicates value on record with id: 00Q1", Outcome.retry),
        ("duplicate value found: leadledgerid__c duplicates value on record with id: 00Q1", .retry),
        ("duplicate value found: <unknown> elsewhere", .retry),
        ("duplicate value found: Passport__c duplicates value on record with id: 00Q1", .rejected),
    ])
    func `a lost race is run again, another unique field is not`(message: String, outcome: Outcome) throws {
        #expect(try Self.judge(400, "DUPLICATE_VALUE", message).outcome == outcome)
    }

    @Test(arguments: [
        ("LeadTrigger: execution of AfterInsert caused by: UNABLE_TO_LOCK_ROW, unable to obtain", Outcome.retry),
        ("LeadTrigger: BeforeUpdate caused by: CANNOT_UPDATE_CONVERTED_LEAD, cannot", .alreadyDelivered),
        ("LeadTrigger: BeforeInsert caused by: System.NullPointerException", .rejected),
    ])
    func `what a trigger ran into decides`(message: String, outcome: Outcome) throws {
        let judged = try Self.judge(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
        #expect(judged.outcome == outcome && judged.isDivisible == (outcome == .rejected))
    }

    @Test func `a duplicate rule names the lead it found, and how to mend it`() throws {
        func body(_ allows: Bool) throws -> JSON {
            try JSON.parse(
                #"[{"duplicateResult":{"allowSave":\#(allows),"duplicateRule":"Standard","matchResults":[{"#
                    + #""matchRecords":[{"record":{"attributes":{"type":"Lead"},"Id":"001A0000006Vm9rIAC"}}]}]},"#
                    + #""errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}]"#)
        }
        let warned = SalesforceOutcome.of(status: 400, body: try body(true), Self.context)
        #expect(warned.outcome == .rejected && warned.problem.contains("of 001A0000006Vm9rIAC"))
        #expect(warned.mend?.hasPrefix("--set duplicates=allow") == true)
        let blocked = SalesforceOutcome.of(status: 400, body: try body(false), Self.context)
        #expect(blocked.mend?.hasPrefix("the duplicate rule blocks") == true)
        let saving = SalesforceOutcome.Context(externalID: "X__c", savesDuplicates: true)
        #expect(SalesforceOutcome.of(status: 400, body: try body(true), saving).mend?.contains("=allow") == false)
    }

    @Test func `a missing external id field is told with the path to make it`() throws {
        let judged = try Self.judge(
            404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: LeadledgerId__c")
        #expect(judged.mend?.contains("Setup, Object Manager, Lead, Fields & Relationships, New") == true)
        #expect(judged.mend?.contains("External ID") == true)
    }

    @Test(arguments: [
        (400, "invalid_client_id", "client identifier invalid", Outcome.config, "consumer key"),
        (400, "invalid_client", "invalid client credentials", .config, "consumer secret"),
        (400, "invalid_grant", "user hasn't approved this consumer", .config, "approve the app"),
        (400, "invalid_grant", "audience is invalid", .config, "audience=https://login.salesforce.com"),
        (400, "invalid_grant", "no client credentials user enabled", .config, "Run As"),
        (400, "invalid_grant", "request not supported on this domain", .config, "My Domain"),
        (400, "invalid_grant", "invalid assertion", .config, "certificate"),
        (400, "invalid_grant", "authentication failure", .authRefresh, "clock"),
        (400, "invalid_grant", "expired authorization code", .authRefresh, "clock"),
        (400, "invalid_grant", "login rate exceeded", .throttled, "hour"),
        (400, "inactive_user", "user is inactive", .config, "activate"),
        (400, "app_not_found", "not installed", .config, "not installed"),
        (400, "unsupported_grant_type", "grant type not supported", .config, "My Domain"),
        (400, "invalid_request", "m", .config, "enable the flow"), (400, "what_is_this", "m", .config, "OAuth"),
        (400, "unknown_error", "retry your request", .retry, "pass"), (503, "server", "m", .retry, "pass"),
        (429, "slow", "m", .throttled, "passes"),
    ])
    func `why there is no token says how to mend it`(
        status: Int, error: String, words: String, outcome: Outcome, mend: String
    ) {
        let refusal = SalesforceRefusal.of(status: status, error: error, words: words)
        #expect(refusal.outcome == outcome && refusal.mend.contains(mend))
        #expect(refusal.problem == "no access token: \(error): \(words)")
    }

    @Test(arguments: [
        (200, Outcome.config), (302, .config), (404, .config), (408, .retry), (429, .throttled), (503, .retry),
    ])
    func `a token answer without words goes by the status`(status: Int, outcome: Outcome) {
        #expect(SalesforceRefusal.of(status: status, error: nil, words: nil).outcome == outcome)
    }
}

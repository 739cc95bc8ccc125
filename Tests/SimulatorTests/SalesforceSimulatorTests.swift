import Foundation
import Leads
import OrderedJSON
import Simulators
import Testing

struct SalesforceSimulatorTests {
    private static func service(_ change: (inout SalesforceSettings) -> Void = { _ in }) -> SalesforceService {
        var settings = SalesforceSettings(clientSecret: "s+1")
        settings.fields = [SalesforceField("ActionCode__c:8")!]
        change(&settings)
        return SalesforceService(settings)
    }

    private static let form = [(name: "content-type", value: "application/x-www-form-urlencoded")]
    private static let grant = "grant_type=client_credentials&client_id=3MVG9leadledger&client_secret=s%2B1"

    private func ask(
        _ service: SalesforceService, _ body: String, _ more: [(name: String, value: String)] = []
    ) async -> Exchange {
        await Exchange(service, "POST", "/services/oauth2/token", headers: Self.form + more, body: body)
    }

    private func token(_ service: SalesforceService) async -> String {
        await ask(service, Self.grant).json["access_token"]?.string ?? ""
    }

    private func send(
        _ service: SalesforceService, _ method: String, _ target: String, _ body: String = "",
        _ more: [(name: String, value: String)] = [], refusing refusal: Refusal? = nil
    ) async -> Exchange {
        let headers: [(name: String, value: String)] = [
            ("authorization", "Bearer \(await token(service))"), ("content-type", "application/json"),
        ]
        return await Exchange(
            service, method, "/services/data/v62.0/" + target, headers: headers + more, body: body, refusing: refusal)
    }

    private func code(_ exchange: Exchange) -> String? { exchange.json.array?.first?["errorCode"]?.string }
    private func fields(_ exchange: Exchange) -> [String]? {
        exchange.json.array?.first?["fields"]?.array?.compactMap(\.string)
    }

    private let lead = #"{"LastName":"O'Neil","Company":"Analytical","Email":"ada@example.com"}"#
    private let target = "sobjects/Lead/LeadledgerId__c/L-1"

    @Test func `client credentials get a token that says nothing of its end`() async {
        let service = Self.service()
        let basic = Data("3MVG9leadledger:s+1".utf8).base64EncodedString()
        for answer in [
            await ask(service, Self.grant),
            await ask(service, "grant_type=client_credentials", [("authorization", "Basic \(basic)")]),
        ] {
            #expect(answer.status == 200)
            #expect(answer.json["instance_url"]?.string == "http://crm.example")
            #expect(answer.json["expires_in"] == nil)
        }
        #expect(await service.counts.first { $0.name == "tokens" }?.count == 2)
    }

    @Test(arguments: [
        ("grant_type=password", "unsupported_grant_type"), ("", "unsupported_grant_type"),
        ("grant_type=client_credentials&client_id=other&client_secret=x", "invalid_client_id"),
        (grant + "x", "invalid_client"), ("grant_type=client_credentials&client_id=3MVG9leadledger", "invalid_client"),
    ]) func `the token endpoint refuses with 400 and a word`(body: String, error: String) async {
        let answer = await ask(Self.service(), body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?.string == error)
    }

    @Test func `the hosts that people log in at hand out no client credentials`() async {
        let answer = await ask(Self.service { $0.instance = "https://login.salesforce.com" }, Self.grant)
        #expect(answer.json["error"]?.string == "invalid_grant")
    }

    @Test func `a session ends when it is not used, or when it is ended`() async {
        let service = Self.service()
        let token = await token(service)
        func limits(_ header: String?, at now: Instant) async -> Exchange {
            await Exchange(
                service, "GET", "/services/data/v62.0/limits", headers: header.map { [("authorization", $0)] } ?? [],
                now: now)
        }
        let hour = 60 * Span.minute
        #expect(await limits("Bearer \(token)", at: Exchange.now + hour).status == 200)
        #expect(await limits("OAuth \(token)", at: Exchange.now + hour + hour).status == 200)
        let late = await limits("Bearer \(token)", at: Exchange.now + 5 * Span.hour)
        #expect(late.status == 401 && code(late) == "INVALID_SESSION_ID")
        #expect(code(await limits(nil, at: Exchange.now)) == "INVALID_SESSION_ID")
        #expect(code(await limits("Basic \(token)", at: Exchange.now)) == "INVALID_AUTH_HEADER")
        await service.expireTokens()
        #expect(await limits("Bearer \(token)", at: Exchange.now).status == 401)
    }

    @Test func `an upsert says whether it made the lead`() async {
        let service = Self.service()
        let first = await send(service, "PATCH", target, lead)
        let second = await send(service, "PATCH", target, #"{"Title":"Countess"}"#)
        #expect(first.status == 201 && second.status == 200)
        #expect([first, second].map { $0.json["created"]?.bool } == [true, false])
        #expect(first.json["id"]?.string?.utf8.count == 18 && first.json["id"] == second.json["id"])
        #expect(first.records == [RecordFate(key: "L-1", fate: .created)])
        #expect(first["sforce-limit-info"] == "api-usage=1/100000")
        let record = await service.records.first
        #expect(record?["written"]?.integer == 2)
        #expect(record?["fields"]?["Title"]?.string == "Countess" && record?["fields"]?["Company"] != nil)
        let read = await send(service, "GET", target + "?fields=Id,Name,LeadledgerId__c")
        #expect(read.json["LeadledgerId__c"]?.string == "L-1" && read.json["Name"]?.string == "O'Neil")
    }

    @Test func `old versions say nothing of an update`() async {
        let service = Self.service()
        let headers: [(name: String, value: String)] = [
            ("authorization", "Bearer \(await token(service))"), ("content-type", "application/json"),
        ]
        var statuses: [Int] = []
        for _ in 0..<2 {
            statuses.append(
                await Exchange(
                    service, "PATCH", "/services/data/v45.0/" + target, headers: headers, body: lead
                ).status)
        }
        #expect(statuses == [201, 204])
    }

    @Test(arguments: [
        (#"{"Company":"A"}"#, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ("{}", "REQUIRED_FIELD_MISSING", ["LastName", "Company"]),
        (#"{"LastName":"","Company":"A"}"#, "REQUIRED_FIELD_MISSING", ["LastName"]),
        (#"{"LastName":"A","Company":"A","ActionCode__c":"123456789"}"#, "STRING_TOO_LONG", ["ActionCode__c"]),
        (#"{"LastName":"A","Company":"A","Email":"a@b"}"#, "INVALID_EMAIL_ADDRESS", ["Email"]),
        (
            #"{"LastName":"A","Company":"A","LeadSource":"Moon"}"#, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            ["LeadSource"]
        ),
        (
            #"{"LastName":"A","Company":"A","DoNotCall":true}"#, "INVALID_FIELD_FOR_INSERT_UPDATE", ["DoNotCall"]
        ),
        (#"{"LastName":"A","Company":"A","NoSuch__c":"x"}"#, "INVALID_FIELD", nil),
        (#"{"LastName":"A","Company":"A","LeadledgerId__c":"L-1"}"#, "INVALID_FIELD", nil),
        (#"{"LastName":1,"Company":"A"}"#, "JSON_PARSER_ERROR", nil), ("{", "JSON_PARSER_ERROR", nil),
        (#"{"HasOptedOutOfEmail":"true"}"#, "JSON_PARSER_ERROR", nil),
    ]) func `a body with one thing wrong is refused in an array`(body: String, expected: String, names: [String]?) async
    {
        let service = Self.service {
            $0.restricted = ["LeadSource": ["Web", "Partner"]]
            $0.readOnly = ["DoNotCall"]
        }
        let answer = await send(service, "PATCH", target, body)
        #expect(answer.status == 400)
        #expect(code(answer) == expected)
        #expect(fields(answer) == names)
        #expect(await service.records == [])
    }

    @Test func `what the path gets wrong is not found`() async {
        let service = Self.service()
        for path in ["sobjects/Lead/Email/a", "sobjects/Person", "sobjects/Lead/00Q5g0000000009", "nothing"] {
            let answer = await send(service, path.contains("Email") ? "PATCH" : "GET", path, lead)
            #expect(answer.status == 404 && code(answer) == "NOT_FOUND")
        }
        let absent = await send(service, "PATCH", target + "?updateOnly=true", lead)
        #expect(absent.status == 404)
        #expect(await send(service, "PUT", "sobjects/Lead", lead).status == 405)
        #expect(await service.records == [])
    }

    @Test func `several leads under one external id are a choice that nobody made`() async {
        let service = Self.service { $0.isUnique = false }
        let body = #"{"LastName":"A","Company":"A","LeadledgerId__c":"L-1"}"#
        for _ in 0..<2 { #expect(await send(service, "POST", "sobjects/Lead/", body).status == 201) }
        let answer = await send(service, "PATCH", target, lead)
        #expect(answer.status == 300)
        #expect(answer.json.array?.count == 2)
        let unique = Self.service()
        #expect(await send(unique, "POST", "sobjects/Lead", body).status == 201)
        #expect(code(await send(unique, "POST", "sobjects/Lead", body)) == "DUPLICATE_VALUE")
    }

    @Test func `the duplicate rule names what it found, and yields where it may`() async {
        for (rule, status) in [(SalesforceSettings.DuplicateRule.alert, 201), (.block, 400)] {
            let service = Self.service { $0.duplicateRule = rule }
            #expect(await send(service, "PATCH", target, lead).status == 201)
            #expect(await send(service, "PATCH", target, lead).status == 200)
            let other = "sobjects/Lead/LeadledgerId__c/L-2"
            let found = await send(service, "PATCH", other, lead)
            #expect(found.status == 400 && code(found) == "DUPLICATES_DETECTED")
            #expect(found.json.array?.first?["duplicateResult"]?["matchResults"]?.array?.count == 1)
            let saves = [(name: "sforce-duplicate-rule-header", value: "allowSave=true; includeRecordDetails=false")]
            #expect(await send(service, "PATCH", other, lead, saves).status == status)
        }
    }

    @Test func `a converted lead cannot be changed`() async {
        let service = Self.service { $0.converted = ["L-1"] }
        #expect(await send(service, "PATCH", target, lead).status == 201)
        #expect(code(await send(service, "PATCH", target, lead)) == "CANNOT_UPDATE_CONVERTED_LEAD")
    }

    @Test func `the requests of a day run out and come back`() async {
        let service = Self.service { $0.dailyLimit = 1 }
        #expect(await send(service, "GET", "limits").status == 200)
        let answer = await send(service, "GET", "limits")
        #expect(answer.status == 403 && code(answer) == "REQUEST_LIMIT_EXCEEDED")
        #expect(answer["sforce-limit-info"] == "api-usage=1/1")
    }

    @Test func `a lead that was asked to be refused is refused in the words of the service`() async throws {
        let service = Self.service()
        let answer = await send(
            service, "PATCH", target, lead, refusing: Refusal(places: [0], code: "UNABLE_TO_LOCK_ROW"))
        #expect(answer.status == 400 && code(answer) == "UNABLE_TO_LOCK_ROW")
        #expect(answer.records == [RecordFate(key: "L-1", fate: .refused)])
        for (status, asked, expected) in [
            (403, nil, "REQUEST_LIMIT_EXCEEDED"), (503, nil, "SERVER_UNAVAILABLE"), (403, "API_DISABLED_FOR_ORG", nil),
        ] {
            let failure = try JSON.parse(service.failure(status: status, code: asked).body)
            #expect(failure.array?.first?["errorCode"]?.string == asked ?? expected)
        }
        let grant = try JSON.parse(service.failure(status: 400, code: "invalid_grant").body)
        #expect(grant["error"]?.string == "invalid_grant")
    }
}

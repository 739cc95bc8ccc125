import Leads
import OrderedJSON
import Simulators
import Testing

/// The simulated HubSpot takes what HubSpot takes, and refuses the rest in HubSpot's words.
struct HubSpotSimulatorTests {
    private static let now = Instant("2026-03-02T10:00:00.123Z")!
    private static let batch = "/crm/v3/objects/contacts/batch/upsert"

    private struct Answer {
        let status: Int
        let json: JSON
        let headers: [(name: String, value: String)]
        let fates: [RecordFate]

        var category: String? { json["category"]?.string }
        var message: String { json["message"]?.string ?? "" }
        var results: [JSON] { json["results"]?.array ?? [] }
        /// The trace ids of errors in a batch.
        var failed: [String?] {
            (json["errors"]?.array ?? []).map { $0["context"]?["objectWriteTraceId"]?.array?.first?.string }
        }
        subscript(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

        func result(_ trace: String) -> JSON? { results.first { $0["objectWriteTraceId"]?.string == trace } }
    }

    private func service(_ change: (inout HubSpotSettings) -> Void = { _ in }) -> HubSpotService {
        var settings = HubSpotSettings(token: "pat-eu1-first")
        settings.customProperties = ["action_code"]
        settings.uniqueProperties = ["ledger_id"]
        change(&settings)
        return HubSpotService(settings)
    }

    private func call(
        _ service: HubSpotService, _ method: String, _ target: String, _ body: String = "",
        token: String? = "pat-eu1-first", type: String = "application/json", now: Instant = now,
        refusing refusal: Refusal? = nil
    ) async -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let arrival = Arrival(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil,
            headers: [("content-type", type)] + (token.map { [("authorization", "Bearer \($0)")] } ?? []),
            body: Array(body.utf8))
        guard case .answered(let answer, _, _, let fates) = await service.judge(arrival, now: now, refusing: refusal)
        else { return Answer(status: 0, json: .null, headers: [], fates: []) }
        return Answer(
            status: answer.status, json: (try? JSON.parse(answer.body)) ?? .null, headers: answer.headers, fates: fates)
    }

    private func input(_ email: String, _ more: String = "", trace: String? = nil) -> String {
        let trace = trace.map { #","objectWriteTraceId":"\#($0)""# } ?? ""
        return #"{"idProperty":"email","id":"\#(email)","properties":{"email":"\#(email)"\#(more)}\#(trace)}"#
    }

    private func upsert(
        _ service: HubSpotService, _ inputs: String..., refusing refusal: Refusal? = nil
    ) async -> Answer {
        await call(
            service, "POST", Self.batch, "{\"inputs\":[\(inputs.joined(separator: ","))]}", refusing: refusal)
    }

    @Test func `contacts are created once and updated afterwards`() async throws {
        let service = service()
        let first = await upsert(
            service, input("ada@example.com", #","firstname":"Ada""#, trace: "1"),
            input("grace@example.com", trace: "2"))
        #expect(first.status == 200)
        #expect(first.json["status"]?.string == "COMPLETE")
        #expect(first.result("1")?["new"] == .bool(true))
        #expect(first.result("1")?["properties"]?["firstname"]?.string == "Ada")
        #expect(first.result("1")?["createdAt"]?.string == "2026-03-02T10:00:00.123Z")
        #expect(first.results.map { $0["objectWriteTraceId"]?.string } == ["2", "1"])
        let again = await upsert(service, input("ADA@example.com", #","jobtitle":"Countess""#, trace: "3"))
        #expect(again.result("3")?["new"] == .bool(false))
        #expect(again.result("3")?["id"] == first.result("1")?["id"])
        #expect(again.fates == [RecordFate(key: "ada@example.com", fate: .updated)])
        let records = await service.records
        #expect(records.map { $0["written"]?.integer } == [2, 1])
        #expect(records[0]["fields"]?["email"]?.string == "ada@example.com")
        #expect(records[0]["fields"]?["firstname"]?.string == "Ada")
        #expect(await service.counts.map(\.count) == [2, 2, 1, 0])
        let dated = await call(
            service, "POST", "/crm/objects/2026-03/contacts/batch/upsert",
            "{\"inputs\":[\(input("ada@example.com"))]}")
        #expect(dated.results.first?["new"] == .bool(false))
    }

    @Test func `a property with unique values identifies contacts`() async throws {
        let service = service()
        func keyed(_ id: String, _ email: String, property: String = "ledger_id") -> String {
            #"{"idProperty":"\#(property)","id":"\#(id)","properties":{"email":"\#(email)"}}"#
        }
        #expect(await upsert(service, keyed("cus_1", "a@example.com")).status == 200)
        #expect(await upsert(service, keyed("cus_1", "b@example.com")).results.first?["new"] == .bool(false))
        #expect(await service.records.first?["fields"]?["ledger_id"]?.string == "cus_1")
        let taken = await upsert(service, keyed("cus_2", "b@example.com"))
        #expect(taken.status == 409)
        #expect(taken.message == "Contact already exists. Existing ID: 501")
        #expect(await upsert(service, keyed("cus_2", "a@example.com")).results.first?["new"] == .bool(true))
        let common = await upsert(service, keyed("x", "c@example.com", property: "action_code"))
        #expect(common.status == 400)
        #expect(common.message.hasPrefix("Unable to perform update/upsert by non-unique 0-1 property"))
        #expect(await upsert(service, keyed("x", "c@example.com", property: "nonsense")).status == 400)
    }

    @Test func `one unknown property fails the whole call and names the first record that has one`() async throws {
        let service = service()
        let answer = await upsert(
            service, input("a@example.com", trace: "1"), input("b@example.com", #","first":"x""#, trace: "2"),
            input("c@example.com", #","second":"x""#, trace: "3"))
        #expect(answer.status == 400)
        #expect(answer.category == "VALIDATION_ERROR")
        #expect(answer.message.contains("PROPERTY_DOESNT_EXIST"))
        #expect(answer.message.contains("first"))
        #expect(!answer.message.contains("second"))
        #expect(answer.json["errors"]?.array?.first?["code"]?.string == "PROPERTY_DOESNT_EXIST")
        #expect(await service.records.isEmpty)
    }

    @Test(arguments: [
        (#""email":"nobody""#, "INVALID_EMAIL"), (#""hs_email_optout":"true""#, "READ_ONLY_VALUE"),
        (#""lifecyclestage":"nonsense""#, "INVALID_OPTION"), (#""firstname":7"#, "Invalid input JSON"),
        (#""firstname":true"#, "Invalid input JSON"), (#""firstname":"x","firstname":"y""#, "Invalid input JSON"),
    ])
    func `a value that is not taken fails the call`(property: String, code: String) async throws {
        let service = service()
        let record = #"{"idProperty":"ledger_id","id":"cus_1","properties":{\#(property)}}"#
        let answer = await upsert(service, record)
        #expect(answer.status == 400)
        #expect(answer.message.contains(code))
        #expect(await service.records.isEmpty)
    }

    @Test func `a batch that makes no sense is refused`() async throws {
        let service = service()
        let twice = await upsert(service, input("a@example.com"), input("A@example.com"))
        #expect(twice.status == 400)
        #expect(twice.message.hasPrefix("Duplicate IDs"))
        #expect(await upsert(service).status == 400)
        let many = (0..<101).map { input("a\($0)@example.com") }.joined(separator: ",")
        #expect(await upsert(service, many).status == 400)
        #expect(await upsert(service, #"{"id":"a@example.com","properties":{}}"#).status == 400)
        #expect(await upsert(service, #"{"idProperty":"email","properties":{}}"#).status == 400)
        #expect(await upsert(service, #"{"idProperty":"email","id":"a@example.com"}"#).status == 400)
        #expect(await upsert(service, input("a@example.com"), "7").status == 400)
        #expect(await call(service, "POST", Self.batch, "{").message == "Invalid input JSON")
        #expect(await call(service, "POST", Self.batch, "{}").status == 400)
        #expect(await call(service, "POST", Self.batch, "{}", type: "text/plain").status == 415)
        #expect(await call(service, "POST", "/crm//v3/objects/contacts", "{}").status == 404)
        #expect(await service.records.isEmpty)
    }

    @Test func `a batch fails in part where records are refused`() async throws {
        let service = service()
        let answer = await upsert(
            service, input("a@example.com", trace: "1"), input("b@example.com", trace: "2"),
            refusing: Refusal(places: [0]))
        #expect(answer.status == 207)
        #expect(answer.json["numErrors"]?.integer == 1)
        #expect(answer.failed == ["1"])
        #expect(answer.result("2")?["new"] == .bool(true))
        #expect(answer.fates.map(\.fate) == [.refused, .created])
        let named = await upsert(
            service, input("a@example.com"), refusing: Refusal(places: [0], code: "CONFLICT"))
        #expect(named.json["errors"]?.array?.first?["category"]?.string == "CONFLICT")
        #expect(named.failed == [nil])
    }

    @Test func `with many states, bad records fail alone if each has a trace id of its own`() async throws {
        let service = service { $0.isMultiStatus = true }
        let bad = input("b@example.com", #","nonsense":"x""#, trace: "2")
        let answer = await upsert(service, input("a@example.com", trace: "1"), bad)
        #expect(answer.status == 207)
        #expect(answer.failed == ["2"])
        #expect(answer.results.count == 1)
        #expect(await upsert(service, input("a@example.com"), bad).status == 400)
        #expect(await upsert(service, input("a@example.com", trace: "2"), bad).status == 400)
    }

    @Test func `single contacts are created, changed, read and searched`() async throws {
        let service = service()
        let path = "/crm/v3/objects/contacts"
        let made = await call(service, "POST", path, #"{"properties":{"email":"A@example.com","company":"X"}}"#)
        #expect(made.status == 201)
        #expect(made.json["id"]?.string == "501")
        let again = await call(service, "POST", path, #"{"properties":{"email":"a@example.com"}}"#)
        #expect(again.status == 409)
        #expect(again.category == "CONFLICT")
        #expect(again.message == "Contact already exists. Existing ID: 501")
        let byEmail = "\(path)/a%40example.com?idProperty=email"
        let changed = await call(service, "PATCH", byEmail, #"{"properties":{"company":"Y"}}"#)
        #expect(changed.status == 200)
        #expect(await call(service, "PATCH", "\(path)/501", #"{"properties":{"zip":""}}"#).status == 200)
        let read = await call(service, "GET", byEmail + "&properties=company,nonsense")
        #expect(read.json["properties"] == ["company": .string("Y")])
        #expect(await call(service, "GET", "\(path)/501").json["properties"]?["email"]?.string == "a@example.com")
        for target in ["\(path)/502", "\(path)/b%40example.com?idProperty=email", "\(path)/501/x", "/crm/v3/x"] {
            let missing = await call(service, "GET", target)
            #expect(missing.status == 404)
            #expect(missing.category == "OBJECT_NOT_FOUND")
        }
        #expect(await call(service, "GET", "\(path)/x?idProperty=company").status == 400)
        let filter = #"{"propertyName":"email","operator":"EQ","value":"A@example.com"}"#
        let found = await call(service, "POST", path + "/search", #"{"filterGroups":[{"filters":[\#(filter)]}]}"#)
        #expect(found.json["total"]?.integer == 1)
        let other = filter.replacing("A@", with: "b@")
        let none = await call(service, "POST", path + "/search", #"{"filterGroups":[{"filters":[\#(other)]}]}"#)
        #expect(none.json["total"]?.integer == 0)
    }

    @Test func `properties and the account can be asked for`() async throws {
        let service = service()
        let all = await call(service, "GET", "/crm/v3/properties/contacts").results
        func property(_ name: String) -> JSON? { all.first { $0["name"]?.string == name } }
        #expect(property("ledger_id")?["hasUniqueValue"] == .bool(true))
        #expect(property("action_code")?["hasUniqueValue"] == .bool(false))
        #expect(property("createdate")?["modificationMetadata"]?["readOnlyValue"] == .bool(true))
        #expect(property("nonsense") == nil)
        #expect(await call(service, "GET", "/account-info/v3/details").json["portalId"]?.integer == 62_515)
    }

    @Test func `a call needs the token, and the scope for what it does`() async throws {
        let service = service {
            $0.nextToken = "pat-eu1-second"
            $0.scopes = ["crm.objects.contacts.read"]
        }
        let path = "/crm/v3/objects/contacts/501"
        #expect(await call(service, "GET", path, token: nil).category == "INVALID_AUTHENTICATION")
        #expect(await call(service, "GET", path, token: "pat-eu1-other").status == 401)
        #expect(await call(service, "GET", path, token: "pat-eu1-second").status == 401)
        #expect(await call(service, "GET", path).status == 404)
        let denied = await upsert(service, input("a@example.com"))
        #expect(denied.status == 403)
        #expect(denied.category == "MISSING_SCOPES")
        #expect(await call(service, "GET", "/crm/v3/properties/contacts").status == 403)
        #expect(await call(service, "GET", "/account-info/v3/details").status == 200)
        await service.expireTokens()
        let ended = await call(service, "GET", path)
        #expect(ended.status == 401)
        #expect(ended.category == "EXPIRED_AUTHENTICATION")
        #expect(await call(service, "GET", path, token: "pat-eu1-second").status == 404)
    }

    @Test func `calls above the limit are refused until time has passed`() async throws {
        let service = service { $0.callsPerTenSeconds = 2 }
        func read(_ seconds: Int64) async -> Answer {
            await call(service, "GET", "/account-info/v3/details", now: Self.now + seconds * .second)
        }
        #expect(await read(0)["x-hubspot-ratelimit-remaining"] == "1")
        #expect(await read(5).status == 200)
        let refused = await read(9)
        #expect(refused.status == 429)
        #expect(refused.json["policyName"]?.string == "TEN_SECONDLY_ROLLING")
        #expect(refused["x-hubspot-ratelimit-interval-milliseconds"] == "10000")
        #expect(refused["x-hubspot-ratelimit-max"] == "2")
        #expect(await read(10).status == 200)
    }

    @Test func `a failure that is asked for names the limit that is reached`() async throws {
        let daily = service().failure(status: 429, code: "DAILY")
        let json = try JSON.parse(daily.body)
        #expect(json["policyName"]?.string == "DAILY")
        #expect(json["message"]?.string == "You have reached your daily limit.")
        #expect(daily.headers.contains { $0 == ("X-HubSpot-RateLimit-Daily-Remaining", "0") })
        let usual = service().failure(status: 429, code: nil)
        #expect(try JSON.parse(usual.body)["policyName"]?.string == "TEN_SECONDLY_ROLLING")
        #expect(usual.headers.contains { $0 == ("X-HubSpot-RateLimit-Remaining", "0") })
        let broken = service().failure(status: 503, code: nil)
        #expect(try JSON.parse(broken.body)["category"]?.string == "INTERNAL_ERROR")
    }
}

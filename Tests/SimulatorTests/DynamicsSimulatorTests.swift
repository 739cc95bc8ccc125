import Leads
import OrderedJSON
import Simulators
import Testing

struct DynamicsSimulatorTests {
    private static let tokenPath = "/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token"
    private static let form = [(name: "content-type", value: "application/x-www-form-urlencoded")]
    private static let grant =
        "grant_type=client_credentials&client_id=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee&client_secret=s%2B1"

    private static func service(_ change: (inout DynamicsSettings) -> Void = { _ in }) -> DynamicsService {
        var settings = DynamicsSettings(clientSecret: "s+1")
        settings.columns = [DynamicsColumn("xyz_actioncode:String:8")!]
        change(&settings)
        return DynamicsService(settings)
    }

    private static func token(_ service: DynamicsService, scope: String = "https%3A%2F%2Fcrm.example%2F.default") async
        -> String
    {
        let answer = await Exchange(
            service, "POST", tokenPath, headers: form, body: "\(grant)&scope=\(scope)")
        return answer.json["access_token"]?.string ?? ""
    }

    private static func headers(
        _ token: String, without missing: String? = nil, _ more: [(name: String, value: String)] = []
    ) -> [(name: String, value: String)] {
        let usual: [(name: String, value: String)] = [
            ("authorization", "Bearer \(token)"), ("accept", "application/json"), ("odata-version", "4.0"),
            ("odata-maxversion", "4.0"), ("content-type", "application/json; charset=utf-8"),
        ]
        return usual.filter { $0.name != missing } + more
    }

    private func send(
        _ service: DynamicsService, _ method: String, _ target: String, _ body: String = "",
        _ more: [(name: String, value: String)] = [], refusing refusal: Refusal? = nil
    ) async -> Exchange {
        await Exchange(
            service, method, "/api/data/v9.2/" + target, headers: Self.headers(await Self.token(service), more),
            body: body, refusing: refusal)
    }

    private func code(_ exchange: Exchange) -> String? { exchange.json["error"]?["code"]?.string }

    private let lead = #"{"subject":"Trial","lastname":"O'Neil","emailaddress1":"ada@example.com","leadsourcecode":8}"#

    @Test func `the token endpoint hands out a token with its lifetime`() async {
        let service = Self.service()
        let answer = await Exchange(
            service, "POST", Self.tokenPath, headers: Self.form,
            body: Self.grant + "&scope=https%3A%2F%2Fcrm.example%2F.default")
        #expect(answer.status == 200)
        #expect(answer.json["token_type"]?.string == "Bearer")
        #expect(answer.json["expires_in"]?.integer == 3_599)
        #expect(await service.counts.first { $0.name == "tokens" }?.count == 1)
    }

    @Test(arguments: [
        ("grant_type=password", 70_003, 400), ("", 900_144, 400),
        ("grant_type=client_credentials&client_id=other&client_secret=x&scope=x", 700_016, 400),
        (grant + "&scope=https://crm.example/user_impersonation", 1_002_012, 400),
        (grant + "&scope=https://elsewhere.example/.default", 500_011, 400), (grant, 900_144, 400),
        (grant + "x&scope=https://crm.example/.default", 7_000_215, 401),
        ("grant_type=client_credentials&client_id=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", 7_000_216, 401),
    ]) func `the token endpoint refuses as Entra ID does`(body: String, code: Int, status: Int) async {
        let answer = await Exchange(Self.service(), "POST", Self.tokenPath, headers: Self.form, body: body)
        #expect(answer.status == status)
        #expect(answer.json["error_codes"]?.array == [.number(code)])
        #expect(answer.json["error_description"]?.string?.hasPrefix("AADSTS\(code): ") == true)
    }

    @Test func `another tenant and another type of body get no token`() async {
        let other = await Exchange(
            Self.service(), "POST", "/contoso/oauth2/v2.0/token", headers: Self.form, body: Self.grant)
        #expect(other.json["error_codes"]?.array == [.number(90_002)])
        let json = await Exchange(
            Self.service(), "POST", Self.tokenPath, headers: [("content-type", "application/json")], body: Self.grant)
        #expect(json.json["error_codes"]?.array == [.number(900_144)])
    }

    @Test func `requests need a token that is known, lasts still and is for this environment`() async {
        let service = Self.service()
        let token = await Self.token(service)
        func status(_ headers: [(name: String, value: String)], now: Instant = Exchange.now) async -> Int {
            await Exchange(service, "GET", "/api/data/v9.2/WhoAmI", headers: headers, now: now).status
        }
        #expect(await status(Self.headers(token)) == 200)
        #expect(await status(Self.headers(token, without: "authorization")) == 401)
        #expect(await status(Self.headers("other")) == 401)
        #expect(await status(Self.headers(token), now: Exchange.now + 2 * .hour) == 401)
        let foreign = await Self.token(service, scope: "https://other.crm.dynamics.com/.default")
        #expect(foreign != "")
        #expect(await status(Self.headers(foreign)) == 401)
        await service.expireTokens()
        let ended = await Exchange(service, "GET", "/api/data/v9.2/WhoAmI", headers: Self.headers(token))
        #expect(ended.status == 401)
        #expect(ended["www-authenticate"]?.contains("invalid_token") == true)
    }

    @Test(arguments: [
        ("odata-version", 400), ("odata-maxversion", 400), ("accept", 415), ("content-type", 415),
    ]) func `a header that is missing is a refusal`(name: String, status: Int) async {
        let service = Self.service()
        let answer = await Exchange(
            service, "POST", "/api/data/v9.2/leads", headers: Self.headers(await Self.token(service), without: name),
            body: lead)
        #expect(answer.status == status)
        #expect(await service.records == [])
    }

    @Test func `an upsert by the key answers the same for a new lead and a known one`() async {
        let service = Self.service()
        let target = "leads(leadledger_id='L-1')"
        for fate in [RecordFate.Fate.created, .updated] {
            let answer = await send(service, "PATCH", target, lead)
            #expect(answer.status == 204)
            #expect(answer["odata-entityid"] == "http://crm.example/api/data/v9.2/" + target)
            #expect(answer.records == [RecordFate(key: "L-1", fate: fate)])
        }
        let records = await service.records
        #expect(records.count == 1)
        #expect(records.first?["key"]?.string == "L-1")
        #expect(records.first?["written"]?.integer == 2)
        #expect(records.first?["fields"]?["lastname"]?.string == "O'Neil")
    }

    @Test func `a representation tells new from known`() async {
        let service = Self.service()
        let prefer = [(name: "prefer", value: "return=representation")]
        let target = "leads(leadledger_id='o''neil%20%C3%BC')?$select=leadid"
        let first = await send(service, "PATCH", target, lead, prefer)
        let second = await send(service, "PATCH", target, lead, prefer)
        #expect([first.status, second.status] == [201, 200])
        #expect(first.json["leadid"] != nil && first.json["leadid"] == second.json["leadid"])
        #expect(first.json["@odata.etag"] != second.json["@odata.etag"])
        #expect(first.json["lastname"] == nil)
        let id = first.json["leadid"]?.string ?? ""
        let read = await send(service, "GET", "leads(\(id))?$select=lastname,leadledger_id")
        #expect(read.json["leadledger_id"]?.string == "o'neil ü")
    }

    @Test func `the conditions of a request hold`() async {
        let service = Self.service()
        let id = "leads(01234567-89ab-4cde-8f01-23456789abcd)"
        let only = [(name: "if-match", value: "*")]
        let never = [(name: "if-none-match", value: "*")]
        let missing = await send(service, "PATCH", id, lead, only)
        #expect(missing.status == 404 && code(missing) == "0x80040217")
        let byKey = await send(service, "PATCH", "leads(leadledger_id='L')", lead, only)
        #expect(byKey.status == 404 && code(byKey) == "0x80060891")
        #expect(await send(service, "PATCH", id, lead, never).status == 204)
        let again = await send(service, "PATCH", id, lead, never)
        #expect(again.status == 412 && code(again) == "" && again.fate == .duplicate)
        #expect(again.records.map(\.fate) == [.known])
        #expect(await send(service, "PATCH", id, lead, only).status == 204)
        let stale = await send(service, "PATCH", id, lead, [("if-match", "W/\"1\"")])
        #expect(stale.status == 412 && code(stale) == "0x80060882")
        #expect(await service.records.first?["written"]?.integer == 2)
    }

    @Test(arguments: [
        (#"{"nosuch":"x"}"#, "0x80048d19"), (#"{"leadsourcecode":"8"}"#, "0x80048d19"), ("{", "0x80048d19"),
        (#"{"subject":8}"#, "0x80048d19"), (#"{"donotphone":"true"}"#, "0x80048d19"),
        (#"{"leadsourcecode":99}"#, "0x8004431A"), (#"{"xyz_actioncode":"123456789"}"#, "0x80044331"),
        (#"{"subject":"a","subject":"b"}"#, "0x80048d19"),
    ]) func `a body with one thing wrong changes nothing`(body: String, expected: String) async {
        let service = Self.service()
        let answer = await send(service, "PATCH", "leads(leadledger_id='L-1')", body)
        #expect(answer.status == 400)
        #expect(code(answer) == expected)
        #expect(await service.records == [])
    }

    @Test func `a value that is too long names its column`() async {
        let answer = await send(
            Self.service(), "POST", "leads", #"{"firstname":"\#(String(repeating: "é", count: 51))"}"#)
        #expect(answer.json["error"]?["message"]?.string?.contains("'firstname'") == true)
        #expect(code(answer) == "0x80044331")
    }

    @Test func `one value of the key is one lead`() async {
        let service = Self.service()
        let body = #"{"leadledger_id":"L-1","subject":"Trial"}"#
        let made = await send(service, "POST", "leads", body)
        #expect(made.status == 204)
        #expect(made["odata-entityid"]?.contains("/leads(") == true)
        let again = await send(service, "POST", "leads", body)
        #expect(again.status == 412 && code(again) == "0x80060892")
    }

    @Test func `a key that is not active cannot be used`() async {
        for (status, listed) in [
            (DynamicsSettings.KeyStatus.pending, ["Pending"]), (.absent, []), (.active, ["Active"]),
        ] {
            let service = Self.service { $0.keyStatus = status }
            let keys = await send(
                service, "GET", "EntityDefinitions(LogicalName='lead')/Keys?$select=KeyAttributes,EntityKeyIndexStatus")
            #expect(keys.json["value"]?.array?.compactMap { $0["EntityKeyIndexStatus"]?.string } == listed)
            let answer = await send(service, "PATCH", "leads(leadledger_id='L-1')", lead)
            #expect(answer.status == (status == .active ? 204 : 400))
        }
        #expect(await send(Self.service(), "PATCH", "leads(emailaddress1='a')", lead).status == 400)
        for bad in ["a%2Fb", "a%25b", "a:b", "a+b", "a%3Fb"] {
            #expect(await send(Self.service(), "PATCH", "leads(leadledger_id='\(bad)')", lead).status == 400)
        }
    }

    @Test func `columns are described, lengths in the derived types only`() async {
        let attributes = "EntityDefinitions(LogicalName='lead')/Attributes"
        let service = Self.service()
        let all = await send(service, "GET", attributes)
        let custom = all.json["value"]?.array?.first { $0["LogicalName"]?.string == "xyz_actioncode" }
        #expect(custom?["AttributeType"]?.string == "String" && custom?["MaxLength"]?.integer == 8)
        #expect(await send(service, "GET", attributes + "?$select=LogicalName,MaxLength").status == 400)
        let texts = await send(
            service, "GET",
            attributes + "/Microsoft.Dynamics.CRM.StringAttributeMetadata?$select=LogicalName,MaxLength")
        #expect(texts.json["value"]?.array?.contains { $0["LogicalName"]?.string == "description" } == false)
        #expect(texts.json["value"]?.array?.allSatisfy { $0["MaxLength"]?.integer != nil } == true)
    }

    @Test func `an application user without a role may only ask who it is`() async {
        let service = Self.service { $0.role = .none }
        #expect(await send(service, "GET", "WhoAmI").status == 200)
        let answer = await send(service, "POST", "leads", lead)
        #expect(answer.status == 403 && code(answer) == "0x80040220")
        let nobody = await send(Self.service { $0.role = .absent }, "GET", "WhoAmI")
        #expect(nobody.status == 403 && code(nobody) == "0x80072560")
    }

    @Test func `the duplicate rule counts only where the sender asks for it`() async {
        let service = Self.service { $0.findsDuplicates = true }
        let asks = [(name: "mscrm.suppressduplicatedetection", value: "false")]
        #expect(await send(service, "PATCH", "leads(leadledger_id='L-1')", lead, asks).status == 204)
        #expect(await send(service, "PATCH", "leads(leadledger_id='L-1')", lead, asks).status == 204)
        let found = await send(service, "PATCH", "leads(leadledger_id='L-2')", lead, asks)
        #expect(found.status == 412 && code(found) == "0x80040333")
        #expect(await send(service, "PATCH", "leads(leadledger_id='L-2')", lead).status == 204)
    }

    @Test func `a qualified lead is read only`() async {
        let service = Self.service { $0.qualified = ["L-1"] }
        #expect(await send(service, "PATCH", "leads(leadledger_id='L-1')", lead).status == 204)
        #expect(await send(service, "PATCH", "leads(leadledger_id='L-1')", lead).status == 400)
    }

    @Test func `unknown tables and lookups that lead nowhere are not found`() async {
        let wrong = await send(Self.service(), "POST", "Leads", lead)
        #expect(wrong.status == 404 && code(wrong) == "0x8006088a")
        let bound = await send(
            Self.service(), "POST", "leads",
            #"{"campaignid@odata.bind":"/campaigns(01234567-89ab-4cde-8f01-23456789abcd)"}"#)
        #expect(bound.status == 404 && code(bound) == "0x80040217")
    }

    @Test func `trouble that was asked for has the shape of the service`() async throws {
        let service = Self.service()
        let answer = await send(
            service, "PATCH", "leads(leadledger_id='L-1')", lead, refusing: Refusal(places: [0]))
        #expect(answer.status == 400 && code(answer) == "0x80040203")
        #expect(answer.records == [RecordFate(key: "L-1", fate: .refused)])
        for (status, asked, body) in [
            (429, "0x80072326", "0x80072326"), (429, nil, "0x80072322"), (500, "0x80040333", "0x80040333"),
            (412, "", ""),
        ] {
            let failure = service.failure(status: status, code: asked)
            #expect(failure.status == status)
            #expect(try JSON.parse(failure.body)["error"]?["code"]?.string == body)
        }
        let entra = try JSON.parse(service.failure(status: 401, code: "AADSTS7000222").body)
        #expect(entra["error"]?.string == "invalid_client")
    }
}

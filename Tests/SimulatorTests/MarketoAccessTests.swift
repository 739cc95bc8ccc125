import Leads
import OrderedJSON
import Simulators
import Testing

/// Tokens, limits, forms, programs and questions of the simulated Marketo.
struct MarketoAccessTests {
    private let now = MarketoCaller.now

    @Test func `a token is handed out for the right credentials, in the query or a form`() async throws {
        let service = try await MarketoCaller().service
        let asked = await MarketoCaller.token(service)
        #expect(asked.status == 200)
        #expect(asked.text?.hasSuffix(":int") == true)
        let posted = await MarketoCaller.token(service, query: nil, form: MarketoCaller.grant)
        #expect(posted.text == asked.text)
        let parts = MarketoCaller.grant.split(separator: "&", maxSplits: 1).map(String.init)
        #expect(await MarketoCaller.token(service, query: parts[0], form: parts[1]).status == 200)
        #expect(await MarketoCaller.token(service, query: MarketoCaller.grant + "x").status == 401)
        let other = MarketoCaller.grant.replacing("1111-", with: "1112-")
        #expect(await MarketoCaller.token(service, query: other).error == "unauthorized")
        #expect(await MarketoCaller.token(service, query: other).status == 401)
        #expect(await MarketoCaller.token(service, query: "grant_type=password").status == 400)
    }

    @Test func `the same token comes back with the time it has left, and a new one after its end`() async throws {
        let service = try await MarketoCaller().service
        let first = await MarketoCaller.token(service)
        #expect(first.seconds == 3_600)
        let later = await MarketoCaller.token(service, now: now + 3_590 * .second)
        #expect(later.text == first.text)
        #expect(later.seconds == 10)
        let next = await MarketoCaller.token(service, now: now + .hour)
        #expect(next.text != first.text)
        #expect(next.seconds == 3_600)
    }

    @Test func `a call needs a token that is good, in the header`() async throws {
        let caller = try await MarketoCaller()
        let path = "/rest/v1/leads/describe.json"
        func code(_ header: String?, query: String = "", now: Instant = MarketoCaller.now) async -> String? {
            await caller.call("GET", path + query, headers: header.map { [("authorization", $0)] } ?? [], now: now).code
        }
        let token = try #require(await MarketoCaller.token(caller.service).text)
        #expect(await code("Bearer \(token)") == nil)
        #expect(await code("bearer \(token)") == nil)
        #expect(await code(nil) == "600")
        #expect(await code("Bearer nonsense:int") == "601")
        #expect(await code("Basic \(token)") == "601")
        #expect(await code(nil, query: "?access_token=\(token)") == "601")
        #expect(await code("Bearer \(token)", query: "?access_token=\(token)") == "601")
        #expect(await code("Bearer \(token)", now: now + .hour) == "602")
    }

    @Test func `tokens that were ended are expired, and the next one is new`() async throws {
        let caller = try await MarketoCaller()
        let old = await MarketoCaller.token(caller.service)
        await caller.service.expireTokens()
        #expect(await caller.call("GET", "/rest/v1/leads/describe.json").code == "602")
        let new = await MarketoCaller.token(caller.service)
        #expect(new.text != old.text)
        #expect(new.seconds == 3_600)
        #expect(await caller.count("tokens") == 3)
    }

    @Test func `calls above a limit are refused until time has passed`() async throws {
        let caller = try await MarketoCaller { $0.callsPerTwentySeconds = 2 }
        let path = "/rest/v1/leads/describe.json"
        var codes: [String?] = []
        for seconds: Int64 in [0, 1, 2, 19, 20, 20, 21] {
            codes.append(await caller.call("GET", path, now: now + seconds * .second).code)
        }
        #expect(codes == [nil, nil, "606", "606", nil, "606", nil])
        let daily = try await MarketoCaller {
            $0.callsPerDay = 1
            $0.tokenSeconds = 100_000
        }
        #expect(await daily.call("GET", path).code == nil)
        #expect(await daily.call("GET", path).code == "607")
        #expect(await daily.call("GET", path, now: now + 19 * .hour).code == "607")
        #expect(await daily.call("GET", path, now: now + 20 * .hour).code == nil)
    }

    @Test func `a user that may only read is denied to write`() async throws {
        let caller = try await MarketoCaller { $0.isReadOnly = true }
        #expect(await caller.sync(#"{"email":"a@example.com"}"#).code == "603")
        #expect(await caller.call("GET", "/rest/v1/leads/describe.json").code == nil)
    }

    @Test func `a failure that is asked for says 200 and a code in the body`() async throws {
        let service = try await MarketoCaller().service
        let answer = service.failure(status: 200, code: "606")
        #expect(answer.status == 200)
        let json = try JSON.parse(answer.body)
        #expect(json["success"] == .bool(false))
        #expect(json["errors"]?.array?.first?["code"]?.string == "606")
        #expect(service.failure(status: 502, code: nil).status == 502)
        let refused = service.failure(status: 401, code: nil)
        #expect(try JSON.parse(refused.body)["error"]?.string == "unauthorized")
    }

    @Test func `a form takes one record with its own fields`() async throws {
        let caller = try await MarketoCaller { $0.forms = [.init(id: 7, fields: ["email", "firstName"])] }
        func submit(_ body: String) async -> MarketoCaller.Answer {
            await caller.call("POST", "/rest/v1/leads/submitForm.json", body)
        }
        func form(_ fields: String, _ more: String = "") -> String {
            #"{"formId":7,\#(more)"input":[{"leadFormFields":\#(fields)}]}"#
        }
        let fields = #"{"email":"a@example.com","firstName":"Ada"}"#
        #expect(await submit(form(fields)).records == ["created"])
        #expect(await submit(form(fields, #""programId":1001,"#)).records == ["updated"])
        #expect(await submit(form(#"{"email":"a@example.com","title":"x"}"#)).records == ["1006"])
        #expect(await submit(form(#"{"firstName":"Ada"}"#)).records == ["1002"])
        #expect(await submit(form(fields, #""programId":7,"#)).code == "1013")
        #expect(await submit(form(fields).replacing("7", with: "8")).code == "1013")
        #expect(await submit(form(fields).replacing("7", with: "\"7\"")).code == "1001")
        #expect(await submit(#"{"input":[{"leadFormFields":{}}]}"#).code == "1002")
        #expect(await submit(#"{"formId":7,"input":[{}]}"#).code == "1002")
        let record = #"{"leadFormFields":\#(fields)}"#
        #expect(await submit(#"{"formId":7,"input":[\#(record),\#(record)]}"#).code == "1003")
        let visitor = #""visitorData":{"pageURL":"https://example.com/offer","nonsense":"x"}"#
        #expect(await submit(#"{"formId":7,"input":[{"leadFormFields":\#(fields),\#(visitor)}]}"#).code == "1003")
        let refused = await caller.call(
            "POST", "/rest/v1/leads/submitForm.json", form(fields), refusing: Refusal(places: [0], code: "1003"))
        #expect(refused.records == ["1003"])
    }

    @Test func `leads are pushed to a program that is there`() async throws {
        let caller = try await MarketoCaller()
        func push(_ more: String, _ record: String = #"{"email":"a@example.com"}"#) async -> MarketoCaller.Answer {
            await caller.call("POST", "/rest/v1/leads/push.json", #"{\#(more)"input":[\#(record)]}"#)
        }
        let program = #""programName":"Marketplace","source":"Marketplace","reason":"Offer","#
        #expect(await push(program).records == ["created"])
        #expect(await push(program).records == ["updated"])
        #expect(await push("").code == "1002")
        #expect(await push(#""programName":"","#).code == "1002")
        #expect(await push(#""programName":"Nowhere","#).code == "1013")
        #expect(await push(#""programName":"Marketplace","reason":7,"#).code == "1001")
        let refused = await push(program, #"{"email":"a@example.com","nonsense":"x"}"#)
        #expect(refused.records == ["1006"])
        #expect(refused.json["result"]?.array?.first?["status"] == nil)
        #expect(refused.ids == [50])
    }

    @Test func `fields, forms and programs can be asked for`() async throws {
        let caller = try await MarketoCaller { $0.forms = [.init(id: 7, fields: ["email"])] }
        let fields = await caller.call("GET", "/rest/v1/leads/describe.json").json["result"]?.array ?? []
        func field(_ name: String) -> JSON? { fields.first { $0["rest"]?["name"]?.string == name } }
        #expect(field("email")?["dataType"]?.string == "email")
        #expect(field("company")?["length"]?.integer == 255)
        #expect(field("emailInvalid")?["rest"]?["readOnly"] == .bool(true))
        #expect(field("ledgerId")?["rest"]?["readOnly"] == .bool(false))
        #expect(await caller.call("GET", "/rest/asset/v1/form/7.json").ids == [7])
        #expect(await caller.call("GET", "/rest/asset/v1/form/8.json").code == "702")
        let onForm = await caller.call("GET", "/rest/asset/v1/form/7/fields.json").json["result"]?.array ?? []
        #expect(onForm.map { $0["id"]?.string } == ["email"])
        #expect(await caller.call("GET", "/rest/asset/v1/forms.json?maxReturn=20").ids == [7])
        #expect(await caller.call("GET", "/rest/asset/v1/program/byName.json?name=Marketplace").ids == [1_001])
        let nowhere = await caller.call("GET", "/rest/asset/v1/program/byName.json?name=Nowhere")
        #expect(nowhere.json["success"] == .bool(true))
        #expect(nowhere.json["warnings"]?.array?.count == 1)
    }

    @Test func `leads can be found by what identifies them`() async throws {
        let caller = try await MarketoCaller()
        let records = (0..<5).map { #"{"email":"a\#($0)@example.com","ledgerId":"same","firstName":"\#($0)"}"# }
        _ = await caller.sync(records.joined(separator: ","))
        let path = "/rest/v1/leads.json?filterType="
        let two = await caller.call("GET", path + "email&filterValues=A1%40example.com,a3@example.com,nobody")
        #expect(two.json["result"]?.array?.map { $0["firstName"]?.string } == ["1", "3"])
        let page = await caller.call("GET", path + "ledgerId&filterValues=same&fields=email&batchSize=3")
        #expect(page.ids == [50, 51, 52])
        #expect(page.json["result"]?.array?.first?["firstName"] == nil)
        let token = page.json["nextPageToken"]?.string ?? ""
        let rest = await caller.call("GET", path + "ledgerId&filterValues=same&batchSize=3&nextPageToken=\(token)")
        #expect(rest.ids == [53, 54])
        #expect(await caller.call("GET", path + "id&filterValues=51,7").ids == [51])
        #expect(await caller.call("GET", path + "lastName&filterValues=x").code == "1011")
        #expect(await caller.call("GET", path + "nonsense&filterValues=x").code == "1006")
        #expect(await caller.call("GET", path + "email&filterValues=x&fields=nonsense").code == "1006")
        #expect(await caller.call("GET", path + "email").code == "1002")
        let form = await caller.call(
            "POST", "/rest/v1/leads.json", "_method=GET&filterType=email&filterValues=a4%40example.com",
            headers: caller.authorization("application/x-www-form-urlencoded"))
        #expect(form.ids == [54])
    }
}

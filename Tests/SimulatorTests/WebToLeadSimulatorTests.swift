import Leads
import OrderedJSON
import Simulators
import Testing

struct WebToLeadSimulatorTests {
    private let path = "/servlet/servlet.WebToLead?encoding=UTF-8"
    private let key = "00N5g0000000001"

    private func service(_ change: (inout WebToLeadSettings) -> Void = { _ in }) -> WebToLeadService {
        var settings = WebToLeadSettings()
        settings.fields = [key: 20]
        settings.keyField = key
        change(&settings)
        return WebToLeadService(settings)
    }

    private func send(
        _ service: WebToLeadService, _ body: String, type: String = "application/x-www-form-urlencoded",
        path: String? = nil, now: Instant = Exchange.now, refusing refusal: Refusal? = nil
    ) async -> Exchange {
        await Exchange(
            service, "POST", path ?? self.path, headers: [("content-type", type)], body: body, now: now,
            refusing: refusal)
    }

    private func count(_ name: String, _ service: WebToLeadService) async -> Int? {
        await service.counts.first { $0.name == name }?.count
    }

    private let lead = "oid=00D5g0000000001&retURL=x&last_name=O%27Neil&company=S%C3%B6hne+%26+Co&00N5g0000000001=L-1"

    @Test func `a form makes a lead each time, and the answer says nothing`() async {
        let service = service()
        for _ in 0..<2 {
            let answer = await send(service, lead)
            #expect(answer.status == 200)
            #expect(answer["is-processed"] == nil)
            #expect(answer.records == [RecordFate(key: "L-1", fate: .created)])
        }
        let records = await service.records
        #expect(records.compactMap { $0["key"]?.string } == ["L-1", "L-1"])
        #expect(records.first?["fields"]?["company"]?.string == "Söhne & Co")
        #expect(records.first?["fields"]?["oid"] == nil)
    }

    @Test func `what is wrong is an exception in a header under 200`() async {
        let service = service()
        for body in [
            lead.replacing("00D5g", with: "00D6g"), lead.replacing("oid=", with: "o="),
            lead.replacing("company=", with: "c="), lead.replacing("last_name=O%27Neil", with: "last_name="),
            lead + "&phone=" + String(repeating: "1", count: 41), lead + "%",
            lead.replacing("L-1", with: "L-1-and-more-than-20-characters"),
        ] {
            let answer = await send(service, body)
            #expect(answer.status == 200)
            #expect(answer["is-processed"] == "true Exception:common.exception.SalesforceGenericException")
        }
        #expect(await send(service, lead, type: "application/json")["is-processed"] != nil)
        #expect(await send(service, lead, path: "/servlet/servlet.WebToLead")["is-processed"] != nil)
        #expect(await send(service, lead, refusing: Refusal(places: [0]))["is-processed"] != nil)
        #expect(await send(service, lead, path: "/servlet/other").status == 404)
        #expect(await service.records == [])
        #expect(await count("exceptions", service) == 10)
    }

    @Test func `fields that the org does not know are passed over and counted`() async {
        let service = service()
        let answer = await send(service, lead + "&00N5g0000000009=x&LastName=y")
        #expect(answer["is-processed"] == nil)
        #expect(await count("ignoredFields", service) == 2)
        #expect(await service.records.first?["fields"]?["00N5g0000000009"] == nil)
    }

    @Test func `over the limit leads wait, and then are lost, and the answer stays the same`() async {
        let service = service {
            $0.dailyLimit = 2
            $0.queueLimit = 1
        }
        for _ in 0..<4 { #expect(await send(service, lead)["is-processed"] == nil) }
        #expect(await count("records", service) == 2)
        #expect(await count("queued", service) == 1)
        #expect(await count("lost", service) == 1)
        _ = await send(service, lead, now: Exchange.now + .day)
        #expect(await count("records", service) == 4)
        #expect(await count("queued", service) == 0)
    }

    @Test func `a failure that was asked for is a page, or an exception`() {
        #expect(service().failure(status: 503, code: nil).status == 503)
        let exception = service().failure(status: 200, code: "common.exception.ApiException")
        #expect(exception.headers.contains { $0.value == "true Exception:common.exception.ApiException" })
    }
}

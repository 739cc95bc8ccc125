import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

struct SimulatorTests {
    private func arrival(_ body: String, type: String? = "application/json", id: String? = "dlv_1_7") -> Arrival {
        var headers = [(name: String, value: String)]()
        if let type { headers.append(("content-type", type)) }
        if let id { headers.append(("webhook-id", id)) }
        return Arrival(method: "POST", path: "/", headers: headers, body: Array(body.utf8))
    }

    private func status(_ arrival: Arrival, signature: WebhookSignature? = nil) -> Int {
        switch HTTPSEndpoint(signature: signature).judge(arrival, now: Samples.now) {
        case .accepted: 200
        case .rejected(let status, _): status
        case .answered(let answer, _, _, _): answer.status
        }
    }

    private let marketplace =
        #"{"UserDetails":{"FirstName":"","LastName":"","Email":"","Phone":"","Country":"","Company":"","Title":""},"#
        + #""LeadSource":"","ActionCode":"","OfferTitle":"","Description":""}"#
    private let event =
        #"{"specversion":"1.0","id":"dlv_1_7","source":"/ledgers/1","type":"t","subject":"cus_1","#
        + #""time":"2026-01-01T00:00:00Z","datacontenttype":"application/json","data":{"contactable":true}}"#

    @Test func `the endpoint takes both exact shapes`() {
        #expect(status(arrival(marketplace)) == 200)
        #expect(status(arrival(marketplace, type: "application/json; charset=utf-8")) == 200)
        #expect(status(arrival(event, type: "application/cloudevents+json")) == 200)
    }

    @Test func `the endpoint refuses anything else with the status that says why`() {
        #expect(status(arrival("{", type: "application/json")) == 400)
        #expect(status(arrival(marketplace, type: nil)) == 415)
        #expect(status(arrival(marketplace, type: "text/plain")) == 415)
        #expect(status(arrival(event)) == 422)
        #expect(status(arrival(marketplace, type: "application/cloudevents+json")) == 422)
        #expect(status(arrival(event, type: "application/cloudevents+json", id: "dlv_1_8")) == 422)
        let more = marketplace.replacing("{\"UserDetails\"", with: "{\"More\":\"\",\"UserDetails\"")
        #expect(status(arrival(more)) == 422)
        #expect(status(arrival(marketplace.replacing("Title\":\"\"}", with: "Title\":null}"))) == 422)
        #expect(status(arrival(marketplace.replacing("\"Phone\":\"\",", with: ""))) == 422)
        #expect(status(arrival(marketplace), signature: WebhookSignature(secret: Samples.secret)) == 401)
    }

    @Test func `duplicates are told from conflicts`() async throws {
        try await withEndpoint { port, arrivals in
            let destination = try Samples.destination(port: port, set: ["format=cloudevents"])
            // Times are no content and so no part of the id: the third request has the id of the others and another
            // body.
            for hours: Int64 in [0, 0, 1] {
                var outgoing = Samples.outgoing()
                outgoing.occurredAt = outgoing.occurredAt + hours * .hour
                _ = await destination.send(outgoing, now: Samples.now)
            }
            await destination.shutdown()
            let stats = await arrivals.stats
            #expect(
                stats.text
                    == #"{"requests":3,"accepted":1,"duplicates":1,"conflicts":1,"rejected":0,"failed":0,"hung":0}"#)
            let lines = try await arrivals.log.split(separator: 0x0a).map { try JSON.parse($0) }
            #expect(lines.map { $0["fate"]?.string } == ["accepted", "duplicate", "conflict"])
            #expect(lines.first?["path"]?.string == "/leads")
            #expect(lines.first?["body"]?["data"]?["action"]?.string == "PLT")
        }
    }
}

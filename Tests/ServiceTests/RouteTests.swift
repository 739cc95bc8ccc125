import NIOHTTP1
import OrderedJSON
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct RouteTests {
    static let lead = #"{"LeadSource":"AzureMarketplace-INS|contoso.app","UserDetails":{"Email":"a@example.com"}}"#
    static let action = #"{"action":"INS","offer":"contoso.app","email":"b@example.com"}"#

    @Test func `a lead is recorded once and then known`() async throws {
        try await RunningService.run { running in
            let first = try await running.post("/in/" + running.token, Self.lead)
            #expect(first.status == 201)
            #expect(first.json?["seq"]?.integer == 1)
            #expect(first.json?["customer"]?.string?.hasPrefix("cus_") == true)
            let second = try await running.post("/in/" + running.token, Self.lead)
            #expect(second.status == 200)
            #expect(second.json?["duplicate"]?.bool == true)
            #expect(second.json?["seq"]?.integer == 1)
            #expect(try running.events() == 1)
            let slashed = try await running.post("/in/" + running.token + "/", Self.lead)
            #expect(slashed.status == 200, "a slash at the end of the URL costs no lead")
            #expect(try await running.post("/in/" + running.token + "//", Self.lead).status == 404)
            let leads = try await running.get("/v1/leads", key: .read)
            #expect(leads.json?["items"]?.array?.first?["lead"] == first.json?["lead"])
        }
    }

    @Test func `what is no lead is kept in quarantine and answered 202`() async throws {
        try await RunningService.run { running in
            let answer = try await running.post("/in/" + running.token, "this is no JSON")
            #expect(answer.status == 202)
            #expect(answer.json?["quarantined"]?.bool == true)
            #expect(answer.json?["reason"]?.string?.isEmpty == false)
            #expect(answer.text.contains("this is no") == false)
            let again = try await running.post("/in/" + running.token, "this is no JSON")
            #expect(again.status == 202)
            #expect(again.json?["duplicate"]?.bool == true)
            #expect(try running.events() == 1)
        }
    }

    @Test func `an id that comes again with other content is kept in quarantine`() async throws {
        try await RunningService.run { running in
            func event(_ email: String) -> String {
                #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"action":"INS","email":"\#(email)"}}"#
            }
            let type = "application/cloudevents+json"
            let first = try await running.post("/in/" + running.token, event("a@example.com"), type: type)
            #expect(first.status == 201)
            let second = try await running.post("/in/" + running.token, event("b@example.com"), type: type)
            #expect(second.status == 202)
            #expect(second.json?["reason"]?.string?.contains("seq 1") == true)
        }
    }

    @Test func `a batch is answered with a receipt for each of its events`() async throws {
        try await RunningService.run { running in
            let answer = try await running.post("/v1/events", "[\(Self.action),\(Self.lead)]", key: .ingest)
            #expect(answer.status == 201)
            #expect(answer.json?.array?.map { $0["seq"]?.integer } == [1, 2])
            let again = try await running.post("/v1/events", "[\(Self.action),\(Self.lead)]", key: .ingest)
            #expect(again.status == 200)
        }
    }

    @Test func `one action is answered with one receipt`() async throws {
        try await RunningService.run { running in
            let answer = try await running.post("/v1/events", Self.action, key: .ingest)
            #expect(answer.status == 201)
            #expect(answer.json?["lead"]?.string?.hasPrefix("lead_") == true)
            #expect(answer["x-request-id"]?.isEmpty == false)
            #expect(answer["date"]?.hasSuffix("GMT") == true)
        }
    }

    @Test func `each question answers what the ledger holds`() async throws {
        try await RunningService.run { running in
            let receipt = try await running.post("/v1/events", Self.action, key: .ingest)
            let customer = receipt.json?["customer"]?.string ?? ""
            for name in [customer, "b%40example.com", "b@example.com"] {
                let answer = try await running.get("/v1/leads/" + name, key: .read)
                #expect(answer.status == 200)
                #expect(answer.json?["customer"]?.string == customer)
            }
            let funnel = try await running.get("/v1/funnel?by=offer&window=30d", key: .read)
            #expect(funnel.json?["groups"]?.array?.first?["entered"]?.integer == 1)
            let events = try await running.get("/v1/events?from=1&type=ActionRecorded", key: .read)
            #expect(events.json?["items"]?.array?.first?["type"]?.string == "io.leadledger.ActionRecorded.v1")
            for path in ["/v1/audit?outcome=delivered", "/v1/deliveries?state=parked"] {
                let answer = try await running.get(path, key: .read)
                #expect(answer.json == ["items": .array([]), "cursor": .null])
            }
        }
    }

    @Test func `the operations answer without a key`() async throws {
        try await RunningService.run { running in
            #expect(try await running.get("/healthz").text == #"{"status":"ok"}"#)
            let ready = try await running.get("/readyz")
            #expect(ready.status == 200)
            #expect(ready.json?["ready"]?.bool == true)
            #expect(ready.json?["ledger"]?["synchronous"]?.string == "full")
            let description = try await running.get("/openapi.json")
            #expect(description.json?["openapi"]?.string == "3.1.0")
            let figures = try await running.get("/metrics")
            #expect(figures["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(
                figures.text.contains(
                    #"leadledger_http_requests_total{route="/healthz",method="GET",status="2xx"} 1"#))
        }
    }

    @Test func `HEAD and OPTIONS are answered without a body`() async throws {
        try await RunningService.run { running in
            let head = try await running.send(.HEAD, "/healthz")
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            #expect(head["content-length"] == "15")
            let options = try await running.send(.OPTIONS, "/v1/events")
            #expect(options.status == 204)
            #expect(options["allow"] == "POST, GET, HEAD, OPTIONS")
        }
    }

    @Test func `a list goes on where its link leads`() async throws {
        try await RunningService.run { running in
            let actions = (1...5).map { #"{"action":"INS","offer":"contoso.app","email":"c\#($0)@example.com"}"# }
            let recorded = try await running.post("/v1/events", "[\(actions.joined(separator: ","))]", key: .ingest)
            #expect(recorded.status == 201)
            for list in ["/v1/leads?offer=contoso.app&limit=2", "/v1/events?type=ActionRecorded&limit=2"] {
                var path: String? = list
                var seen: [JSON] = []
                var pages = 0
                while let next = path {
                    let page = try await running.get(next, key: .read)
                    #expect(page.status == 200)
                    seen += page.json?["items"]?.array ?? []
                    pages += 1
                    path = page["link"].flatMap { link in
                        link.hasSuffix(#">; rel="next""#) ? String(link.dropFirst().prefix { $0 != ">" }) : nil
                    }
                    #expect((path == nil) == (page.json?["cursor"] == .null))
                    if let path { #expect(path.hasPrefix(list)) }
                }
                #expect(seen.count == 5, "\(list)")
                #expect(Set(seen.map(\.text)).count == 5)
                #expect(pages >= 3)
            }
        }
    }
}

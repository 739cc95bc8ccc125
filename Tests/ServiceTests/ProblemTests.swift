import Ledger
import NIOHTTP1
import OrderedJSON
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct ProblemTests {
    @Test func `every problem says its type, status, request and what to do`() async throws {
        try await RunningService.run { running in
            let answer = try await running.send(.GET, "/nowhere", headers: [("X-Request-Id", "abc-1.2_3")])
            #expect(answer.status == 404)
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer.json?["type"]?.string == "urn:leadledger:problem:not-found")
            #expect(answer.json?["status"]?.integer == 404)
            #expect(answer.json?["requestId"]?.string == "abc-1.2_3")
            #expect(answer["x-request-id"] == "abc-1.2_3")
            #expect(answer.json?["detail"]?.string?.contains("/openapi.json") == true)
            #expect(running.lines.all.contains { $0.contains("abc-1.2_3") })
        }
    }

    @Test(arguments: ["with blanks in it", String(repeating: "a", count: 65), "new\u{e9}"])
    func `a request id that could do harm is replaced`(given: String) {
        let name = RequestIDs().name(given)
        #expect(name.utf8.count == 16)
        #expect(name != given)
    }

    @Test func `slugs are unique and every status is one of an error`() {
        #expect(Set(ProblemType.allCases.map(\.uri)).count == ProblemType.allCases.count)
        for type in ProblemType.allCases {
            #expect((400...599).contains(type.status))
            #expect(!type.title.isEmpty && type.advice.hasSuffix("."))
        }
    }

    @Test func `a key must be there, known and of the scope`() async throws {
        try await RunningService.run { running in
            let none = try await running.get("/v1/leads")
            #expect(none.status == 401 && none.problem == "unauthenticated")
            #expect(none["www-authenticate"]?.hasPrefix("Bearer") == true)
            let wrong = "llk_" + String(repeating: "a", count: 40)
            let unknown = try await running.send(.GET, "/v1/leads", headers: [("Authorization", "Bearer \(wrong)")])
            #expect(unknown.status == 401)
            let scope = try await running.get("/v1/leads", key: .ingest)
            #expect(scope.status == 403 && scope.problem == "forbidden")
            #expect(scope.json?["scope"]?.string == "read")
            #expect(try await running.post("/v1/events", RouteTests.action, key: .read).status == 403)
            #expect(try await running.get("/v1/leads", key: .admin).status == 200)
            #expect(try await running.post("/v1/events", RouteTests.action, key: .admin).status == 201)
        }
    }

    @Test func `a revoked endpoint and a revoked key are as unknown as those that never were`() async throws {
        try await RunningService.run { running in
            #expect(try await running.post("/in/" + running.token, RouteTests.lead).status == 201)
            running.gate.replace(with: Access())
            let revoked = try await running.post("/in/" + running.token, RouteTests.lead)
            let never = try await running.post("/in/lle_" + String(repeating: "b", count: 40), RouteTests.lead)
            #expect(revoked.status == 404 && revoked.problem == "unknown-endpoint")
            #expect(never.status == 404 && never.json?["detail"] == revoked.json?["detail"])
            #expect(try await running.get("/v1/leads", key: .read).status == 401)
        }
    }

    @Test func `a method that a path does not take is named with those that it takes`() async throws {
        try await RunningService.run { running in
            let answer = try await running.send(.DELETE, "/in/" + running.token)
            #expect(answer.status == 405 && answer.problem == "method-not-allowed")
            #expect(answer["allow"] == "POST, OPTIONS")
        }
    }

    @Test(arguments: [
        ("/v1/leads?nonsense=1", "nonsense"), ("/v1/leads?stage=never", "stage"), ("/v1/leads?limit=0", "limit"),
        ("/v1/leads?limit=%2B5", "limit"), ("/v1/leads?limit=-0", "limit"), ("/v1/leads?limit=", "limit"),
        ("/v1/leads?offer=", "offer"), ("/v1/leads?search", "search"), ("/v1/leads?test=", "test"),
        ("/v1/leads?cursor=", "cursor"), ("/v1/funnel?by=offer,", "by"), ("/v1/funnel?by=", "by"),
        ("/v1/leads?limit=1001", "limit"), ("/v1/leads?limit=ten", "limit"), ("/v1/leads?cursor=nowhere", "cursor"),
        ("/v1/leads?offer=a&offer=b", "offer"), ("/v1/leads?test=maybe", "test"),
        ("/v1/funnel?mode=odd", "mode"), ("/v1/funnel?by=offer,shoe", "by"), ("/v1/funnel?window=long", "window"),
        ("/v1/funnel?since=yesterday", "since"), ("/v1/funnel?policy=none", "policy"), ("/v1/funnel?unit=x", "unit"),
        ("/v1/audit?outcome=odd", "outcome"), ("/v1/audit?destination=none", "destination"),
        ("/v1/audit?customer=nobody@example.com", "customer"),
        ("/v1/audit?since=2024-02-01T00:00:00Z&until=2024-01-01T00:00:00Z", "until"),
        ("/v1/deliveries?state=odd", "state"), ("/v1/deliveries?destination=none", "destination"),
        ("/v1/events?type=Nothing", "type"), ("/v1/events?from=0", "from"), ("/v1/events?to=-1", "to"),
        ("/v1/leads/a%40example.com?as-of=never", "as-of"),
    ])
    func `a parameter that cannot be used is named`(path: String, parameter: String) async throws {
        try await RunningService.run { running in
            let answer = try await running.get(path, key: .read)
            #expect(answer.status == 400 && answer.problem == "invalid-parameter")
            #expect(answer.json?["parameter"]?.string == parameter)
        }
    }

    @Test func `nobody is found by an email that the ledger does not know`() async throws {
        try await RunningService.run { running in
            let answer = try await running.get("/v1/leads/stranger%40example.com", key: .read)
            #expect(answer.status == 404 && answer.problem == "unknown-customer")
            #expect(!answer.text.contains("stranger"))
        }
    }

    @Test func `what is not percent-encoded UTF-8 is refused`() async throws {
        try await RunningService.run { running in
            let head = "Host: a\r\nConnection: close\r\nAuthorization: Bearer \(running.keys[.read] ?? "")\r\n\r\n"
            let customer = try await running.raw(["GET /v1/leads/%ff HTTP/1.1\r\n" + head])
            #expect(customer.hasPrefix("HTTP/1.1 400 ") && customer.contains("malformed-request"))
            let parameter = try await running.raw(["GET /v1/leads?search=%zz HTTP/1.1\r\n" + head])
            #expect(parameter.hasPrefix("HTTP/1.1 400 ") && parameter.contains(#""parameter":"search""#))
        }
    }

    @Test func `malformed input is refused with a pointer, and nothing of it is recorded`() async throws {
        try await RunningService.run { running in
            let body = #"[\#(RouteTests.action),{"action":"INS","occurredAt":"soon"}]"#
            let answer = try await running.post("/v1/events", body, key: .ingest)
            #expect(answer.status == 400 && answer.problem == "invalid-body")
            #expect(answer.json?["pointer"]?.string == "/1/occurredAt")
            #expect(try running.events() == 0)
            let type = try await running.post("/v1/events", "a", key: .ingest, type: "text/csv")
            #expect(type.status == 415 && type.problem == "unsupported-type")
        }
    }

    @Test func `an id of another event is a conflict that names the event`() async throws {
        try await RunningService.run { running in
            func action(_ email: String) -> String { #"{"id":"7","action":"INS","email":"\#(email)"}"# }
            #expect(try await running.post("/v1/events", action("a@example.com"), key: .ingest).status == 201)
            let answer = try await running.post("/v1/events", action("b@example.com"), key: .ingest)
            #expect(answer.status == 409 && answer.problem == "conflict")
            #expect(answer.json?["seq"]?.integer == 1)
        }
    }

    @Test func `a ledger that cannot be written is told, and the service lives on`() async throws {
        try await RunningService.run(append: { _, _ in throw LedgerError.unsure("ledger.db") }) { running in
            #expect(try await running.get("/readyz").status == 200)
            let answer = try await running.post("/in/" + running.token, RouteTests.lead)
            #expect(answer.status == 503 && answer.problem == "ledger-unavailable")
            #expect(answer["retry-after"] != nil)
            let ready = try await running.get("/readyz")
            #expect(ready.status == 503 && ready.json?["ready"]?.bool == false)
            #expect(try await running.get("/healthz").status == 200)
        }
    }

    @Test func `a full disk is told until an event is recorded again`() async throws {
        let failures = Failures(1)
        try await RunningService.run(append: { writer, events in
            if await failures.next() { throw LedgerError.full("ledger.db") }
            return try await writer.append(events)
        }) { running in
            let answer = try await running.post("/v1/events", RouteTests.action, key: .ingest)
            #expect(answer.status == 503 && answer.problem == "ledger-unavailable")
            let full = try await running.get("/readyz")
            #expect(full.status == 503 && full.json?["ready"]?.bool == false)
            #expect(full.json?["reason"]?.string == "the disk is full")
            #expect(try await running.post("/v1/events", RouteTests.action, key: .ingest).status == 201)
            let well = try await running.get("/readyz")
            #expect(well.status == 200 && well.json?["ready"]?.bool == true && well.json?["reason"] == nil)
        }
    }

    @Test func `an error that nobody expected is told without its cause`() async throws {
        struct Odd: Error, CustomStringConvertible { let description = "private words" }
        try await RunningService.run(append: { _, _ in throw Odd() }) { running in
            let answer = try await running.post("/v1/events", RouteTests.action, key: .ingest)
            #expect(answer.status == 500 && answer.problem == "internal-error")
            #expect(!answer.text.contains("private words"))
        }
    }

    @Test func `views that are not there are told`() async throws {
        let home = try SharedHome()
        try await RunningService.run(home) { running in
            home.deleteViews()
            let answer = try await running.get("/v1/leads", key: .read)
            #expect(answer.status == 503 && answer.problem == "views-unavailable")
        }
    }

    @Test func `nothing secret stands in the log or the figures`() async throws {
        try await RunningService.run { running in
            _ = try await running.post("/in/" + running.token + "?tail=secret", RouteTests.lead)
            _ = try await running.get("/v1/leads/a%40example.com?as-of=secret", key: .read)
            _ = try await running.post("/v1/events", RouteTests.action, key: .ingest)
            let all = running.lines.all.joined(separator: "\n") + running.metrics.text
            #expect(all.contains("/in/{token}"))
            for secret in [running.token, running.keys[.read] ?? "?", "example.com", "secret"] {
                #expect(!all.contains(secret))
            }
        }
    }
}

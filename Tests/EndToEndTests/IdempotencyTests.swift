internal import Foundation
internal import Testing

/// `POST /v1/events` and its `Idempotency-Key`, over a restart of the service too.
@Suite(.timeLimit(.minutes(2)))
struct IdempotencyTests {
    @Test func `the same key and body get the same answer, another body is refused, before and after a restart`()
        async throws
    {
        let home = try await TestHome()
        let key = try await home.key("ingest")
        let body =
            #"[{"action":"INS","source":"SPZA","offer":"a.b","email":"a@example.com"},"#
            + #"{"action":"PLT","source":"SPZA","offer":"a.b","email":"a@example.com"}]"#
        var first: Answer?
        for round in 1...3 {
            let service = try await home.serve()
            func send(_ body: String, _ name: String) async throws -> Answer {
                try await service.post("/v1/events", body, key: key, headers: [("Idempotency-Key", name)])
            }
            let answer = try await send(body, "order-1")
            #expect(answer.status == 201, "\(answer.text)")
            first = first ?? answer
            let before = try first?.list ?? []
            #expect(try answer.list.map { $0["seq"] as? Int } == before.map { $0["seq"] as? Int })
            #expect(try answer.list.map { $0["id"] as? String } == before.map { $0["id"] as? String })
            #expect(try answer.list.count == 2)
            let repeated = try await send(body, "order-1")
            #expect(repeated.status == answer.status && repeated.body == answer.body)
            let other = try await send(#"{"action":"INS","email":"b@example.com"}"#, "order-1")
            #expect(other.status == 422, "\(other.text)")
            #expect(try other.object["type"] as? String == "urn:leadledger:problem:idempotency-key-reused")
            // Without the key, and under another one, it is what it says.
            #expect(try await send(#"{"action":"INS","email":"c@example.com"}"#, "order-\(round + 10)").status == 201)
            round == 2 ? service.send(SIGKILL) : service.send(SIGTERM)
            _ = try await service.ended()
        }
        let events = try await home.succeed("events", "--type", "ActionRecorded", "-o", "ndjson").lines
        #expect(events.count == 2 + 3)
        try await home.succeed("verify")
    }

    @Test func `an event's own id is its identity, whatever key comes with it`() async throws {
        let home = try await TestHome()
        let key = try await home.key("ingest")
        let service = try await home.serve()
        let body = #"{"id":"4711","action":"INS","source":"SPZA","offer":"a.b","email":"a@example.com"}"#
        let first = try await service.post("/v1/events", body, key: key)
        #expect(first.status == 201, "\(first.text)")
        let again = try await service.post("/v1/events", body, key: key)
        #expect(again.status == 200)
        #expect(try again.object["seq"] as? Int == first.object["seq"] as? Int)
        let other = try await service.post("/v1/events", body.replacing("INS", with: "PLT"), key: key)
        #expect(other.status == 409, "\(other.text)")
        #expect(try other.object["seq"] as? Int == first.object["seq"] as? Int)
        // The command line means the same event by the same id.
        let recorded = try await home.succeed(
            "record", "--id", "4711", "--source", "SPZA", "--action", "INS", "--offer", "a.b", "--email",
            "a@example.com", "-o", "json"
        ).object
        #expect(recorded["duplicate"] as? Bool == true)
        try await service.stop()
    }

    @Test func `what cannot be read is refused with where it is, and nothing of it is recorded`() async throws {
        let home = try await TestHome()
        let key = try await home.key("ingest")
        let service = try await home.serve()
        let cases: [(body: String, pointer: String?)] = [
            ("{", nil), ("3", nil), ("{}", nil), (#"[{"action":"INS"},{"source":"SPZA"}]"#, "/1"),
            (#"{"action":"INS","occurredAt":"never"}"#, "/occurredAt"),
            (#"[{"action":"INS"},{"action":"INS","occurredAt":"never"}]"#, "/1/occurredAt"),
        ]
        for (body, pointer) in cases {
            let answer = try await service.post("/v1/events", body, key: key)
            #expect(answer.status == 400, "\(body): \(answer.text)")
            #expect(answer["content-type"] == "application/problem+json")
            guard let pointer else { continue }
            #expect((try answer.object["pointer"] as? String)?.hasPrefix(pointer) == true, "\(answer.text)")
        }
        try await service.stop()
        #expect(try await home.succeed("events", "--type", "ActionRecorded", "-o", "json").list.isEmpty)
    }
}

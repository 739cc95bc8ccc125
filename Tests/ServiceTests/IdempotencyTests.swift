import Ledger
import OrderedJSON
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct IdempotencyTests {
    static let key = [("Idempotency-Key", "order-1")]

    @Test func `the same request gets the same answer again`() async throws {
        try await RunningService.run { running in
            let first = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            let second = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            #expect(first.status == 201 && first["idempotency-replayed"] == nil)
            #expect(second.status == 201 && second["idempotency-replayed"] == "true")
            #expect(second.text == first.text)
            #expect(try running.events() == 1)
        }
    }

    @Test func `the same key with other content is refused and adds nothing`() async throws {
        try await RunningService.run { running in
            _ = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            let other = try await running.post("/v1/events", RouteTests.lead, key: .ingest, headers: Self.key)
            #expect(other.status == 422 && other.problem == "idempotency-key-reused")
            #expect(try running.events() == 1)
        }
    }

    @Test func `two senders may use one key`() async throws {
        try await RunningService.run { running in
            let one = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            let other = try await running.post("/v1/events", RouteTests.lead, key: .admin, headers: Self.key)
            #expect(one.status == 201 && other.status == 201)
        }
    }

    @Test func `a request that is still running is told so`() async throws {
        let hold = Hold()
        try await RunningService.run(append: { writer, events in
            await hold.pass()
            return try await writer.append(events)
        }) { running in
            async let first = running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            await hold.arrival()
            let second = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            #expect(second.status == 409 && second.problem == "idempotency-key-in-use")
            #expect(second["retry-after"] == "1")
            await hold.open()
            #expect(try await first.status == 201)
        }
    }

    @Test func `the ledger remembers a key after a restart`() async throws {
        let home = try SharedHome()
        let body = "[\(RouteTests.action),\(RouteTests.lead)]"
        let first = try await RunningService.run(home) { running in
            try await running.post("/v1/events", body, key: .ingest, headers: Self.key)
        }
        #expect(first.status == 201)
        try await RunningService.run(home) { running in
            let again = try await running.post("/v1/events", body, key: .ingest, headers: Self.key)
            #expect(again.status == 201 && again["idempotency-replayed"] == "true" && again.text == first.text)
            #expect(again.json?.array?.map { $0["seq"]?.integer } == [1, 2])
            #expect(try running.events() == 2)
        }
        try await RunningService.run(home) { running in
            let other = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            #expect(other.status == 422 && other.problem == "idempotency-key-reused")
            #expect(try running.events() == 2)
        }
    }

    @Test func `a request that came to nothing may be sent again`() async throws {
        let failures = Failures(1)
        try await RunningService.run(append: { writer, events in
            if await failures.next() { throw LedgerError.full("ledger.db") }
            return try await writer.append(events)
        }) { running in
            let first = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            #expect(first.status == 503)
            let second = try await running.post("/v1/events", RouteTests.action, key: .ingest, headers: Self.key)
            #expect(second.status == 201)
        }
    }

    @Test(arguments: ["", "with blank", String(repeating: "k", count: 256)])
    func `a key of other characters or too long is refused`(key: String) async throws {
        try await RunningService.run { running in
            let answer = try await running.post(
                "/v1/events", RouteTests.action, key: .ingest, headers: [("Idempotency-Key", key)])
            #expect(answer.status == 400 && answer.problem == "invalid-idempotency-key")
        }
    }

    @Test func `a long answer is not kept, and the ledger gives it again`() async throws {
        let answers = KeptAnswers(limit: 4, answerLimit: 2)
        for _ in 0..<3 {
            guard case .nothing = answers.begin("a", digest: [1]), case .running = answers.begin("a", digest: [1]),
                case .otherContent = answers.begin("a", digest: [2])
            else { throw NoSuchService() }
            answers.keep("a", KeptAnswers.Kept(status: 201, body: [1, 2, 3]))
        }
        let elements = (0..<600).map { #"{"action":"INS","email":"long\#($0)@example.com"}"# }
        let body = "[\(elements.joined(separator: ","))]"
        try await RunningService.run { running in
            let first = try await running.post("/v1/events", body, key: .ingest, headers: Self.key)
            #expect(first.status == 201 && first.text.utf8.count > 64 << 10)
            let again = try await running.post("/v1/events", body, key: .ingest, headers: Self.key)
            #expect(again.status == 201 && again.text == first.text && again["idempotency-replayed"] == "true")
            #expect(try running.events() == 600)
        }
    }

    @Test(arguments: [KeptAnswers(limit: 2), KeptAnswers(limit: 100, bytesLimit: 2)])
    func `only so many answers are kept, and so many bytes of them, the latest`(answers: KeptAnswers) {
        for key in ["a", "b", "c"] {
            guard case .nothing = answers.begin(key, digest: [1]) else {
                Issue.record("\(key) was there before")
                continue
            }
            answers.keep(key, KeptAnswers.Kept(status: 201, body: Array(key.utf8)))
        }
        guard case .answer(let kept) = answers.begin("c", digest: [1]) else {
            Issue.record("the latest is gone")
            return
        }
        #expect(kept.body == Array("c".utf8))
        guard case .nothing = answers.begin("a", digest: [2]) else {
            Issue.record("the oldest is still there")
            return
        }
    }
}

actor Failures {
    private var left: Int

    init(_ count: Int) { left = count }

    func next() -> Bool {
        left -= 1
        return left >= 0
    }
}

import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

@Suite(.timeLimit(.minutes(10)))
struct HubSpotDestinationTests {
    /// Runs `body` against a simulated account that knows the token of the samples.
    private func withHubSpot(
        _ change: (inout HubSpotSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (Int, HubSpotService, Arrivals) async throws -> Void
    ) async throws {
        var settings = HubSpotSettings(token: "pat-eu1-token")
        settings.uniqueProperties = ["leadledger_id"]
        settings.customProperties = ["note"]
        change(&settings)
        let service = HubSpotService(settings)
        try await withSimulator(service, now: { Samples.now }) { port, arrivals in
            try await body(port, service, arrivals)
        }
    }

    private func send(_ destination: HubSpotDestination, _ leads: [Outgoing]) async -> BatchAnswer {
        await destination.send(leads.map(destination.prepare), now: Samples.now)
    }

    private func leads(_ emails: [String]) -> [Outgoing] {
        emails.enumerated().map { Samples.outgoing(lead: $0.offset, email: $0.element) }
    }

    @Test(arguments: ["email", "leadledger_id"])
    func `a contact is created once, and updated after that`(property: String) async throws {
        try await withHubSpot { port, service, _ in
            let destination = try Samples.hubspot(port: port, set: ["id-property=\(property)"])
            let first = await send(destination, [Samples.outgoing(email: "Ada@example.com")]).attempts[0]
            #expect(first.outcome == .delivered && first.status == 200 && first.reason == "created")
            let again = await send(destination, [Samples.outgoing(version: 8)]).attempts[0]
            #expect(again.outcome == .delivered && again.reason == "updated")
            #expect(first.remoteID != nil && again.remoteID == first.remoteID)
            await destination.shutdown()
            let records = await service.records
            #expect(records.count == 1 && records[0]["fields"]?["email"]?.string == "ada@example.com")
        }
    }

    @Test func `each contact of a batch gets its own id, in whatever order results come`() async throws {
        try await withHubSpot { port, service, _ in
            let destination = try Samples.hubspot(port: port)
            let answer = await send(destination, leads(["a@example.com", "b@example.com", "c@example.com"]))
            await destination.shutdown()
            #expect(answer.attempts.allSatisfy { $0.outcome == .delivered })
            #expect(answer.attempts.map(\.remoteID) == (await service.records).map { $0["id"]?.string })
            let exchange = String(decoding: answer.attempts[1].exchange, as: UTF8.self)
            #expect(exchange.contains("b@example.com") && !exchange.contains("a@example.com"))
        }
    }

    @Test func `an input that is refused holds back no other`() async throws {
        try await withHubSpot {
            $0.isMultiStatus = true
        } _: { port, service, _ in
            let destination = try Samples.hubspot(port: port)
            let answer = await send(destination, leads(["a@example.com", "no address", "c@example.com"]))
            await destination.shutdown()
            #expect(!answer.isDivisible)
            #expect(answer.attempts.map(\.outcome) == [.delivered, .rejected, .delivered])
            #expect(answer.attempts[1].status == 207 && !answer.attempts[1].reason.contains("no address"))
            #expect(await service.records.count == 2)
        }
    }

    @Test func `a whole batch that is refused is divided`() async throws {
        try await withHubSpot { port, _, _ in
            let destination = try Samples.hubspot(port: port)
            let whole = await send(destination, leads(["a@example.com", "no address"]))
            #expect(whole.isDivisible && whole.attempts.allSatisfy { $0.outcome == .rejected })
            let alone = await send(destination, leads(["no address"])).attempts[0]
            #expect(alone.outcome == .rejected && alone.reason.hasPrefix("INVALID_EMAIL on email"))
            #expect(!alone.reason.contains("no address"))
            await destination.shutdown()
        }
    }

    @Test func `a conflict in a batch divides it, and alone is retried by email`() async throws {
        try await withHubSpot { port, _, arrivals in
            let destination = try Samples.hubspot(port: port)
            #expect(await arrivals.plan(.fail(status: 409, retryAfter: nil, location: nil), times: 2))
            let whole = await send(destination, leads(["a@example.com", "b@example.com"]))
            #expect(whole.isDivisible && whole.attempts.allSatisfy { $0.outcome == .rejected })
            #expect(await send(destination, leads(["a@example.com"])).attempts[0].outcome == .retry)
            await destination.shutdown()
        }
    }

    @Test func `an email that another contact has is refused where contacts are known otherwise`() async throws {
        try await withHubSpot { port, _, _ in
            let byEmail = try Samples.hubspot(port: port)
            _ = await send(byEmail, [Samples.outgoing()])
            let byLead = try Samples.hubspot(port: port, set: ["id-property=leadledger_id"])
            let attempt = await send(byLead, [Samples.outgoing()]).attempts[0]
            #expect(attempt.outcome == .rejected && attempt.reason.contains("another contact has this email"))
            await byEmail.shutdown()
            await byLead.shutdown()
        }
    }

    @Test func `what is not there stops the destination, and is named`() async throws {
        try await withHubSpot { port, _, _ in
            let unknown = try Samples.hubspot(port: port, set: ["map.company=shoe"])
            let attempt = await send(unknown, [Samples.outgoing()]).attempts[0]
            #expect(attempt.outcome == .config && attempt.reason.hasPrefix("PROPERTY_DOESNT_EXIST on shoe"))
            let repeated = try Samples.hubspot(port: port, set: ["id-property=note"])
            let other = await send(repeated, [Samples.outgoing()]).attempts[0]
            #expect(other.outcome == .config && other.reason.contains("unique values"))
            await unknown.shutdown()
            await repeated.shutdown()
        }
    }

    @Test func `a token that is refused stops the destination, and so does a missing scope`() async throws {
        try await withHubSpot {
            $0.scopes = ["crm.objects.contacts.read"]
        } _: { port, service, _ in
            let destination = try Samples.hubspot(port: port)
            let denied = await send(destination, [Samples.outgoing()]).attempts[0]
            #expect(denied.outcome == .config && denied.reason.hasPrefix("MISSING_SCOPES"))
            #expect(denied.reason.contains("crm.objects.contacts.write"))
            await service.expireTokens()
            let ended = await send(destination, [Samples.outgoing()]).attempts[0]
            #expect(ended.outcome == .config && ended.reason.hasPrefix("EXPIRED_AUTHENTICATION"))
            await destination.shutdown()
        }
    }

    @Test func `limits slow the destination down`() async throws {
        try await withHubSpot { port, _, arrivals in
            let destination = try Samples.hubspot(port: port)
            for (code, header, rest) in [
                ("TEN_SECONDLY_ROLLING", nil as Int?, 10 * Span.second), ("SECONDLY", 2, 2 * .second),
                ("DAILY", nil, Span(micros: (57 * 60 + 55) * 1_000_000)),
            ] {
                let trouble = Trouble.fail(status: 429, retryAfter: header, location: nil, code: code)
                #expect(await arrivals.plan(trouble, times: 1))
                let attempt = await send(destination, [Samples.outgoing()]).attempts[0]
                #expect(attempt.outcome == .throttled && attempt.retryAfter == rest)
            }
            await destination.shutdown()
        }
    }

    @Test func `a lost answer leaves the outcome unknown, and the repeat doubles nothing`() async throws {
        try await withHubSpot { port, service, arrivals in
            let destination = try Samples.hubspot(port: port, set: ["timeout=1s"])
            for trouble in [Trouble.hang(isCommitted: true), .reset(isCommitted: true)] {
                #expect(await arrivals.plan(trouble, times: 1))
                #expect(await send(destination, [Samples.outgoing()]).attempts[0].outcome == .ambiguous)
            }
            #expect(await send(destination, [Samples.outgoing()]).attempts[0].reason == "updated")
            await destination.shutdown()
            #expect(await service.records.count == 1)
        }
    }

    private func answered(_ body: String, status: Int, _ leads: [Outgoing]) async throws -> BatchAnswer {
        try await asked(body, status: status, leads).answer
    }

    private func asked(
        _ body: String, status: Int, _ leads: [Outgoing]
    ) async throws -> (answer: BatchAnswer, requests: Int) {
        let answer =
            "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\n"
            + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
        let server = try await RawServer.start(answer: answer)
        let destination = try Samples.hubspot(port: server.port)
        let result = await send(destination, leads)
        await destination.shutdown()
        let requests = server.connections
        try await server.stop()
        return (result, requests)
    }

    @Test func `an answer without results delivered nothing`() async throws {
        for body in [#"{"status":"COMPLETE","results":[]}"#, "{}"] {
            let answer = try await answered(body, status: 200, leads(["a@example.com", "b@example.com"]))
            #expect(answer.attempts.map(\.outcome) == [.retry, .retry])
        }
    }

    @Test(arguments: [
        #"{"objectWriteTraceId":["lead_1"]}"#, #"{"object_write_trace_id":"lead_1"}"#, #"{"id":["B@example.com"]}"#,
        #"{"ids":["b@example.com"]}"#, #"{"email":["b@example.com"]}"#, "{}",
    ])
    func `an error finds its contact by each spelling, and by being left over`(context: String) async throws {
        let body =
            #"{"results":[{"id":"7","new":true,"properties":{"email":"a@example.com"}}],"numErrors":1,"errors":["#
            + #"{"status":"error","category":"VALIDATION_ERROR","message":"m","context":\#(context)}]}"#
        let answer = try await answered(body, status: 207, leads(["a@example.com", "b@example.com"]))
        #expect(answer.attempts.map(\.outcome) == [.delivered, .rejected])
        #expect(answer.attempts[0].remoteID == "7")
    }

    @Test func `a part of a batch that cannot be matched is divided when nothing can`() async throws {
        let error = #"{"status":"error","category":"VALIDATION_ERROR","message":"m"}"#
        let body = #"{"results":[{"id":"7"}],"errors":[\#(error)]}"#
        let answer = try await answered(body, status: 207, leads(["a@example.com", "b@example.com"]))
        #expect(answer.isDivisible && answer.attempts.map(\.outcome) == [.rejected, .rejected])
    }

    @Test func `contacts that an answer says nothing of wait for their turn, without another request`() async throws {
        let error = #"{"status":"error","category":"VALIDATION_ERROR","message":"m"}"#
        let body = #"{"results":[{"id":"7","properties":{"email":"a@example.com"}}],"errors":[\#(error),\#(error)]}"#
        let (answer, requests) = try await asked(
            body, status: 207, leads(["a@example.com", "b@example.com", "c@example.com"]))
        #expect(answer.attempts.map(\.outcome) == [.delivered, .retry, .retry] && !answer.isDivisible)
        #expect(answer.attempts.allSatisfy { $0.status == 207 && !$0.exchange.isEmpty })
        #expect(requests == 1)
    }

    private func check(_ destination: HubSpotDestination) async -> [CheckStep] {
        let steps = await destination.check(now: Samples.now)
        await destination.shutdown()
        return steps
    }

    @Test func `a check finds nothing wrong where nothing is, and writes nothing`() async throws {
        try await withHubSpot { port, service, _ in
            let steps = await check(try Samples.hubspot(port: port, set: ["id-property=leadledger_id"]))
            #expect(steps.filter { !$0.isGood } == [])
            #expect(
                steps.map(\.name) == ["credentials", "permission", "properties", "id property leadledger_id"])
            #expect(await service.records.isEmpty)
        }
    }

    @Test(arguments: [
        (["map.company=shoe"], "property shoe"), (["map.company=createdate"], "property createdate"),
        (["id-property=note"], "id property note"), (["id-property=gone"], "id property gone"),
        (["dnc=flag", "map.doNotContact=hs_email_optout"], "property hs_email_optout"),
    ])
    func `a check names what is wrong`(set: [String], name: String) async throws {
        try await withHubSpot { port, _, _ in
            let steps = await check(try Samples.hubspot(port: port, set: set))
            #expect(steps.filter { !$0.isGood }.map(\.name) == [name])
            #expect(name.hasPrefix("id ") == steps.contains { $0.says.contains("set id-property") })
        }
    }

    @Test func `a check tells a wrong token, a missing scope and a wrong address apart`() async throws {
        try await withHubSpot {
            $0.scopes = ["crm.schemas.contacts.read"]
        } _: { port, _, _ in
            let wrong = await check(try Samples.hubspot(port: port, token: "another"))
            #expect(wrong.map(\.name) == ["credentials"] && !wrong[0].isGood)
            let denied = await check(try Samples.hubspot(port: port)).filter { !$0.isGood }
            #expect(denied.map(\.name) == ["permission"])
            #expect(denied.first?.says.contains("crm.objects.contacts.write") == true)
            let lost = await check(try Samples.hubspot(port: port, path: "/elsewhere"))
            #expect(lost.count == 1 && !lost[0].isGood)
        }
    }
}

import CryptoExtras
import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

/// Against the simulated org, over a real socket.
@Suite(.timeLimit(.minutes(10)))
struct SalesforceDestinationTests {
    static func service(_ change: (inout SalesforceSettings) -> Void = { _ in }) -> SalesforceService {
        var settings = SalesforceSettings(clientSecret: SalesforceSamples.clientSecret)
        settings.clientID = SalesforceSamples.clientID
        change(&settings)
        return SalesforceService(settings)
    }

    static func count(_ service: SalesforceService, _ name: String) async -> Int? {
        await service.counts.first { $0.name == name }?.count
    }

    static func send(
        _ destination: SalesforceDestination, _ outgoing: [Outgoing] = [SalesforceSamples.outgoing()]
    ) async -> BatchAnswer {
        await destination.send(outgoing.map(destination.prepare), now: Samples.now)
    }

    static func one(
        _ destination: SalesforceDestination, _ outgoing: Outgoing = SalesforceSamples.outgoing()
    ) async -> SentAttempt {
        await send(destination, [outgoing]).attempts[0]
    }

    @Test func `a lead is made once, and brought up to date when it is sent again`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, _ in
            let destination = try SalesforceSamples.destination(port: port)
            let first = await Self.one(destination)
            #expect(first.outcome == .delivered && first.status == 201 && first.reason == "created")
            #expect(first.remoteID?.hasPrefix("00Q") == true)
            let again = await Self.one(destination)
            #expect(again.outcome == .delivered && again.status == 200 && again.reason == "updated")
            #expect(again.remoteID == first.remoteID && again.sha256 == first.sha256)
            await destination.shutdown()
            let records = await service.records
            #expect(records.count == 1 && records.first?["key"]?.string == "lead_1")
            #expect(records.first?["fields"]?["Email"]?.string == "ada@example.com")
            #expect(await Self.count(service, "tokens") == 1)
            let exchange = String(decoding: first.exchange, as: UTF8.self)
            #expect(exchange.contains("sforce-limit-info") && !exchange.contains("Bearer"))
        }
    }

    @Test func `two hundred leads go in one request, each with a result of its own`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            let leads = (1...200).map { SalesforceSamples.outgoing($0, email: "a\($0)@example.com") }
            #expect(await arrivals.plan(.slow(milliseconds: 1), times: 1))
            #expect(await arrivals.plan(.refuse(Refusal(places: [1, 3])), times: 1))
            let answer = await Self.send(destination, leads)
            #expect(answer.attempts.count == 200 && !answer.isDivisible)
            for (place, attempt) in answer.attempts.enumerated() {
                let isRefused = [1, 3].contains(place)
                #expect(attempt.outcome == (isRefused ? .rejected : .delivered) && attempt.status == 200)
                #expect(attempt.reason.hasPrefix(isRefused ? "FIELD_CUSTOM_VALIDATION_EXCEPTION" : "created"))
                #expect((attempt.remoteID == nil) == isRefused)
            }
            await destination.shutdown()
            #expect(await Self.count(service, "created") == 198)
            let exchange = try JSON.parse(answer.attempts[1].exchange)
            #expect(exchange["request"]?["record"]?["LeadledgerId__c"]?.string == "lead_2")
            #expect(exchange["response"]?["record"]?["success"]?.bool == false)
        }
    }

    @Test func `a field that does not exist is a setup that is wrong, alone and in a batch`() async throws {
        try await withSimulator(Self.service()) { port, _ in
            let destination = try SalesforceSamples.destination(port: port, set: ["map.action=Nowhere__c"])
            let single = await Self.one(destination)
            #expect(single.outcome == .config && single.status == 400)
            #expect(single.reason.hasPrefix("INVALID_FIELD: No such column 'Nowhere__c' on sobject of type Lead; "))
            let batch = await Self.send(destination, [SalesforceSamples.outgoing(1), SalesforceSamples.outgoing(2)])
            #expect(batch.attempts.map(\.outcome) == [.config, .config] && !batch.isDivisible)
            await destination.shutdown()
        }
    }

    @Test func `a batch that a trigger refused as a whole is worth halving, one lead is not`() async throws {
        try await withSimulator(Self.service()) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Self.one(destination).outcome == .delivered)
            for (count, isDivisible) in [(3, true), (1, false)] {
                let code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
                #expect(
                    await arrivals.plan(.fail(status: 400, retryAfter: nil, location: nil, code: code), times: 1))
                let answer = await Self.send(destination, (1...count).map { SalesforceSamples.outgoing($0) })
                #expect(answer.attempts.allSatisfy { $0.outcome == .rejected && $0.reason.hasPrefix(code) })
                #expect(answer.attempts.count == count && answer.isDivisible == isDivisible)
            }
            await destination.shutdown()
        }
    }

    @Test func `a missing external id field is told with the path to make it`() async throws {
        try await withSimulator(Self.service()) { port, _ in
            let destination = try SalesforceSamples.destination(port: port, set: ["external-id=Missing__c"])
            for leads in [[1], [1, 2]] {
                let answer = await Self.send(destination, leads.map { SalesforceSamples.outgoing($0) })
                for attempt in answer.attempts {
                    #expect(attempt.outcome == .config)
                    #expect(attempt.reason.contains("Fields & Relationships, New: Text"))
                }
            }
            await destination.shutdown()
        }
    }

    @Test func `what a lead is refused for is told without the contact`() async throws {
        try await withSimulator(Self.service()) { port, _ in
            let destination = try SalesforceSamples.destination(port: port)
            let attempt = await Self.one(destination, SalesforceSamples.outgoing(email: "ada at example"))
            #expect(attempt.outcome == .rejected)
            #expect(attempt.reason == "INVALID_EMAIL_ADDRESS on Email: Email: invalid email address: …")
            await destination.shutdown()
        }
    }

    @Test func `a session that ended is got anew, and one that is refused at once is a setup that is wrong`()
        async throws
    {
        let service = Self.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Self.one(destination).outcome == .delivered)
            await service.expireTokens()
            #expect(await Self.one(destination).outcome == .authRefresh)
            #expect(await Self.one(destination).outcome == .delivered)
            await service.expireTokens()
            #expect(await Self.one(destination).outcome == .authRefresh)
            #expect(await arrivals.plan(.slow(milliseconds: 1), times: 1))
            #expect(await arrivals.plan(.fail(status: 401, retryAfter: nil, location: nil), times: 1))
            let attempt = await Self.one(destination)
            #expect(attempt.outcome == .config && attempt.reason.hasPrefix("INVALID_SESSION_ID"))
            await destination.shutdown()
            #expect(await Self.count(service, "tokens") == 3)
        }
    }

    @Test func `a new session whose leads are all refused has worked`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, _ in
            let destination = try SalesforceSamples.destination(port: port)
            let bad = SalesforceSamples.outgoing(email: "ada at example")
            for _ in 1...3 {
                #expect(await Self.one(destination, bad).outcome == .rejected)
                await service.expireTokens()
                #expect(await Self.one(destination, bad).outcome == .authRefresh)
            }
            await destination.shutdown()
        }
    }

    @Test func `sixteen at once ask for one token`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await arrivals.plan(.slow(milliseconds: 100), times: 1))
            await withTaskGroup { group in
                for number in 1...16 {
                    group.addTask { await Self.one(destination, SalesforceSamples.outgoing(number)).outcome }
                }
                for await outcome in group { #expect(outcome == .delivered) }
            }
            await destination.shutdown()
            #expect(await Self.count(service, "tokens") == 1)
        }
    }

    @Test(
        arguments: [
            (403, nil, nil, Outcome.throttled, 15 * Span.minute), (429, nil, 7, .throttled, 7 * .second),
            (503, nil, 9, .retry, 9 * .second), (503, nil, nil, .retry, nil), (400, nil, nil, .retry, nil),
            (403, "API_DISABLED_FOR_ORG", nil, .config, nil),
            (400, "CANNOT_UPDATE_CONVERTED_LEAD", nil, .alreadyDelivered, nil),
        ] as [(Int, String?, Int?, Outcome, Span?)])
    func `trouble of the org`(status: Int, code: String?, wait: Int?, outcome: Outcome, span: Span?) async throws {
        try await withSimulator(Self.service()) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Self.one(destination).outcome == .delivered)
            for count in 1...2 {
                let trouble = Trouble.fail(status: status, retryAfter: wait, location: nil, code: code)
                #expect(await arrivals.plan(trouble, times: 1))
                let answer = await Self.send(destination, (1...count).map { SalesforceSamples.outgoing($0) })
                #expect(answer.attempts.map(\.outcome) == Array(repeating: outcome, count: count))
                #expect(answer.attempts.allSatisfy { $0.retryAfter == span && $0.status == status })
            }
            await destination.shutdown()
        }
    }

    @Test(arguments: [Trouble.hang(isCommitted: true), .reset(isCommitted: true)])
    func `a lost answer leaves the outcome unknown, and the repeat makes no second lead`(trouble: Trouble) async throws
    {
        let service = Self.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port, set: ["timeout=1s"])
            let leads = [SalesforceSamples.outgoing(2), SalesforceSamples.outgoing(3)]
            #expect(await Self.one(destination).outcome == .delivered)
            #expect(await arrivals.plan(trouble, times: 1))
            let lost = await Self.send(destination, leads)
            #expect(lost.attempts.map(\.outcome) == [.ambiguous, .ambiguous])
            let again = await Self.send(destination, leads)
            #expect(again.attempts.map(\.reason) == ["updated", "updated"])
            await destination.shutdown()
            #expect(await Self.count(service, "records") == 3)
        }
    }

    @Test func `no answer of the token endpoint is never a lead whose end nobody knows`() async throws {
        try await withSimulator(Self.service()) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port, set: ["timeout=1s"])
            #expect(await arrivals.plan(.hang(isCommitted: true), times: 1))
            #expect(await Self.one(destination).outcome == .retry)
            #expect(await Self.one(destination).outcome == .delivered)
            await destination.shutdown()
        }
    }

    @Test func `a duplicate rule refuses, or lets through what the settings allow`() async throws {
        let service = Self.service { $0.duplicateRule = .alert }
        try await withSimulator(service) { port, _ in
            let strict = try SalesforceSamples.destination(port: port)
            let lenient = try SalesforceSamples.destination(port: port, set: ["duplicates=allow"])
            #expect(await Self.one(strict, SalesforceSamples.outgoing(1)).outcome == .delivered)
            let refused = await Self.one(strict, SalesforceSamples.outgoing(2))
            #expect(refused.outcome == .rejected)
            #expect(refused.reason.hasPrefix("DUPLICATES_DETECTED of 00Q"))
            #expect(refused.reason.contains("--set duplicates=allow"))
            let batch = await Self.send(strict, [2, 3].map { SalesforceSamples.outgoing($0) })
            #expect(batch.attempts.map(\.outcome) == [.rejected, .rejected] && !batch.isDivisible)
            #expect(await Self.one(lenient, SalesforceSamples.outgoing(2)).outcome == .delivered)
            await strict.shutdown()
            await lenient.shutdown()
        }
    }

    @Test func `a converted lead stays as it is, and several under one id are a lead's own trouble`() async throws {
        let service = Self.service { $0.converted = ["lead_1"] }
        try await withSimulator(service) { port, _ in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Self.one(destination).outcome == .delivered)
            #expect(await Self.one(destination).outcome == .alreadyDelivered)
            await destination.shutdown()
        }
    }

    @Test func `a signed claim gets in`() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let service = Self.service {
            $0.clientSecret = nil
            $0.assertionKey = AssertionKey(pem: key.publicKey.pemRepresentation)
        }
        try await withSimulator(service, now: { Samples.now }) { port, _ in
            let url = ["url=http://127.0.0.1:\(port)", "allow-private=true", "auth=jwt"]
            for (username, outcome, words) in [
                ("integration@leadledger.example", Outcome.delivered, "created"),
                ("somebody@leadledger.example", .config, "user hasn't approved this consumer; approve the app"),
            ] {
                let destination = try SalesforceDestination(
                    settings: SalesforceSamples.settings(
                        url + ["username=\(username)"], secret: ["private-key=env:PRIVATE_KEY"]),
                    secrets: SalesforceSamples.secrets(key: key.pkcs8PEMRepresentation))
                let attempt = await Self.one(destination)
                #expect(attempt.outcome == outcome && attempt.reason.contains(words))
                await destination.shutdown()
            }
        }
    }

    @Test func `an opt-out arrives`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, _ in
            let destination = try SalesforceSamples.destination(port: port)
            var outgoing = SalesforceSamples.outgoing()
            outgoing.isContactable = false
            #expect(await Self.one(destination, outgoing).outcome == .delivered)
            // What is sent afterwards never takes it back.
            #expect(await Self.one(destination).outcome == .delivered)
            await destination.shutdown()
            let fields = await service.records.first?["fields"]
            #expect(fields?["HasOptedOutOfEmail"]?.bool == true && fields?["DoNotCall"]?.bool == true)
        }
    }
}

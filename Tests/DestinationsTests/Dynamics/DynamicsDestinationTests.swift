import Destinations
import Leads
import OrderedJSON
import Outbound
import Simulators
import Testing

@Suite(.timeLimit(.minutes(10)))
struct DynamicsDestinationTests {
    private func with(
        _ set: [String] = [], secret: String = DynamicsSamples.secret,
        system: DynamicsService = DynamicsSamples.system(),
        _ body: @escaping @Sendable (DynamicsDestination, DynamicsService, Arrivals) async throws -> Void
    ) async throws {
        try await withSimulator(system) { port, arrivals in
            let destination = try DynamicsSamples.destination(port: port, set, secret: secret)
            do {
                try await body(destination, system, arrivals)
            } catch {
                await destination.shutdown()
                throw error
            }
            await destination.shutdown()
        }
    }

    private static func count(_ system: DynamicsService, _ name: String) async -> Int? {
        await system.counts.first { $0.name == name }?.count
    }

    @Test(arguments: [[], ["external-id=leadledger_id"]])
    func `a lead is made once, and brought up to date after`(set: [String]) async throws {
        try await with(set) { destination, system, _ in
            let made = await destination.send(DynamicsSamples.outgoing())
            #expect(made.outcome == .delivered && made.status == 201 && made.reason == "answered 201: made")
            let again = await destination.send(DynamicsSamples.outgoing(version: 8, isContactable: false))
            #expect(again.outcome == .delivered && again.reason == "answered 200: brought up to date")
            #expect(again.remoteID == made.remoteID && made.remoteID?.utf8.count == 36)
            if set.isEmpty { #expect(made.remoteID == NamedGUID.text(of: "lead_2")) }
            let records = await system.records
            #expect(records.count == 1 && records[0]["written"]?.integer == 2)
            #expect(records[0]["fields"]?["lastname"]?.string == "O'Neil")
            #expect(records[0]["fields"]?["donotemail"]?.bool == true)
            if !set.isEmpty { #expect(records[0]["key"]?.string == "lead_2") }
            #expect(await Self.count(system, "tokens") == 1)
        }
    }

    @Test(arguments: [[], ["external-id=leadledger_id"]])
    func `a lead that is to be kept is left as it is`(set: [String]) async throws {
        try await with(set + ["existing=keep"]) { destination, system, _ in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            let again = await destination.send(DynamicsSamples.outgoing(version: 8))
            #expect(again.outcome == .alreadyDelivered && again.status == 412)
            #expect(await system.records[0]["written"]?.integer == 1)
        }
    }

    @Test func `sixteen at once share one token`() async throws {
        try await with { destination, system, _ in
            let outcomes = await withTaskGroup(of: Outcome.self) { group in
                for number in 0..<16 {
                    group.addTask { await destination.send(DynamicsSamples.outgoing(lead: "lead_\(number)")).outcome }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes == Array(repeating: .delivered, count: 16))
            #expect(await Self.count(system, "tokens") == 1)
            #expect(await Self.count(system, "created") == 16)
        }
    }

    @Test func `a token that ended is replaced, and one that never works is not asked for for ever`() async throws {
        try await with { destination, system, arrivals in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            await system.expireTokens()
            let ended = await destination.send(DynamicsSamples.outgoing())
            #expect(ended.outcome == .authRefresh && ended.status == 401)
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            #expect(await Self.count(system, "tokens") == 2)
            await system.expireTokens()
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .authRefresh)
            // The first request of the next attempt is for a token, and only the second is refused.
            #expect(await arrivals.plan(.slow(milliseconds: 1), times: 1))
            #expect(await arrivals.plan(.fail(status: 401, retryAfter: nil, location: nil, code: nil), times: 1))
            let refused = await destination.send(DynamicsSamples.outgoing())
            #expect(refused.outcome == .config && refused.reason.contains("tenant and url must belong together"))
        }
    }

    @Test func `a refused lead also proves a token`() async throws {
        try await with(["map.action=xyz_short"]) { destination, system, _ in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .rejected)
            for _ in 0..<2 {
                await system.expireTokens()
                #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .authRefresh)
                let long = await destination.send(DynamicsSamples.outgoing())
                #expect(long.outcome == .rejected && long.reason.hasPrefix("0x80044331 on xyz_short: "))
            }
        }
    }

    @Test(arguments: ["0x80072322", "0x80072321", "0x80072326"])
    func `limits are obeyed for as long as is asked`(code: String) async throws {
        try await with { destination, _, arrivals in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            #expect(await arrivals.plan(.fail(status: 429, retryAfter: 37, location: nil, code: code), times: 1))
            let throttled = await destination.send(DynamicsSamples.outgoing())
            #expect(throttled.outcome == .throttled && throttled.retryAfter == 37 * .second)
            #expect(throttled.reason.hasPrefix(code))
        }
    }

    @Test(arguments: [[], ["external-id=leadledger_id"], ["existing=keep"]])
    func `an answer that never came leaves one lead, however often it is repeated`(set: [String]) async throws {
        try await with(set + ["timeout=1s"]) { destination, system, arrivals in
            #expect(await destination.send(DynamicsSamples.outgoing(lead: "lead_9")).outcome == .delivered)
            for trouble in [Trouble.hang(isCommitted: true), .reset(isCommitted: true)] {
                #expect(await arrivals.plan(trouble, times: 1))
                let silent = await destination.send(DynamicsSamples.outgoing())
                #expect(silent.outcome == .ambiguous && silent.status == nil && silent.sha256.count == 32)
                #expect(await destination.send(DynamicsSamples.outgoing()).outcome.isDelivered)
            }
            #expect(await Self.count(system, "records") == 2)
        }
    }

    @Test func `no answer from the login leaves nothing unknown`() async throws {
        try await with(["timeout=1s"]) { destination, system, arrivals in
            #expect(await arrivals.plan(.hang(isCommitted: false), times: 1))
            let silent = await destination.send(DynamicsSamples.outgoing())
            #expect(silent.outcome == .retry && silent.sha256.isEmpty && silent.exchange.isEmpty)
            #expect(
                await arrivals.plan(.fail(status: 429, retryAfter: 8, location: nil, code: "AADSTS90055"), times: 1))
            let throttled = await destination.send(DynamicsSamples.outgoing())
            #expect(throttled.outcome == .throttled && throttled.retryAfter == 8 * .second)
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            #expect(await Self.count(system, "records") == 1)
        }
    }

    @Test func `a lead that a duplicate detection rule finds is refused where the rules count`() async throws {
        let system = DynamicsSamples.system { $0.findsDuplicates = true }
        try await with(["duplicates=refuse"], system: system) { destination, _, _ in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            let second = await destination.send(DynamicsSamples.outgoing(lead: "lead_3"))
            #expect(second.outcome == .rejected && second.reason.hasPrefix("0x80040333: "))
            #expect(!second.reason.contains("ada"))
        }
        try await with(system: DynamicsSamples.system { $0.findsDuplicates = true }) { destination, _, _ in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            #expect(await destination.send(DynamicsSamples.outgoing(lead: "lead_3")).outcome == .delivered)
        }
    }

    @Test func `a lost race is written again`() async throws {
        try await with(["external-id=leadledger_id"]) { destination, _, arrivals in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            let lost = Refusal(places: [0], code: "0x80060892")
            #expect(await arrivals.plan(.refuse(lost), times: 1))
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .retry)
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
        }
    }

    @Test func `a column that is missing and a lead that was qualified are told apart`() async throws {
        try await with(["map.offer=xyz_offer"]) { destination, _, _ in
            let unknown = await destination.send(DynamicsSamples.outgoing())
            #expect(unknown.outcome == .config && unknown.reason.hasPrefix("0x80048d19 on xyz_offer: "))
        }
        let system = DynamicsSamples.system { $0.qualified = ["lead_2"] }
        try await with(["external-id=leadledger_id"], system: system) { destination, _, _ in
            #expect(await destination.send(DynamicsSamples.outgoing()).outcome == .delivered)
            let qualified = await destination.send(DynamicsSamples.outgoing(version: 8))
            #expect(qualified.outcome == .rejected && qualified.reason.hasPrefix("0x80040203: "))
        }
        let keyless = DynamicsSamples.system { $0.keyStatus = .absent }
        try await with(["external-id=leadledger_id"], system: keyless) { destination, _, _ in
            let undefined = await destination.send(DynamicsSamples.outgoing())
            #expect(undefined.outcome == .config && undefined.reason.contains("create a key of this column"))
        }
    }

    @Test func `the exchange has what was said and no token`() async throws {
        try await with { destination, _, _ in
            let attempt = await destination.send(DynamicsSamples.outgoing())
            let text = String(decoding: attempt.exchange, as: UTF8.self)
            #expect(text.contains("ada@example.com") && text.contains("x-ms-service-request-id"))
            #expect(!text.lowercased().contains("bearer") && !text.contains("eyJ0eXAi"))
        }
    }

    @Test func `the factory makes it`() throws {
        #expect(
            try Adapters.make(DynamicsSamples.settings(), secrets: SecretReader { _ in "s" }) is DynamicsDestination)
        #expect(throws: SecretError.self) {
            try Adapters.make(DynamicsSamples.settings(), secrets: SecretReader { _ in nil })
        }
    }
}

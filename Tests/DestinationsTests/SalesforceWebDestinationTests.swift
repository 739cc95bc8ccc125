import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

/// Web-to-Lead against the simulated form handler, over a real socket.
@Suite(.timeLimit(.minutes(10)))
struct SalesforceWebDestinationTests {
    static let leadField = "00N5g0000000001"

    static func service() -> WebToLeadService {
        var settings = WebToLeadSettings()
        settings.fields[leadField] = 32
        settings.keyField = leadField
        return WebToLeadService(settings)
    }

    static func destination(
        port: Int, _ set: [String] = [], organization: String = "00D5g0000000001"
    ) throws -> SalesforceWebDestination {
        SalesforceWebDestination(
            settings: try SalesforceSamples.webSettings(
                [
                    "base-url=http://127.0.0.1:\(port)", "allow-private=true", "organization=\(organization)",
                    "map.lead=\(leadField)",
                ] + set))
    }

    static func send(
        _ destination: SalesforceWebDestination, _ outgoing: Outgoing = SalesforceSamples.outgoing()
    ) async -> SentAttempt {
        await destination.send([destination.prepare(outgoing)], now: Samples.now).attempts[0]
    }

    @Test func `each form makes a lead, which is accepted and never confirmed`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, _ in
            let destination = try Self.destination(port: port)
            var outgoing = SalesforceSamples.outgoing(title: String(repeating: "t", count: 300))
            outgoing.isContactable = false
            for _ in 1...2 {
                let attempt = await Self.send(destination, outgoing)
                #expect(attempt.outcome == .delivered && attempt.reason == SalesforceWebOutcome.accepted)
                #expect(attempt.remoteID == nil && attempt.status == 200)
            }
            #expect(await destination.check(now: Samples.now).allSatisfy(\.isGood))
            await destination.shutdown()
            let records = await service.records
            #expect(records.map { $0["key"]?.string } == ["lead_1", "lead_1"])
            #expect(records[0]["fields"]?["emailOptOut"]?.string == "1")
            #expect(records[0]["fields"]?["company"]?.string == "Zoë & \"Co\"")
            #expect(await service.counts.first { $0.name == "ignoredFields" }?.count == 0)
        }
    }

    @Test func `an exception is a refusal, though the status says otherwise`() async throws {
        let service = Self.service()
        try await withSimulator(service) { port, arrivals in
            let wrong = try Self.destination(port: port, organization: "00D5g0000000002")
            let attempt = await Self.send(wrong)
            #expect(attempt.outcome == .rejected && attempt.status == 200)
            #expect(attempt.reason.hasPrefix("Is-Processed: true Exception:"))
            await wrong.shutdown()
            let destination = try Self.destination(port: port)
            #expect(await arrivals.plan(.fail(status: 503, retryAfter: 8, location: nil), times: 1))
            let busy = await Self.send(destination)
            #expect(busy.outcome == .retry && busy.retryAfter == 8 * .second)
            await destination.shutdown()
            #expect(await service.records.isEmpty)
        }
    }

    @Test(arguments: [Trouble.hang(isCommitted: true), .reset(isCommitted: true)])
    func `a lost answer leaves the outcome unknown`(trouble: Trouble) async throws {
        let service = Self.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try Self.destination(port: port, ["timeout=1s"])
            #expect(await arrivals.plan(trouble, times: 1))
            #expect(await Self.send(destination).outcome == .ambiguous)
            await destination.shutdown()
            // It was taken all the same, so a repeat would make a second lead.
            #expect(await service.records.count == 1)
        }
    }
}

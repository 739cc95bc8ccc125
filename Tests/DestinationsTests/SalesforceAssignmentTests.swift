import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

/// Whom leads are assigned to, against the simulated org over a real socket.
@Suite(.timeLimit(.minutes(10)))
struct SalesforceAssignmentTests {
    private typealias Base = SalesforceDestinationTests

    private static func leads(_ known: [Bool]) -> [Outgoing] {
        known.enumerated().map { number, isKnown in
            var outgoing = SalesforceSamples.outgoing(number, email: "a\(number)@example.com")
            outgoing.isKnown = isKnown
            return outgoing
        }
    }

    private static func writes(_ arrivals: Arrivals) async throws -> [JSON] {
        try await arrivals.log.split(separator: 0x0a).map { try JSON.parse($0) }
            .filter { $0["method"]?.string == "PATCH" }
    }

    @Test func `rules run when a lead is made, and not when it is brought up to date`() async throws {
        let service = Base.service()
        try await withSimulator(service) { port, _ in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Base.send(destination, Self.leads([false])).attempts[0].reason == "created")
            #expect(await Base.count(service, "assigned") == 1)
            #expect(await Base.send(destination, Self.leads([true])).attempts[0].reason == "updated")
            #expect(await Base.count(service, "assigned") == 1)
            await destination.shutdown()
        }
    }

    @Test func `new and known leads go in a request each, and results are in order`() async throws {
        let service = Base.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            let made = await Base.send(destination, Self.leads([false, false, false]))
            #expect(await Base.count(service, "assigned") == 3)
            let answer = await Base.send(destination, Self.leads([true, true, true, false, false]))
            let mixed = await Base.send(destination, Self.leads([true, false, true, false, true, false]))
            await destination.shutdown()
            #expect(answer.attempts.map(\.reason) == ["updated", "updated", "updated", "created", "created"])
            #expect(answer.attempts.prefix(3).map(\.remoteID) == made.attempts.map(\.remoteID))
            #expect(mixed.attempts.map(\.reason) == Array(repeating: "updated", count: 5) + ["created"])
            #expect(mixed.attempts.prefix(5).map(\.remoteID) == answer.attempts.map(\.remoteID))
            #expect(await Base.count(service, "assigned") == 3 + 2 + 3)
            #expect(try await Self.writes(arrivals).count == 1 + 2 + 2)
        }
    }

    @Test func `without rules all leads go in one request`() async throws {
        let service = Base.service()
        try await withSimulator(service) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port, set: ["assign=false"])
            _ = await Base.send(destination, Self.leads([true, false]))
            await destination.shutdown()
            #expect(try await Self.writes(arrivals).count == 1)
            #expect(await Base.count(service, "assigned") == 0)
        }
    }

    @Test func `an org that asks to be left alone is not asked again for the rest`() async throws {
        try await withSimulator(Base.service()) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Base.one(destination).outcome == .delivered)
            #expect(await arrivals.plan(.fail(status: 503, retryAfter: 7, location: nil), times: 1))
            let answer = await Base.send(destination, Self.leads([true, false, false]))
            await destination.shutdown()
            #expect(answer.attempts.map(\.outcome) == [.retry, .retry, .retry])
            #expect(answer.attempts.allSatisfy { $0.retryAfter == 7 * .second })
            #expect(try await Self.writes(arrivals).count == 2)
        }
    }

    @Test func `new leads that are refused as a whole let all be halved, known ones come again`() async throws {
        try await withSimulator(Base.service()) { port, arrivals in
            let destination = try SalesforceSamples.destination(port: port)
            #expect(await Base.one(destination).outcome == .delivered)
            let refused = Trouble.fail(
                status: 400, retryAfter: nil, location: nil, code: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
            #expect(await arrivals.plan(refused, times: 1))
            let whole = await Base.send(destination, Self.leads([true, false, true, false]))
            #expect(whole.isDivisible && whole.attempts.map(\.outcome) == Array(repeating: .rejected, count: 4))
            #expect(await arrivals.plan(.slow(milliseconds: 1), times: 1))
            #expect(await arrivals.plan(refused, times: 1))
            let later = await Base.send(destination, Self.leads([true, false, true, false]))
            #expect(!later.isDivisible)
            #expect(later.attempts.map(\.outcome) == [.retry, .delivered, .retry, .delivered])
            await destination.shutdown()
        }
    }
}

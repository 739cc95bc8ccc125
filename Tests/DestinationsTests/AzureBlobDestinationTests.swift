import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AzureBlobDestinationTests {
    private func send(_ destination: AzureBlobDestination, _ leads: [Outgoing]) async -> BatchAnswer {
        await destination.send(leads.map(destination.prepare), now: AzureSamples.now)
    }

    private func find(_ destination: AzureBlobDestination, _ lead: Outgoing) async -> String {
        switch await destination.find(destination.prepare(lead), now: AzureSamples.now) {
        case .present(let id): "present \(id ?? "")"
        case .absent: "absent"
        case .unclear(let attempt): "unclear \(attempt.outcome)"
        }
    }

    /// The ids of the lines of a blob, in order.
    private func ids(_ service: AzureBlobService, _ name: String) async -> [String] {
        let bytes = await service.bytes(of: name, in: "leads") ?? []
        return bytes.split(separator: 10).compactMap { line in
            if line.first == UInt8(ascii: "{") { return (try? JSON.parse(Array(line)))?["id"]?.string }
            return String(decoding: line.dropFirst().prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        }
    }

    @Test(arguments: ["shared-key", "shared-key-lite"])
    func `actions become lines of the day's blob, in order`(scheme: String) async throws {
        try await AzureSamples.withBlobs { port, service, arrivals in
            let destination = try AzureSamples.blob(port: port, set: ["scheme=\(scheme)"])
            let first = await send(destination, (0..<3).map { AzureSamples.outgoing($0) })
            #expect(first.attempts.allSatisfy { $0.outcome == .delivered && $0.status == 201 })
            #expect(first.attempts[0].remoteID == "leads/2026-01-01.ndjson")
            let days = [3, 4, 5].map { AzureSamples.outgoing($0, day: $0 == 4 ? "2026-01-02" : "2026-01-01") }
            #expect(await send(destination, days).attempts.allSatisfy { $0.outcome == .delivered })
            await destination.shutdown()
            #expect(await ids(service, "leads/2026-01-01.ndjson") == ["dlv_0", "dlv_1", "dlv_2", "dlv_3", "dlv_5"])
            #expect(await ids(service, "leads/2026-01-02.ndjson") == ["dlv_4"])
            // One look, one blob made, one append for a new day; an append alone for one that is known.
            #expect(await arrivals.stats["requests"]?.integer == 7)
        }
    }

    @Test func `CSV has its head once`() async throws {
        try await AzureSamples.withBlobs { port, service, _ in
            for number in 0..<2 {
                let destination = try AzureSamples.blob(port: port, set: ["format=csv"])
                #expect(await send(destination, [AzureSamples.outgoing(number)]).attempts[0].outcome == .delivered)
                #expect(await find(destination, AzureSamples.outgoing(number)) == "present leads/2026-01-01.csv")
                await destination.shutdown()
            }
            let bytes = await service.bytes(of: "leads/2026-01-01.csv", in: "leads") ?? []
            #expect(String(decoding: bytes, as: UTF8.self).components(of: "\"id\",version") == 2)
        }
    }

    @Test(arguments: [Trouble.hang(isCommitted: true), .reset(isCommitted: true)])
    func `an append whose end nobody knows is found, and a repeat adds nothing`(trouble: Trouble) async throws {
        try await AzureSamples.withBlobs { port, service, arrivals in
            let destination = try AzureSamples.blob(port: port, set: ["timeout=5s"])
            #expect(await send(destination, [AzureSamples.outgoing(0)]).attempts[0].outcome == .delivered)
            let leads = [1, 2].map { AzureSamples.outgoing($0) }
            #expect(await arrivals.plan(trouble, times: 1))
            #expect(await send(destination, leads).attempts.map(\.outcome) == [.ambiguous, .ambiguous])
            // The position that was named before stands until it is known better, so even a blind repeat is harmless.
            let again = await send(destination, leads + [AzureSamples.outgoing(3)])
            #expect(again.attempts.map(\.outcome) == [.alreadyDelivered, .alreadyDelivered, .delivered])
            await destination.shutdown()
            let other = try AzureSamples.blob(port: port)
            #expect(await find(other, leads[1]) == "present leads/2026-01-01.ndjson")
            #expect(await find(other, AzureSamples.outgoing(9)) == "absent")
            #expect(await find(other, AzureSamples.outgoing(9, day: "2026-02-01")) == "absent")
            await other.shutdown()
            #expect(await ids(service, "leads/2026-01-01.ndjson") == ["dlv_0", "dlv_1", "dlv_2", "dlv_3"])
        }
    }

    @Test func `an append that never came is sent again`() async throws {
        try await AzureSamples.withBlobs { port, service, arrivals in
            let destination = try AzureSamples.blob(port: port, set: ["timeout=5s"])
            #expect(await send(destination, [AzureSamples.outgoing(0)]).attempts[0].outcome == .delivered)
            #expect(await arrivals.plan(.hang(isCommitted: false), times: 1))
            #expect(await send(destination, [AzureSamples.outgoing(1)]).attempts[0].outcome == .ambiguous)
            #expect(await find(destination, AzureSamples.outgoing(1)) == "absent")
            #expect(await send(destination, [AzureSamples.outgoing(1)]).attempts[0].outcome == .delivered)
            await destination.shutdown()
            #expect(await ids(service, "leads/2026-01-01.ndjson") == ["dlv_0", "dlv_1"])
        }
    }

    @Test func `a look at a blob that is never answered is no missing connection, and told nothing`() async throws {
        try await AzureSamples.withBlobs { port, service, arrivals in
            let destination = try AzureSamples.blob(port: port, set: ["timeout=1s"])
            #expect(await arrivals.plan(.hang(isCommitted: false), times: 1))
            let attempt = await send(destination, [AzureSamples.outgoing(0)]).attempts[0]
            #expect(attempt.outcome == .retry && attempt.reason == "no answer in time")
            await destination.shutdown()
            #expect(await ids(service, "leads/2026-01-01.ndjson") == [])
        }
    }

    @Test func `two writers of one blob lose and double nothing`() async throws {
        try await AzureSamples.withBlobs { port, service, _ in
            let (one, two) = (try AzureSamples.blob(port: port), try AzureSamples.blob(port: port))
            for number in 0..<6 {
                let destination = number.isMultiple(of: 2) ? one : two
                #expect(await send(destination, [AzureSamples.outgoing(number)]).attempts[0].outcome == .delivered)
            }
            await withTaskGroup(of: Void.self) { group in
                for number in 6..<46 {
                    group.addTask {
                        let destination = number.isMultiple(of: 2) ? one : two
                        #expect(
                            await send(destination, [AzureSamples.outgoing(number)]).attempts[0].outcome == .delivered)
                    }
                }
            }
            await one.shutdown()
            await two.shutdown()
            let found = await ids(service, "leads/2026-01-01.ndjson")
            #expect(found.count == 46 && Set(found).count == 46)
        }
    }

    @Test func `a full blob is followed by the next of its day`() async throws {
        try await AzureSamples.withBlobs(blockLimit: 2) { port, service, _ in
            let destination = try AzureSamples.blob(port: port)
            for number in 0..<5 {
                #expect(await send(destination, [AzureSamples.outgoing(number)]).attempts[0].outcome == .delivered)
            }
            #expect(await find(destination, AzureSamples.outgoing(1)) == "present leads/2026-01-01.ndjson")
            #expect(await find(destination, AzureSamples.outgoing(4)) == "present leads/2026-01-01-3.ndjson")
            #expect(await find(destination, AzureSamples.outgoing(7)) == "absent")
            await destination.shutdown()
            // Another run begins at the first blob, finds it full, and goes on.
            let other = try AzureSamples.blob(port: port)
            #expect(await send(other, [AzureSamples.outgoing(5)]).attempts[0].outcome == .delivered)
            await other.shutdown()
            #expect(await ids(service, "leads/2026-01-01-3.ndjson") == ["dlv_4", "dlv_5"])
        }
    }

    @Test func `a line is found across the pieces that a long blob is read in`() async throws {
        try await AzureSamples.withBlobs { port, _, _ in
            let destination = try AzureSamples.blob(port: port, set: ["timeout=60s"])
            for number in 0..<5 {
                var outgoing = AzureSamples.outgoing(number)
                outgoing.action.description = String(repeating: "x", count: 2_097_152 - 480 + number * 90)
                #expect(await send(destination, [outgoing]).attempts[0].outcome == .delivered)
            }
            for number in 0..<5 {
                #expect(await find(destination, AzureSamples.outgoing(number)).hasPrefix("present"))
            }
            #expect(await find(destination, AzureSamples.outgoing(5)) == "absent")
            await destination.shutdown()
        }
    }

    @Test func `more than one block's worth goes in several`() async throws {
        try await AzureSamples.withBlobs { port, service, _ in
            let destination = try AzureSamples.blob(port: port)
            let leads = (0..<3).map { number in
                var outgoing = AzureSamples.outgoing(number)
                outgoing.action.description = String(repeating: "y", count: 1_900_000)
                return outgoing
            }
            #expect(await send(destination, leads).attempts.allSatisfy { $0.outcome == .delivered })
            await destination.shutdown()
            #expect(await ids(service, "leads/2026-01-01.ndjson") == ["dlv_0", "dlv_1", "dlv_2"])
        }
    }

    @Test func `a missing container is made where the settings permit it`() async throws {
        try await AzureSamples.withBlobs(containers: []) { port, service, _ in
            let plain = try AzureSamples.blob(port: port)
            let refused = await send(plain, [AzureSamples.outgoing(1)])
            #expect(refused.attempts[0].outcome == .config)
            #expect(refused.attempts[0].reason.contains("create-container=true"))
            #expect(await find(plain, AzureSamples.outgoing(1)) == "absent")
            await plain.shutdown()
            let making = try AzureSamples.blob(port: port, set: ["create-container=true"])
            #expect(await send(making, [AzureSamples.outgoing(1)]).attempts[0].outcome == .delivered)
            await making.shutdown()
            #expect(await ids(service, "leads/2026-01-01.ndjson") == ["dlv_1"])
        }
    }

    @Test func `trouble of the service is told apart`() async throws {
        try await AzureSamples.withBlobs { port, _, arrivals in
            let destination = try AzureSamples.blob(port: port)
            #expect(await send(destination, [AzureSamples.outgoing(0)]).attempts[0].outcome == .delivered)
            for (status, code, outcome) in [
                (503, "ServerBusy", Outcome.throttled), (500, "OperationTimedOut", .ambiguous),
                (403, "AuthenticationFailed", .config), (413, "RequestBodyTooLarge", .rejected),
            ] {
                #expect(
                    await arrivals.plan(.fail(status: status, retryAfter: 5, location: nil, code: code), times: 1))
                let answer = await send(destination, [1, 2].map { AzureSamples.outgoing($0) })
                #expect(answer.attempts.map(\.outcome) == [outcome, outcome])
                #expect(answer.attempts[0].retryAfter == (outcome == .throttled ? 5 * .second : nil))
                #expect(answer.isDivisible == (outcome == .rejected) && answer.attempts[0].reason.hasPrefix(code))
            }
            #expect(await arrivals.plan(.fail(status: 500, retryAfter: nil, location: nil), times: 1))
            #expect(await find(destination, AzureSamples.outgoing(0)) == "unclear retry")
            await destination.shutdown()
        }
    }

    @Test func `a check says what is right, and what is not how to mend`() async throws {
        @Sendable func steps(
            _ port: Int, set: [String] = [], secret: String = "account-key", value: String = AzureSamples.key
        ) async throws -> [CheckStep] {
            let destination = try AzureSamples.blob(port: port, set: set, secret: secret, value: value)
            let steps = await destination.check(now: AzureSamples.now)
            await destination.shutdown()
            return steps
        }
        try await AzureSamples.withBlobs { port, service, _ in
            let good = try await steps(port)
            #expect(good.allSatisfy { $0.isGood })
            #expect(good.map(\.name) == ["connection", "credentials", "permission", "container"])
            let destination = try AzureSamples.blob(port: port)
            let late = await destination.check(now: AzureSamples.now + .hour)
            #expect(late.last?.name == "clock" && late.last?.says.contains("NTP") == true)
            await destination.shutdown()
            let wrong = try await steps(port, value: AzureSamples.otherKey)
            #expect(wrong.last?.name == "credentials" && wrong.last?.isGood == false)
            let missing = try await steps(port, set: ["container=others"])
            #expect(missing.last?.name == "container" && missing.last?.says.contains("create-container=true") == true)
            #expect(try await steps(port, set: ["container=others", "create-container=true"]).allSatisfy { $0.isGood })
            let weak = try await steps(port, secret: "sas", value: "sv=2021-12-02&sr=c&sig=x&sp=rl")
            #expect(weak.map(\.name) == ["permission"] && weak[0].problem?.contains("a or w, c or w") == true)
            #expect(await service.records.isEmpty)
        }
    }
}

extension String {
    /// Pieces that `mark` parts this into.
    fileprivate func components(of mark: String) -> Int { ranges(of: mark).count + 1 }
}

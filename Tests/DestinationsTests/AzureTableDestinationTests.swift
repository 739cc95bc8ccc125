import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AzureTableDestinationTests {
    private func send(_ destination: AzureTableDestination, _ leads: [Outgoing]) async -> BatchAnswer {
        await destination.send(leads.map(destination.prepare), now: AzureSamples.now)
    }

    @Test(arguments: ["shared-key", "shared-key-lite"])
    func `a lead is one entity, however often it is sent`(scheme: String) async throws {
        try await AzureSamples.withTable { port, service, _ in
            let destination = try AzureSamples.table(port: port, set: ["scheme=\(scheme)"])
            let odd = "l'été/50% #1"
            for _ in 0..<2 {
                let answer = await send(destination, [AzureSamples.outgoing(1, offer: odd)])
                #expect(answer.attempts.map(\.outcome) == [.delivered] && answer.attempts[0].status == 204)
                #expect(answer.attempts[0].remoteID == "l'été%2F50%25 %231/lead_1")
                #expect(!String(decoding: answer.attempts[0].exchange, as: UTF8.self).contains("Authorization"))
            }
            await destination.shutdown()
            let records = await service.records
            #expect(records.count == 1 && records[0]["written"]?.integer == 2)
            #expect(records[0]["fields"]?["Email"]?.string == "ada1@example.com")
        }
    }

    @Test func `a batch goes by partition, and results come back in order`() async throws {
        try await AzureSamples.withTable { port, service, arrivals in
            let destination = try AzureSamples.table(port: port)
            let leads = (0..<10).map { AzureSamples.outgoing($0, offer: ["a.a", "b.b", nil][min($0 % 4, 2)]) }
            let answer = await send(destination, leads)
            #expect(answer.attempts.allSatisfy { $0.outcome == .delivered } && !answer.isDivisible)
            #expect(answer.attempts.map(\.remoteID) == leads.map { "\($0.action.offer?.text ?? "(none)")/\($0.lead)" })
            #expect(await arrivals.stats["requests"]?.integer == 3)
            let exchange = try JSON.parse(answer.attempts[1].exchange)
            #expect(exchange["request"]?["record"]?["RowKey"]?.string == "lead_1")
            let again = await send(destination, leads)
            #expect(again.attempts.allSatisfy { $0.outcome == .delivered })
            await destination.shutdown()
            #expect(await service.records.count == 10)
        }
    }

    @Test func `one bad lead undoes its batch, is named, and fares alone as it must`() async throws {
        try await AzureSamples.withTable { port, service, arrivals in
            let destination = try AzureSamples.table(port: port)
            let leads = (0..<5).map { AzureSamples.outgoing($0) }
            #expect(await arrivals.plan(.refuse(Refusal(places: [3], code: "PropertyValueTooLarge")), times: 1))
            let answer = await send(destination, leads)
            #expect(answer.isDivisible && answer.attempts.allSatisfy { $0.outcome == .rejected })
            #expect(answer.attempts[3].reason.hasPrefix("PropertyValueTooLarge"))
            #expect(answer.attempts[0].reason.contains("another lead"))
            #expect(await service.records.isEmpty)
            #expect(await arrivals.plan(.refuse(Refusal(places: [0], code: "InvalidInput")), times: 1))
            let alone = await send(destination, [leads[3]])
            #expect(!alone.isDivisible && alone.attempts[0].outcome == .rejected && alone.attempts[0].status == 400)
            #expect(alone.attempts[0].reason.hasPrefix("InvalidInput"))
            await destination.shutdown()
        }
    }

    @Test(arguments: [1, 3])
    func `a missing table is made where the settings permit it`(count: Int) async throws {
        try await AzureSamples.withTable(tables: []) { port, service, _ in
            let leads = (0..<count).map { AzureSamples.outgoing($0) }
            let plain = try AzureSamples.table(port: port)
            let refused = await send(plain, leads)
            await plain.shutdown()
            #expect(!refused.isDivisible && refused.attempts.allSatisfy { $0.outcome == .config })
            #expect(refused.attempts[0].reason.contains("create-table=true"))
            let making = try AzureSamples.table(port: port, set: ["create-table=true"])
            #expect(await send(making, leads).attempts.allSatisfy { $0.outcome == .delivered })
            await making.shutdown()
            #expect(await service.records.count == count)
        }
    }

    @Test func `what was not sent after a failure is not lost and not counted as sent`() async throws {
        try await AzureSamples.withTable { port, service, arrivals in
            let destination = try AzureSamples.table(port: port)
            let leads = (0..<4).map { AzureSamples.outgoing($0, offer: "o.\($0 / 2)") }
            let busy = Trouble.fail(status: 503, retryAfter: 9, location: nil, code: "ServerBusy")
            #expect(await arrivals.plan(busy, times: 1))
            let answer = await send(destination, leads)
            #expect(answer.attempts.allSatisfy { $0.outcome == .throttled && $0.retryAfter == 9 * .second })
            #expect(await arrivals.stats["requests"]?.integer == 1)
            await destination.shutdown()
            #expect(await service.records.isEmpty)
        }
    }

    @Test(arguments: [Trouble.hang(isCommitted: true), .reset(isCommitted: true)])
    func `a write whose end nobody knows is safe to repeat`(trouble: Trouble) async throws {
        try await AzureSamples.withTable { port, service, arrivals in
            let destination = try AzureSamples.table(port: port, set: ["timeout=5s"])
            let leads = (0..<2).map { AzureSamples.outgoing($0) }
            #expect(await arrivals.plan(trouble, times: 1))
            #expect(await send(destination, leads).attempts.map(\.outcome) == [.ambiguous, .ambiguous])
            #expect(await send(destination, leads).attempts.map(\.outcome) == [.delivered, .delivered])
            await destination.shutdown()
            #expect(await service.records.count == 2)
        }
    }

    @Test func `merging keeps what others wrote, replacing does not`() async throws {
        try await AzureSamples.withTable { port, service, _ in
            for (write, stays) in [("merge", true), ("replace", false)] {
                await service.put(
                    AzureTableRow(
                        partitionKey: "contoso.backup", rowKey: "lead_1", timestamp: Samples.now,
                        properties: [JSON.Member("Owner", .string("Bea"))]), in: "leads")
                let destination = try AzureSamples.table(port: port, set: ["write=\(write)"])
                #expect(await send(destination, [AzureSamples.outgoing(1)]).attempts[0].outcome == .delivered)
                await destination.shutdown()
                #expect((await service.records[0]["fields"]?["Owner"] != nil) == stays)
            }
        }
    }

    @Test func `a signature that may add and update is enough, and is told to nobody`() async throws {
        let token = AzureSamples.signature(table: "Leads", permissions: "au")
        let service = try #require(
            AzureTableService(account: AzureSamples.account, key: AzureSamples.key, tables: ["Leads"]))
        let now = Samples.now + .hour
        try await withSimulator(service, now: { now }) { port, _ in
            let destination = try AzureSamples.table(port: port, set: ["table=Leads"], secret: "sas", value: token)
            for leads in [[1], [2, 3]] {
                let prepared = leads.map { destination.prepare(AzureSamples.outgoing($0)) }
                for attempt in await destination.send(prepared, now: now).attempts {
                    #expect(attempt.outcome == .delivered)
                    #expect(!String(decoding: attempt.exchange, as: UTF8.self).contains("sig="))
                }
            }
            let steps = await destination.check(now: now)
            #expect(steps.allSatisfy { $0.isGood } && steps.map(\.name) == ["connection", "credentials", "permission"])
            await destination.shutdown()
        }
        let late = Samples.now + 48 * .hour
        try await withSimulator(service, now: { late }) { port, _ in
            let destination = try AzureSamples.table(port: port, set: ["table=Leads"], secret: "sas", value: token)
            let attempt = await destination.send([destination.prepare(AzureSamples.outgoing(4))], now: late).attempts[0]
            #expect(attempt.outcome == .config && attempt.reason.contains("has ended"))
            #expect(await destination.check(now: late).map(\.problem) != [nil])
            await destination.shutdown()
        }
    }

    @Test func `a check says what is right, and what is not how to mend`() async throws {
        @Sendable func steps(
            _ port: Int, set: [String] = [], secret: String = "account-key", value: String = AzureSamples.key
        ) async throws -> [CheckStep] {
            let destination = try AzureSamples.table(port: port, set: set, secret: secret, value: value)
            let steps = await destination.check(now: AzureSamples.now)
            await destination.shutdown()
            return steps
        }
        try await AzureSamples.withTable { port, _, arrivals in
            let good = try await steps(port)
            #expect(
                good.allSatisfy { $0.isGood }
                    && good.map(\.name) == ["connection", "credentials", "permission", "table"])
            let wrong = try await steps(port, value: AzureSamples.otherKey)
            #expect(wrong.last?.name == "credentials" && wrong.last?.problem?.hasPrefix("AuthenticationFailed") == true)
            let missing = try await steps(port, set: ["table=others"])
            #expect(missing.last?.name == "table" && missing.last?.says.contains("create-table=true") == true)
            #expect(try await steps(port, set: ["table=others", "create-table=true"]).allSatisfy { $0.isGood })
            let closed = Trouble.fail(status: 403, retryAfter: nil, location: nil, code: "AuthorizationFailure")
            #expect(await arrivals.plan(closed, times: 1))
            #expect(try await steps(port).last?.name == "network")
            for (token, name) in [
                ("sv=2019-02-02&sig=x&sp=r", "permission"), ("sv=2019-02-02&sig=x&sp=rau&se=2020-01-01", "credentials"),
                ("sv=2019-02-02&sig=x&sp=rau&tn=other", "credentials"),
            ] {
                let found = try await steps(port, secret: "sas", value: token)
                #expect(found.map(\.name) == [name] && !found[0].isGood)
            }
        }
        #expect(try await steps(1).map(\.name) == ["connection"])
    }
}

import Destinations
import Leads
import OrderedJSON
import Outbound
import Simulators
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct MarketoDestinationTests {
    /// Runs `body` against a simulated instance that knows the credentials of the samples.
    private func withMarketo(
        _ change: (inout MarketoSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (Int, MarketoService, Arrivals) async throws -> Void
    ) async throws {
        var settings = MarketoSettings(clientID: "client 1", clientSecret: "s3cret&=")
        settings.customFields = ["leadledgerId"]
        settings.textFields = ["comments"]
        change(&settings)
        let service = MarketoService(settings, now: Samples.now)
        try await withSimulator(service, now: { Samples.now }) { port, arrivals in
            try await body(port, service, arrivals)
        }
    }

    private func send(_ destination: MarketoDestination, _ leads: [Outgoing]) async -> BatchAnswer {
        await destination.send(leads.map(destination.prepare), now: Samples.now)
    }

    private func count(_ name: String, _ service: MarketoService) async -> Int? {
        await service.counts.first { $0.name == name }?.count
    }

    @Test(arguments: [[], ["through=form", "form-id=1029"], ["through=push", "program=Marketplace"]])
    func `a lead is created once, and updated after that`(set: [String]) async throws {
        try await withMarketo { port, service, _ in
            let destination = try Samples.marketo(port: port, set: set)
            let first = await send(destination, [Samples.outgoing()]).attempts[0]
            #expect(first.outcome == .delivered && first.status == 200 && first.reason == "created")
            #expect(first.remoteID == "50" && first.sha256.count == 32)
            let again = await send(destination, [Samples.outgoing(version: 8)]).attempts[0]
            #expect(again.outcome == .delivered && again.reason == "updated" && again.remoteID == "50")
            await destination.shutdown()
            let records = await service.records
            #expect(records.count == 1 && records[0]["fields"]?["firstName"]?.string == "Ada")
            #expect(await count("tokens", service) == 1)
        }
    }

    @Test func `a token is got once for sixteen at the same time, and its secret is in no address`() async throws {
        try await withMarketo { port, service, arrivals in
            let destination = try Samples.marketo(port: port)
            await withTaskGroup { group in
                for number in 0..<16 {
                    group.addTask {
                        let outgoing = Samples.outgoing(lead: number, email: "p\(number)@example.com")
                        let answer = await send(destination, [outgoing])
                        #expect(answer.attempts[0].outcome == .delivered)
                    }
                }
            }
            await destination.shutdown()
            #expect(await count("tokens", service) == 1)
            let lines = try await arrivals.log.split(separator: 0x0a).map { try JSON.parse($0) }
            #expect(lines.count == 17 && lines.allSatisfy { $0["query"]?.string ?? "" == "" })
        }
    }

    @Test func `a token that ended is renewed once, and one that is refused again stops the destination`() async throws
    {
        try await withMarketo { port, service, arrivals in
            let destination = try Samples.marketo(port: port)
            #expect(await send(destination, [Samples.outgoing()]).attempts[0].outcome == .delivered)
            await service.expireTokens()
            let ended = await send(destination, [Samples.outgoing()]).attempts[0]
            #expect(ended.outcome == .authRefresh && ended.reason.hasPrefix("602"))
            #expect(await send(destination, [Samples.outgoing()]).attempts[0].outcome == .delivered)
            await service.expireTokens()
            #expect(await send(destination, [Samples.outgoing()]).attempts[0].outcome == .authRefresh)
            // The first of these asks for the new token, the second is the write.
            #expect(await arrivals.plan(.slow(milliseconds: 0), times: 1))
            #expect(await arrivals.plan(.fail(status: 200, retryAfter: nil, location: nil, code: "601"), times: 1))
            let refused = await send(destination, [Samples.outgoing()]).attempts[0]
            #expect(refused.outcome == .config && refused.reason.contains("LaunchPoint"))
            await destination.shutdown()
        }
    }

    @Test func `a token that is about to end is waited for`() async throws {
        let clock = Mutex(Samples.now)
        var settings = MarketoSettings(clientID: "client 1", clientSecret: "s3cret&=")
        settings.tokenSeconds = 60
        let service = MarketoService(settings, now: Samples.now)
        let waits = Mutex<[Span]>([])
        try await withSimulator(service, now: { clock.withLock { $0 } }) { port, _ in
            let destination = try Samples.marketo(port: port) { span in
                waits.withLock { $0.append(span) }
                clock.withLock { $0 = $0 + span }
            }
            let lead = destination.prepare(Samples.outgoing())
            for second: Int64 in [0, 54, 57, 59, 62] {
                let now = max(Samples.now + second * .second, clock.withLock { $0 })
                clock.withLock { $0 = now }
                #expect(await destination.send([lead], now: now).attempts[0].outcome == .delivered)
            }
            await destination.shutdown()
            #expect(waits.withLock { $0 } == [4 * .second])
            #expect(await count("tokens", service) == 3)
        }
    }

    @Test func `credentials that are refused stop the destination, and are not repeated in the reason`() async throws {
        try await withMarketo { port, _, arrivals in
            let destination = try Samples.marketo(port: port, secret: "another-s3cret")
            let attempt = await send(destination, [Samples.outgoing()]).attempts[0]
            #expect(attempt.outcome == .config && attempt.status == 401)
            #expect(attempt.reason.contains("client-secret") && !attempt.reason.contains("s3cret"))
            #expect(await arrivals.plan(.hang(isCommitted: false), times: 1))
            let slow = try Samples.marketo(port: port, set: ["timeout=1s"])
            #expect(await send(slow, [Samples.outgoing()]).attempts[0].outcome == .retry)
            await destination.shutdown()
            await slow.shutdown()
        }
    }

    @Test func `a name without an address reminds of ids that are easily swapped`() async throws {
        let settings = try DestinationSettings(
            name: "crm", kind: "marketo", set: ["server-id=123-ABC-456", "client-id=c", "through=form", "form-id=9"],
            secret: ["client-secret=env:S"])
        let resolver = Resolver { (_) throws(ResolverError) in throw ResolverError(reason: "no such name") }
        let destination = try MarketoDestination(
            settings: settings, secrets: SecretReader { _ in "s" }, resolver: resolver)
        let attempt = await send(destination, [Samples.outgoing()]).attempts[0]
        #expect(attempt.outcome == .retry && attempt.reason.contains("swapped"))
        let steps = await check(destination)
        #expect(steps.count == 1 && steps[0].problem?.contains("swapped") == true)
    }

    @Test func `a record that is refused holds back no other`() async throws {
        try await withMarketo {
            $0.duplicates = ["double@example.com"]
        } _: { port, _, arrivals in
            let destination = try Samples.marketo(port: port)
            #expect(await arrivals.plan(.slow(milliseconds: 0), times: 1))
            #expect(await arrivals.plan(.refuse(Refusal(places: [0], code: "1003")), times: 1))
            let answer = await send(
                destination,
                [
                    Samples.outgoing(lead: 1, email: "a@example.com"),
                    Samples.outgoing(lead: 2, email: "double@example.com"),
                    Samples.outgoing(lead: 3, email: "c@example.com"),
                ])
            await destination.shutdown()
            #expect(!answer.isDivisible)
            #expect(answer.attempts.map(\.outcome) == [.rejected, .rejected, .delivered])
            #expect(answer.attempts[0].reason.hasPrefix("1003"))
            #expect(answer.attempts[1].reason.contains("merge the people"))
            #expect(answer.attempts[2].remoteID == "52")
            let exchange = try JSON.parse(answer.attempts[2].exchange)
            #expect(exchange["request"]?["record"]?["email"]?.string == "c@example.com")
            #expect(exchange["response"]?["record"]?["status"]?.string == "created")
            #expect(!String(decoding: answer.attempts[2].exchange, as: UTF8.self).contains("a@example.com"))
        }
    }

    @Test(arguments: [
        (["map.title=shoe"], "1006 on shoe"), (["partition=Elsewhere"], "1008"), (["lookup-field=title"], "1011"),
        (["through=form", "form-id=7"], "1013"), (["through=push", "program=Nothing"], "1013"),
    ])
    func `what is not there stops the destination, and is named`(set: [String], reason: String) async throws {
        try await withMarketo { port, _, _ in
            let destination = try Samples.marketo(port: port, set: set)
            var outgoing = Samples.outgoing()
            outgoing.action.contact.title = "Countess"
            let attempt = await send(destination, [outgoing]).attempts[0]
            await destination.shutdown()
            #expect(attempt.outcome == .config && attempt.reason.hasPrefix(reason))
            #expect(!attempt.reason.contains("ada@") && !attempt.reason.contains("Countess"))
            if set.contains("form-id=7") { #expect(attempt.reason.contains("swapped")) }
        }
    }

    @Test func `what is too large is divided`() async throws {
        try await withMarketo { port, _, arrivals in
            let destination = try Samples.marketo(port: port, set: ["map.description=comments"])
            let leads = (0..<40).map { number in
                var outgoing = Samples.outgoing(lead: number, email: "p\(number)@example.com")
                outgoing.action.description = String(repeating: "x", count: 30_000)
                return outgoing
            }
            let large = await send(destination, leads)
            #expect(large.isDivisible && large.attempts.allSatisfy { $0.outcome == .rejected })
            #expect(await arrivals.stats["requests"]?.integer == 0)
            let half = await send(destination, Array(leads.prefix(20)))
            #expect(half.attempts.allSatisfy { $0.outcome == .delivered })
            #expect(await arrivals.plan(.fail(status: 413, retryAfter: nil, location: nil), times: 1))
            #expect(await send(destination, Array(leads.prefix(2))).isDivisible)
            await destination.shutdown()
        }
    }

    @Test func `limits slow the destination down`() async throws {
        try await withMarketo { port, _, arrivals in
            let destination = try Samples.marketo(port: port)
            _ = await send(destination, [Samples.outgoing()])
            for (code, rest) in [("606", 20), ("615", 5)] {
                #expect(await arrivals.plan(.fail(status: 200, retryAfter: nil, location: nil, code: code), times: 1))
                let attempt = await send(destination, [Samples.outgoing()]).attempts[0]
                #expect(attempt.outcome == .throttled && attempt.retryAfter == Int64(rest) * .second)
            }
            #expect(await arrivals.plan(.fail(status: 429, retryAfter: 9, location: nil), times: 1))
            #expect(await send(destination, [Samples.outgoing()]).attempts[0].retryAfter == 9 * .second)
            await destination.shutdown()
        }
    }

    @Test func `a lost answer leaves the outcome unknown, and the repeat doubles nothing`() async throws {
        try await withMarketo { port, service, arrivals in
            let destination = try Samples.marketo(port: port, set: ["timeout=1s"])
            _ = await send(destination, [Samples.outgoing(lead: 1, email: "first@example.com")])
            for trouble in [Trouble.hang(isCommitted: true), .reset(isCommitted: true)] {
                #expect(await arrivals.plan(trouble, times: 1))
                #expect(await send(destination, [Samples.outgoing()]).attempts[0].outcome == .ambiguous)
            }
            #expect(await send(destination, [Samples.outgoing()]).attempts[0].reason == "updated")
            await destination.shutdown()
            #expect(await service.records.count == 2)
        }
    }

    @Test func `an opt-out is set`() async throws {
        try await withMarketo { port, service, _ in
            let destination = try Samples.marketo(port: port, set: ["dnc=flag"])
            _ = await send(destination, [Samples.outgoing(isContactable: false)])
            _ = await send(destination, [Samples.outgoing()])
            await destination.shutdown()
            let fields = await service.records[0]["fields"]
            #expect(fields?["unsubscribed"]?.bool == true && fields?["doNotCall"]?.bool == true)
        }
    }

    private func check(_ destination: MarketoDestination) async -> [CheckStep] {
        let steps = await destination.check(now: Samples.now)
        await destination.shutdown()
        return steps
    }

    @Test(arguments: [
        ["lookup-field=leadledgerId"], ["through=form", "form-id=1029"], ["through=push", "program=Marketplace"],
    ])
    func `a check finds nothing wrong where nothing is, and writes nothing`(set: [String]) async throws {
        try await withMarketo { port, service, _ in
            let steps = await check(try Samples.marketo(port: port, set: set + ["map.summary=comments"]))
            #expect(steps.filter { !$0.isGood } == [])
            #expect(Array(steps.map(\.name).prefix(3)) == ["credentials", "permission", "fields"])
            #expect(steps.count == 4)
            #expect(await service.records.isEmpty)
        }
    }

    @Test(arguments: [
        (["map.title=shoe"], "field shoe"), (["map.title=emailInvalid"], "field emailInvalid"),
        (["map.summary=leadledgerId"], "field leadledgerId"), (["lookup-field=title"], "lookup field title"),
        (["lookup-field=nowhere"], "lookup field nowhere"),
        (["constant.leadStatus=\(String(repeating: "x", count: 256))"], "field leadStatus"),
        (["dnc=flag", "map.doNotContact=gone"], "field gone"), (["through=form", "form-id=7"], "form 7"),
        (["through=form", "form-id=8"], "field company of form 8"), (["through=push", "program=Nothing"], "program"),
    ])
    func `a check names what is wrong`(set: [String], name: String) async throws {
        try await withMarketo {
            $0.forms.append(.init(id: 8, fields: ["Email", "firstName", "lastName", "phone", "country", "title"]))
        } _: { port, _, _ in
            let steps = await check(try Samples.marketo(port: port, set: set))
            let problem = try #require(steps.first { !$0.isGood })
            #expect(problem.name == name && !problem.says.isEmpty)
            #expect(!name.hasPrefix("lookup field") || problem.says.hasPrefix("lookup-field must be"))
            if name == "form 7" { #expect(problem.says.contains("swapped")) }
        }
    }

    @Test func `a check tells wrong credentials, a missing permission and a wrong address apart`() async throws {
        try await withMarketo {
            $0.isReadOnly = true
        } _: { port, _, _ in
            let wrong = await check(try Samples.marketo(port: port, secret: "another"))
            #expect(wrong.map(\.name) == ["credentials"] && !wrong[0].isGood)
            let denied = await check(try Samples.marketo(port: port))
            #expect(denied.last?.name == "permission" && denied.last?.says.contains("Read-Write Person") == true)
            let lost = await check(try Samples.marketo(port: port, path: "/elsewhere"))
            #expect(lost.count == 1 && !lost[0].isGood)
        }
    }
}

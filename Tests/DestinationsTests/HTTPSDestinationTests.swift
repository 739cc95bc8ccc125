import Destinations
import Leads
import OrderedJSON
import Simulators
import Testing

@Suite(.timeLimit(.minutes(10)))
struct HTTPSDestinationTests {
    @Test(arguments: ["format=marketplace", "format=cloudevents"])
    func `a lead arrives signed, in its exact shape, and once under one id`(format: String) async throws {
        try await withEndpoint { port, arrivals in
            let destination = try Samples.destination(port: port, set: [format])
            let first = await destination.send(Samples.outgoing(), now: Samples.now)
            #expect(first.outcome == .delivered && first.status == 200 && first.reason == "answered 200")
            let again = await destination.send(Samples.outgoing(), now: Samples.now + .minute)
            #expect(again.outcome == .delivered && again.sha256 == first.sha256)
            let next = await destination.send(Samples.outgoing(version: 8), now: Samples.now)
            #expect(next.outcome == .delivered)
            await destination.shutdown()
            let stats = await arrivals.stats
            #expect(stats["accepted"]?.integer == 2)
            #expect(stats["duplicates"]?.integer == 1)
            #expect(stats["rejected"]?.integer == 0)
        }
    }

    @Test func `a signature that is too old is refused by the receiver`() async throws {
        try await withEndpoint { port, arrivals in
            let attempt = await sendOnce(try Samples.destination(port: port), now: Samples.now - 6 * .minute)
            #expect(attempt.outcome == .config && attempt.status == 401)
            #expect(await arrivals.stats["rejected"]?.integer == 1)
        }
    }

    @Test func `a wait that the endpoint names comes along`() async throws {
        try await withEndpoint { port, arrivals in
            let destination = try Samples.destination(port: port)
            for (status, outcome, wait) in [
                (503, Outcome.retry, 3), (502, .retry, 4), (504, .retry, 5), (429, .throttled, 90_000),
            ] {
                let trouble = Trouble.fail(status: status, retryAfter: wait, location: nil)
                #expect(await arrivals.plan(trouble, times: 1))
                let attempt = await destination.send(Samples.outgoing(), now: Samples.now)
                #expect(attempt.outcome == outcome && attempt.status == status)
                #expect(attempt.retryAfter == min(Int64(wait) * .second, 24 * .hour))
            }
            #expect(await arrivals.plan(.fail(status: 400, retryAfter: 3, location: nil), times: 1))
            let rejected = await destination.send(Samples.outgoing(), now: Samples.now)
            #expect(rejected.outcome == .rejected && rejected.retryAfter == nil)
            #expect(await destination.send(Samples.outgoing(), now: Samples.now).outcome == .delivered)
            await destination.shutdown()
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed`(status: Int) async throws {
        try await withEndpoint { port, arrivals in
            let location = "http://127.0.0.1:\(port)/elsewhere"
            #expect(await arrivals.plan(.fail(status: status, retryAfter: nil, location: location), times: 1))
            let attempt = await sendOnce(try Samples.destination(port: port))
            #expect(attempt.outcome == .config && attempt.status == status)
            #expect(attempt.reason.contains("redirects are not followed"))
            #expect(await arrivals.stats["requests"]?.integer == 1)
        }
    }

    @Test func `no answer after the request went out leaves the outcome unknown`() async throws {
        try await withEndpoint { port, arrivals in
            #expect(await arrivals.plan(.hang(isCommitted: false), times: 1))
            let attempt = await sendOnce(try Samples.destination(port: port, set: ["timeout=1s"]))
            #expect(attempt.outcome == .ambiguous && attempt.status == nil)
            #expect(attempt.reason == "no answer in time")
        }
    }

    @Test func `an endpoint that hangs up without an answer leaves the outcome unknown`() async throws {
        try await withRawServer(answer: nil) { server in
            let attempt = await sendOnce(try Samples.destination(port: server.port))
            #expect(attempt.outcome == .ambiguous && server.connections == 1)
        }
    }

    @Test func `an answer that is not HTTP leaves the outcome unknown`() async throws {
        try await withRawServer(answer: "220 mail.example.com ESMTP\r\n") { server in
            let attempt = await sendOnce(try Samples.destination(port: server.port))
            #expect(attempt.outcome == .ambiguous)
        }
    }

    @Test func `nobody listening is tried again`() async throws {
        let server = try await RawServer.start(answer: nil)
        let port = server.port
        try await server.stop()
        let attempt = await sendOnce(try Samples.destination(port: port))
        #expect(attempt.outcome == .retry && attempt.status == nil)
        #expect(attempt.reason.hasPrefix("no connection"))
    }

    @Test func `a failed TLS handshake is tried again, and nothing of the lead went out`() async throws {
        try await withRawServer(answer: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") { server in
            let settings = try Samples.settings(["url=https://127.0.0.1:\(server.port)/", "allow-private=true"])
            let attempt = await sendOnce(try HTTPSDestination(settings: settings))
            #expect(attempt.outcome == .retry)
            #expect(!server.texts.joined().contains("UserDetails"))
        }
    }

    @Test func `a huge answer is cut, and the status counts`() async throws {
        let body = String(repeating: "x", count: 1_000_000)
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body
        try await withRawServer(answer: answer, closes: false) { server in
            let attempt = await sendOnce(try Samples.destination(port: server.port))
            #expect(attempt.outcome == .delivered)
            let response = try JSON.parse(attempt.exchange)["response"]
            #expect(response?["cut"]?.bool == true)
            #expect(response?["body"]?.string?.utf8.count == 4_096)
        }
    }

    @Test func `an answer whose body never ends is taken by its status`() async throws {
        let answer = "HTTP/1.1 201 Created\r\ncontent-length: 100\r\nx-request-id: r1\r\n\r\nthe start"
        try await withRawServer(answer: answer, closes: false) { server in
            let attempt = await sendOnce(try Samples.destination(port: server.port, set: ["timeout=1s"]))
            #expect(attempt.outcome == .delivered && attempt.status == 201)
            let response = try JSON.parse(attempt.exchange)["response"]
            #expect(response?["body"]?.string == "the start")
            #expect(response?["cut"]?.bool == true)
            #expect(response?["headers"]?["x-request-id"]?.string == "r1")
        }
    }

    @Test func `the exchange has both sides, and the reason neither`() async throws {
        let answer = "HTTP/1.1 422 Unprocessable\r\ncontent-length: 15\r\n\r\nada@example.com"
        try await withRawServer(answer: answer, closes: false) { server in
            let attempt = await sendOnce(try Samples.destination(port: server.port))
            #expect(attempt.outcome == .rejected)
            #expect(!attempt.reason.contains("ada"))
            let exchange = try JSON.parse(attempt.exchange)
            #expect(exchange["request"]?["body"]?.string?.contains("ada@example.com") ?? false)
            #expect(exchange["response"]?["body"]?.string == "ada@example.com")
            #expect(!String(decoding: attempt.exchange, as: UTF8.self).contains("webhook-signature"))
        }
    }

    @Test func `a kept connection that ended meanwhile is opened anew`() async throws {
        try await withRawServer(answer: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") { server in
            let destination = try Samples.destination(port: server.port, set: ["timeout=2s"])
            for version in 1...20 as ClosedRange<Int64> {
                let attempt = await destination.send(Samples.outgoing(version: version), now: Samples.now)
                // The end may come at any moment: unseen, it leaves the outcome unknown, but never is it a failure.
                #expect(attempt.outcome == .delivered || attempt.outcome == .ambiguous)
            }
            await destination.shutdown()
        }
    }

    @Test func `nothing is sent through a destination that was closed`() async throws {
        try await withEndpoint { port, arrivals in
            let destination = try Samples.destination(port: port)
            await destination.shutdown()
            #expect(await sendOnce(destination).outcome == .retry)
            #expect(await arrivals.stats["requests"]?.integer == 0)
        }
    }
}

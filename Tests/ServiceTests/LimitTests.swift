import Leads
import Ledger
import NIOHTTP1
import OrderedJSON
import Synchronization
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct LimitTests {
    static func settings(_ change: (inout ServiceSettings) -> Void) -> ServiceSettings {
        var settings = ServiceSettings()
        change(&settings)
        return settings
    }

    @Test func `a body over the limit is refused by its length, and while it is read`() async throws {
        try await RunningService.run(settings: Self.settings { $0.bodyLimit = 1_000 }) { running in
            let long = String(repeating: "a", count: 1_001)
            let answer = try await running.post("/in/" + running.token, long)
            #expect(answer.status == 413 && answer.problem == "body-too-large")
            #expect(answer.json?["limit"]?.integer == 1_000)
            let chunk = "258\r\n" + String(repeating: "a", count: 600) + "\r\n"
            let chunked = try await running.raw(
                ["POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", chunk, chunk])
            #expect(chunked.hasPrefix("HTTP/1.1 413 "))
            #expect(try running.events() == 0)
        }
    }

    @Test func `a client that goes on after its answer is cut off`() async throws {
        try await RunningService.run(settings: Self.settings { $0.bodyLimit = 1_000 }) { running in
            let chunk = "3e8\r\n" + String(repeating: "a", count: 1_000) + "\r\n"
            let answer = try await running.raw(
                ["POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"]
                    + Array(repeating: chunk, count: 5_000))
            #expect(answer.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `a bomb ends at the limit`() async throws {
        try await RunningService.run { running in
            let answer = try await running.send(
                .POST, "/in/" + running.token, headers: [("Content-Encoding", "gzip")], body: Self.bomb)
            #expect(answer.status == 413 && answer.problem == "body-too-large")
            #expect(try running.events() == 0)
        }
    }

    /// Ten MiB of zeros as gzip: blocks of deflate that each repeat the byte before.
    static let bomb: [UInt8] = {
        // One literal zero, then matches of length 258 at distance 1 with the fixed codes: 0 1100011 0 and 00000.
        var bits: [UInt8] = [1, 1, 0]
        bits += [0, 0, 1, 1, 0, 0, 0, 0]
        for _ in 0..<40_000 { bits += [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0] }
        bits += [0, 0, 0, 0, 0, 0, 0]
        var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
        for start in stride(from: 0, to: bits.count, by: 8) {
            bytes.append(bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.1 << $1.0 })
        }
        return bytes + [0, 0, 0, 0, 0, 0, 0, 0]
    }()

    @Test func `an encoded body is read`() async throws {
        try await RunningService.run { running in
            // {"action":"INS","email":"z@example.com"} in one stored block.
            let text = Array(#"{"action":"INS","email":"z@example.com"}"#.utf8)
            let count = UInt8(text.count)
            let body: [UInt8] = [1, count, 0, ~count, 0xff] + text
            let answer = try await running.send(
                .POST, "/v1/events", key: .ingest,
                headers: [("Content-Encoding", "deflate"), ("Content-Type", "application/json")], body: body)
            #expect(answer.status == 201)
            let unknown = try await running.send(
                .POST, "/v1/events", key: .ingest,
                headers: [("Content-Encoding", "br"), ("Content-Type", "application/json")], body: text)
            #expect(unknown.status == 415)
        }
    }

    @Test func `too many headers and too large ones are refused`() async throws {
        try await RunningService.run { running in
            let many = (0..<101).map { "X-\($0): a\r\n" }.joined()
            let count = try await running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\(many)\r\n"])
            #expect(count.hasPrefix("HTTP/1.1 431 "))
            #expect(count.contains("urn:leadledger:problem:headers-too-large"))
            let large = String(repeating: "a", count: 33_000)
            let field = try await running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\nX-Large: \(large)\r\n\r\n"])
            #expect(field.hasPrefix("HTTP/1.1 431 "))
            let several = (0..<5).map { "X-\($0): \(large.prefix(8_000))\r\n" }.joined()
            let sum = try await running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\(several)\r\n"])
            #expect(sum.hasPrefix("HTTP/1.1 431 "))
            let target = try await running.raw(["GET /\(large) HTTP/1.1\r\nHost: a\r\n\r\n"])
            #expect(target.hasPrefix("HTTP/1.1 4"))
        }
    }

    @Test func `a head that drips in is over when its time is`() async throws {
        let settings = Self.settings { $0.headerTime = 100 * .millisecond }
        try await RunningService.run(settings: settings) { running in
            let answer = try await running.raw(["GET /healthz HTTP/1.1\r\n", "Host: a\r\n", "X-Slow: "])
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("urn:leadledger:problem:request-timeout"))
        }
    }

    @Test func `a body that does not come is over when its time is, and is not recorded`() async throws {
        let settings = Self.settings { $0.bodyTime = 100 * .millisecond }
        try await RunningService.run(settings: settings) { running in
            let answer = try await running.raw([
                "POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                "5\r\n{\"a\":\r\n",
            ])
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(try running.events() == 0)
        }
    }

    @Test func `a connection without a request is closed when its time is over`() async throws {
        let settings = Self.settings { $0.idleTime = 100 * .millisecond }
        try await RunningService.run(settings: settings) { running in
            let answer = try await running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.hasSuffix(#"{"status":"ok"}"#))
        }
    }

    @Test func `a key that asks too often is told to wait`() async throws {
        try await RunningService.run(settings: Self.settings { $0.requestsPerKey = 1 }) { running in
            // Emptied at a time to come, the bucket does not fill before.
            let id = running.home.tokens[.read]?.id ?? ""
            while running.service.pace.take(id, now: .now + .seconds(1_000)) == nil {}
            let refused = try await running.get("/v1/leads", key: .read)
            #expect(refused.status == 429 && refused.problem == "too-many-requests")
            #expect(refused["retry-after"] == "1")
            let answer = try await running.get("/v1/leads", key: .admin)
            #expect(answer.status == 200)
        }
    }

    @Test func `a bucket fills with time and not beyond twice its pace`() {
        let pace = KeyPace(perSecond: 2)
        let start = ContinuousClock.now
        for _ in 0..<4 { #expect(pace.take("a", now: start) == nil) }
        #expect(pace.take("a", now: start) == 1)
        #expect(pace.take("b", now: start) == nil)
        #expect(pace.take("a", now: start + .seconds(1)) == nil)
        for _ in 0..<4 { #expect(pace.take("a", now: start + .seconds(100)) == nil) }
        #expect(pace.take("a", now: start + .seconds(100)) == 1)
    }

    @Test func `events beyond those that may wait are told to come later`() async throws {
        let hold = Hold()
        try await RunningService.run(
            settings: Self.settings { $0.waitingLimit = 1 },
            append: { writer, events in
                await hold.pass()
                return try await writer.append(events)
            }
        ) { running in
            async let first = running.post("/in/" + running.token, RouteTests.lead)
            await hold.arrival()
            let second = try await running.post("/in/" + running.token, RouteTests.lead)
            #expect(second.status == 429 && second.problem == "busy")
            #expect(second["retry-after"] == "1")
            #expect(second.json?["retryAfter"]?.integer == 1)
            #expect(try await running.get("/readyz").json?["waiting"]?.integer == 1)
            await hold.open()
            #expect(try await first.status == 201)
        }
    }

    @Test func `bodies beyond those that fit into memory are told to come later`() async throws {
        let hold = Hold()
        try await RunningService.run(
            settings: Self.settings { $0.bodiesLimit = 100 },
            append: { writer, events in
                await hold.pass()
                return try await writer.append(events)
            }
        ) { running in
            async let first = running.post("/in/" + running.token, RouteTests.lead)
            await hold.arrival()
            let second = try await running.post("/in/" + running.token, RouteTests.lead)
            #expect(second.status == 429 && second.problem == "busy")
            await hold.open()
            #expect(try await first.status == 201)
            #expect(running.metrics.bodies.count == 0)
        }
    }

    @Test func `questions beyond those that may wait are told to come later`() async throws {
        let metrics = Metrics()
        let line = ReadLine(threads: 1, limit: 0, running: metrics.reads)
        #expect(metrics.reads.reserve(1, limit: 1))
        await #expect(throws: Problem.self) { try await line.run {} }
        metrics.reads.release(1)
        #expect(try await line.run { 7 } == 7)
    }
}

/// Holds calls until it is opened, and tells when the first one is there.
actor Hold {
    private var isOpen = false
    private var hasArrived = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var watching: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        hasArrived = true
        for one in watching { one.resume() }
        watching = []
        if !isOpen { await withCheckedContinuation { held.append($0) } }
    }

    func arrival() async {
        if !hasArrived { await withCheckedContinuation { watching.append($0) } }
    }

    func open() {
        isOpen = true
        for one in held { one.resume() }
        held = []
    }
}

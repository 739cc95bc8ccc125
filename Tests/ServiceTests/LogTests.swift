import Leads
import Ledger
import Logging
import Synchronization
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct LogTests {
    @Test func `why a lead was not recorded stands in the line of its request`() async throws {
        try await RunningService.run(append: { _, _ in throw LedgerError.damaged("/home/ledger.db", "page 7") }) {
            running in
            let answer = try await running.post("/in/" + running.token, RouteTests.lead)
            #expect(answer.status == 503 && !answer.text.contains("page 7"))
            let requestID = try #require(answer["x-request-id"])
            let line = try #require(running.lines.all.first { $0.contains(requestID) })
            #expect(line.hasPrefix("error request"), "\(line)")
            for part in ["LedgerError", "/home/ledger.db", "page 7", "shop", "/in/{token}"] {
                #expect(line.contains(part), "\(line)")
            }
            #expect(!line.contains(running.token) && !line.contains("example.com"))
        }
    }

    @Test func `of an error that nobody expected only the type is logged`() async throws {
        struct Odd: Error, CustomStringConvertible { let description = "private words" }
        try await RunningService.run(append: { _, _ in throw Odd() }) { running in
            _ = try await running.post("/v1/events", RouteTests.action, key: .ingest)
            let line = try #require(running.lines.all.first { $0.hasPrefix("error request") })
            #expect(line.contains("Odd") && !line.contains("private words"), "\(line)")
        }
    }

    @Test(arguments: [
        "Content-Length: 40\r\n\r\n{\"action\":\"INS\"}",
        "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"action\":\"INS\"}\r\n",
    ])
    func `a lead that is cut off is told and counted by its endpoint`(rest: String) async throws {
        try await RunningService.run { running in
            _ = try await running.raw(
                ["POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\nX-Request-Id: cut-1\r\n" + rest],
                closesOutput: true)
            // The answer's end may come before the line: another request comes after it on the same threads.
            while !running.metrics.text.contains("broken_off_total{") { await Task.yield() }
            #expect(running.metrics.text.contains(#"leadledger_intake_broken_off_total{endpoint="shop"} 1"#))
            let line = try #require(running.lines.all.first { $0.hasPrefix("warning request broken off") })
            #expect(line.contains("shop") && line.contains("cut-1") && !line.contains("INS"), "\(line)")
            #expect(!running.lines.all.contains { $0.contains("unmatched") || $0.contains(running.token) })
            #expect(try running.events() == 0)
        }
    }

    @Test func `a lead whose body does not come in time is told by its endpoint`() async throws {
        let settings = LimitTests.settings { $0.bodyTime = 100 * .millisecond }
        try await RunningService.run(settings: settings) { running in
            let answer = try await running.raw(
                ["POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n{"])
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            while !running.metrics.text.contains("broken_off_total{") { await Task.yield() }
            #expect(running.metrics.text.contains(#"leadledger_intake_broken_off_total{endpoint="shop"} 1"#))
            #expect(
                running.metrics.text.contains(
                    #"leadledger_http_requests_total{route="/in/{token}",method="POST",status="4xx"} 1"#))
            #expect(!running.lines.all.contains { $0.contains("unmatched") || $0.contains("status\": 500") })
        }
    }

    @Test func `who logs never waits for who reads, and what is dropped is told`() async throws {
        let written = LogLines()
        let (entered, gate) = (Gate(), Gate())
        let lines = LineWriter(
            limit: 3,
            write: { line in
                entered.open()
                gate.pass()
                written.add(String(decoding: line, as: UTF8.self))
            }, tell: { Array("dropped \($0)".utf8) })
        lines.add(Array("first".utf8), level: .notice)
        entered.pass()
        // The writing thread is held with the first line in its hands; these wait.
        for (line, level) in [("a", Logger.Level.notice), ("b", .warning), ("c", .info), ("d", .error), ("e", .info)] {
            lines.add(Array(line.utf8), level: level)
        }
        gate.open()
        await lines.flush(patience: .seconds(60))
        #expect(written.all == ["first", "b", "d", "e", "dropped 2"])
    }

    @Test func `a flush gives up on a file that nobody reads`() async {
        let gate = Gate()
        let lines = LineWriter(write: { _ in gate.pass() }, tell: { _ in [] })
        lines.add([1], level: .error)
        await lines.flush(patience: .milliseconds(10))
        gate.open()
        await lines.flush(patience: .seconds(60))
    }
}

/// Lets threads pass once it is open.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)

    func open() { isOpen.store(true, ordering: .releasing) }

    func pass() { while !isOpen.load(ordering: .acquiring) {} }
}

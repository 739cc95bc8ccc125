import FoundationEssentials
import Leads
import NIOHTTP1
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct HostileTests {
    @Test(arguments: [
        "/in/../../etc/passwd", "/in/%2e%2e/%2e%2e/etc", "/in/%2e%2e", "/in/..", "/in/", "/in", "//in/a", "/in/a/b",
        "/v1/leads/", "/v1//leads", "/v1/leads/a/b", "/..", "/%00", "*", "/healthz/", "/HEALTHZ",
    ])
    func `paths that lead elsewhere lead nowhere`(path: String) async throws {
        try await RunningService.run { running in
            for method in ["GET", "POST"] {
                let answer = try await running.raw(
                    ["\(method) \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"])
                let status = answer.split(separator: " ").dropFirst().first
                #expect(status == "404" || status == "405" || status == "400", "\(method) \(path): \(answer)")
            }
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func `what is no request is refused and ends the connection`(bytes: String) async throws {
        try await RunningService.run { running in
            let answer = try await running.raw([bytes])
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.contains("urn:leadledger:problem:malformed-request"))
            #expect(answer.components(separatedBy: "HTTP/1.1 4").count == 2)
        }
    }

    @Test func `a broken chunk in a body is refused, and the body is not recorded`() async throws {
        try await RunningService.run { running in
            let answer = try await running.raw([
                "POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                "2\r\n{}\r\n", "no number\r\n",
            ])
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(try running.events() == 0)
        }
    }

    @Test(arguments: [
        "Content-Length: 40\r\n\r\n{\"action\":\"INS\"}",
        "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"action\":\"INS\"}\r\n",
    ])
    func `a body that ends early is not recorded`(rest: String) async throws {
        try await RunningService.run { running in
            let answer = try await running.raw(
                ["POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\n" + rest], closesOutput: true)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(try running.events() == 0)
        }
    }

    @Test func `requests in one piece are answered in their order`() async throws {
        try await RunningService.run { running in
            let body = RouteTests.action
            let bytes = [
                "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: one\r\n\r\n",
                "POST /in/\(running.token) HTTP/1.1\r\nHost: a\r\nX-Request-Id: two\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
                "GET /nowhere HTTP/1.1\r\nHost: a\r\nX-Request-Id: three\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: four\r\nConnection: close\r\n\r\n",
            ]
            let answer = try await running.raw([bytes.joined()])
            let ids = answer.components(separatedBy: "\r\n").filter { $0.lowercased().hasPrefix("x-request-id:") }
            #expect(ids.map { $0.split(separator: " ").last.map(String.init) } == ["one", "two", "three", "four"])
            #expect(try running.events() == 1)
        }
    }

    @Test func `a broken request behind a good one does not take its answer`() async throws {
        try await RunningService.run { running in
            let answer = try await running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n"])
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("HTTP/1.1 400 "))
        }
    }

    @Test func `a client that waits for 100 gets it where its body is wanted, and only there`() async throws {
        try await RunningService.run { running in
            let body = RouteTests.action
            let head =
                "Host: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            let taken = try await running.raw(["POST /in/\(running.token) HTTP/1.1\r\n" + head, body])
            #expect(taken.hasPrefix("HTTP/1.1 100 "))
            #expect(taken.contains("HTTP/1.1 201 "))
            let refused = try await running.raw(["POST /in/none HTTP/1.1\r\n" + head, body])
            #expect(refused.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `a Forwarded header is believed of trusted proxies only`() throws {
        let trusting = try Forwarded(trustedProxies: ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"])
        let ours = ["for=192.0.2.60;proto=https", "for=198.51.100.17, for=10.1.2.3"]
        #expect(trusting.client(peer: "127.0.0.1", headers: ours) == "198.51.100.17")
        #expect(trusting.client(peer: "203.0.113.9", headers: ours) == "203.0.113.9")
        #expect(trusting.client(peer: "127.0.0.1", headers: [#"For="[2001:db9::1]:4711""#]) == "2001:db9::1")
        #expect(trusting.client(peer: "127.0.0.1", headers: ["for=192.0.2.1:80"]) == "192.0.2.1")
        #expect(trusting.client(peer: "127.0.0.1", headers: ["for=unknown"]) == "127.0.0.1")
        #expect(trusting.client(peer: "::ffff:10.0.0.1", headers: ["for=192.0.2.1"]) == "192.0.2.1")
        #expect(trusting.client(peer: "127.0.0.1", headers: [#"by="a,b";for=192.0.2.2"#]) == "192.0.2.2")
        #expect(try Forwarded(trustedProxies: []).client(peer: "127.0.0.1", headers: ours) == "127.0.0.1")
        #expect(throws: ServiceError.self) { try Forwarded(trustedProxies: ["everybody"]) }
        #expect(throws: ServiceError.self) { try Forwarded(trustedProxies: ["10.0.0.0/33"]) }
    }

    @Test func `the client that a trusted proxy names stands in the log`() async throws {
        let settings = LimitTests.settings { $0.trustedProxies = ["127.0.0.0/8"] }
        try await RunningService.run(settings: settings) { running in
            _ = try await running.send(.GET, "/healthz", headers: [("Forwarded", "for=192.0.2.60")])
            #expect(running.lines.all.contains { $0.contains("192.0.2.60") })
        }
        try await RunningService.run { running in
            _ = try await running.send(.GET, "/healthz", headers: [("Forwarded", "for=192.0.2.60")])
            #expect(!running.lines.all.contains { $0.contains("192.0.2.60") })
        }
    }
}

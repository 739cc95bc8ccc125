internal import Foundation
internal import TestKit
internal import Testing

/// Requests that mean harm, or that come over a bad line: each costs little, and the service goes on.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HostileTests {
    /// Mebibytes that a service may take above what it began with.
    static let allowance = 192

    @Test func `what is huge, packed, nested or cut off is answered, and memory stays bounded`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let script = "head -c 300000000 /dev/zero | gzip > bomb"
        let made = try await Running(
            "/bin/sh", ["-c", script], folder: home.folder.path, environment: home.environment,
            workingFolder: home.folder.path
        ).ended()
        #expect(made.status == 0, "\(made.err)")
        let bomb = try home.folder.bytes(of: "bomb")
        let service = try await home.serve()
        #expect(try await service.post(path, marketplaceLead(email: "first@example.com")).status == 201)
        let before = try service.memory()

        for _ in 0..<4 {
            let packed = try await service.send(
                Outgoing.post(path, headers: [("Content-Encoding", "gzip")], body: bomb))
            #expect([202, 413].contains(packed.status), "\(packed.text)")
        }
        for (start, end) in [("[", ""), (#"{"a":"#, ""), ("[", "]")] {
            let deep = String(repeating: start, count: 100_000) + String(repeating: end, count: 100_000)
            #expect(try await service.post(path, deep).status == 202)
        }
        let port = service.port
        let (headers, cut) = try await offPool {
            let wire = try Wire(port: port)
            // Whoever sends on after the refusal finds the connection closed.
            let line = "X-Filler: " + String(repeating: "x", count: 8_000) + "\r\n"
            try? wire.send("GET /healthz HTTP/1.1\r\nHost: a\r\n" + String(repeating: line, count: 256) + "\r\n")
            let headers = try? wire.answer()
            let short = try Wire(port: port)
            try short.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{\"cut\":")
            short.endOfSending()
            return (headers?.status, try? short.answer())
        }
        #expect(headers == nil || headers == 431, "\(headers ?? 0)")
        #expect(cut == nil || (400..<500).contains(cut?.status ?? 0), "what was cut off is not taken for a lead")
        #expect(try service.memory("VmHWM") - before < Self.allowance * 1_024)
        #expect(try await service.post(path, marketplaceLead(email: "last@example.com")).status == 201)
        let ended = try await service.stop()
        #expect(!ended.err.contains("Fatal error"))
        #expect(try await home.succeed("leads", "-o", "json").list.count == 2)
        #expect(try await home.succeed("quarantine", "list", "-o", "json").list.allSatisfy { $0["reason"] is String })
    }

    @Test func `paths lead nowhere but to routes`() async throws {
        let home = try await TestHome()
        let token = try await home.endpoint().dropFirst(4)
        let key = try await home.key("read")
        let service = try await home.serve()
        let paths = [
            "/../vault.key", "/in/../../vault.key", "/..%2f..%2fvault.key", "/%2e%2e/vault.key", "/in/..%2f\(token)",
            "//in/\(token)", "/in/\(token)//", "/in/\(token)/..", "/in//\(token)", "/IN/\(token)", "/in/%00",
            "/v1/leads/../events",
            "/v1//leads", "/healthz/", "/.git/config", "/vault.key", "/ledger.db", "*", "/in/",
        ]
        for path in paths {
            for method in ["GET", "POST"] {
                let answer = try await service.send(
                    Outgoing(method, path, headers: [("Authorization", "Bearer \(key)")]))
                #expect([400, 404, 405].contains(answer.status), "\(method) \(path): \(answer.status) \(answer.text)")
                #expect(answer["content-type"] == "application/problem+json" || answer.body.isEmpty, "\(path)")
                #expect(!answer.text.contains(token))
            }
        }
        #expect(try await service.get("/healthz").status == 200)
        try await service.stop()
        #expect(try await home.succeed("events", "-o", "json").list.count == 2)
    }

    @Test func `what is no HTTP, or two things at once, is refused and recorded nowhere`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let lead = marketplaceLead(email: "smuggled@example.com")
        let inner = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(lead.utf8.count)\r\n\r\n\(lead)"
        let requests = [
            "\r\n\r\n\u{16}\u{3}\u{1}", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + inner,
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n" + inner,
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" + inner,
            "POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + inner,
            "POST \(path) HTTP/1.1\r\nHost : a\r\nContent Length: 3\r\n\r\n" + inner,
        ]
        let port = service.port
        for request in requests {
            let status = try await offPool { () -> Int? in
                let wire = try Wire(port: port)
                try? wire.send(request)
                wire.endOfSending()
                return try? wire.answer().status
            }
            #expect(status == nil || (400..<500).contains(status ?? 0), "\(request.prefix(120)): \(status ?? 0)")
        }
        #expect(try await service.get("/healthz").status == 200)
        try await service.stop()
        #expect(try await home.succeed("leads", "-o", "json").list.isEmpty)
    }

    @Test func `connections that say little or nothing keep nobody out, and are ended`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let slow = try (0..<200).map { number in
            let wire = try Wire(port: service.port)
            try wire.send(number % 2 == 0 ? "POST \(path) HTTP/1.1\r\nHost: a\r\nX-Slow: " : "GE")
            return wire
        }
        for number in 0..<20 {
            let answer = try await service.post(path, marketplaceLead(email: "\(number)@example.com"))
            #expect(answer.status == 201)
        }
        // The service does not wait for the rest of a head for ever.
        let first = Slow(wire: slow[0])
        let answer = try await offPool { try? first.wire.answer() }
        #expect(answer == nil || answer?.status == 408)
        try await service.stop()
        #expect(try await home.succeed("leads", "-o", "json").list.count == 20)
    }

    /// A connection that one thread at a time uses.
    private struct Slow: @unchecked Sendable {
        let wire: Wire
    }
}

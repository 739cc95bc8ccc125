import AsyncHTTPClient
import Foundation
import Leads
import Ledger
import NIOCore
import NIOHTTP1
import NIOSSL
import TestKit
import Testing
import Views

@testable import Service

@Suite(.timeLimit(.minutes(10))) struct ConnectionTests {
    @Test func `what was taken is answered before the service ends`() async throws {
        let hold = Hold()
        let answers = Answers()
        try await RunningService.run(append: { writer, events in
            await hold.pass()
            return try await writer.append(events)
        }) { running in
            let taken = Task { try await running.post("/in/" + running.token, RouteTests.lead) }
            await hold.arrival()
            Task {
                // The group is told to end when this body returns; what is held is let go only once that is known.
                while !running.service.isDraining { await Task.yield() }
                await hold.open()
                await answers.keep(try? await taken.value)
            }
        }
        let answer = await answers.next()
        #expect(answer?.status == 201)
        #expect(answer?["connection"] == "close")
    }

    @Test func `a service with a certificate speaks TLS`() async throws {
        let folder = try TemporaryFolder()
        try Self.makeCertificate(folder)
        let certificate = folder.file("cert.pem")
        let settings = LimitTests.settings {
            $0.certificateFile = folder.file("cert.pem")
            $0.keyFile = folder.file("key.pem")
        }
        try await RunningService.run(settings: settings) { running in
            #expect(running.base.hasPrefix("https://"))
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(certificate)
            configuration.certificateVerification = .noHostnameVerification
            var clientConfiguration = HTTPClient.Configuration(tlsConfiguration: configuration)
            clientConfiguration.httpVersion = .http1Only
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
            do {
                let answer = try await client.execute(
                    HTTPClientRequest(url: running.base + "/healthz"), timeout: .seconds(20))
                #expect(answer.status == .ok)
            } catch {
                Issue.record(error)
            }
            try await client.shutdown()
            let plain = try await running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
            #expect(!plain.contains("200"))
        }
    }

    @Test func `a certificate or key that cannot be used is named before the service starts`() throws {
        let folder = try TemporaryFolder()
        try Self.makeCertificate(folder)
        try folder.write(Array("nonsense".utf8), to: "nonsense.pem")
        func error(_ certificate: String?, _ key: String?) -> String {
            let settings = LimitTests.settings {
                $0.certificateFile = certificate.map { folder.file($0) }
                $0.keyFile = key.map { folder.file($0) }
            }
            do {
                _ = try ServerTLS(settings)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(error("cert.pem", "key.pem") == "")
        #expect(error("none.pem", "key.pem").contains("none.pem"))
        #expect(error("nonsense.pem", "key.pem").contains("nonsense.pem"))
        #expect(error("cert.pem", "nonsense.pem").contains("nonsense.pem"))
        #expect(error("cert.pem", nil).contains("both"))
    }

    @Test func `connections beyond the limit wait until one is closed`() async throws {
        let settings = LimitTests.settings {
            $0.connectionLimit = 1
            $0.idleTime = 200 * .millisecond
        }
        try await RunningService.run(settings: settings) { running in
            async let first = running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
            async let second = running.raw(["GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
            for answer in try await [first, second] { #expect(answer.hasPrefix("HTTP/1.1 200 ")) }
        }
    }

    private static func makeCertificate(_ folder: TemporaryFolder) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder.file("key.pem"),
            "-out", folder.file("cert.pem"),
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}

/// An answer that comes later.
actor Answers {
    private var kept: Received??
    private var waiting: CheckedContinuation<Received?, Never>?

    func keep(_ answer: Received?) {
        kept = .some(answer)
        waiting?.resume(returning: answer)
        waiting = nil
    }

    func next() async -> Received? {
        if let kept { return kept }
        return await withCheckedContinuation { waiting = $0 }
    }
}

internal import Foundation
internal import TestKit
internal import Testing

/// `leadledger serve` at work on a home. It is killed when the test lets go of it.
final class RunningService {
    /// As it printed it.
    let url: String
    let port: Int
    private let running: Running
    /// Kept open, so that the service may go on writing.
    private let said: FileHandle

    private init(url: String, port: Int, running: Running, said: FileHandle) {
        self.url = url
        self.port = port
        self.running = running
        self.said = said
    }

    /// Starts it, and returns when it says that it takes requests.
    fileprivate static func start(_ home: TestHome, _ arguments: [String]) async throws -> RunningService {
        let pipe = home.folder.file("said-\(UUID().uuidString)")
        mkfifo(pipe, 0o600)
        var environment = home.environment
        environment["SAID"] = pipe
        let running = try Running(
            "/bin/sh", ["-c", #"exec "$0" "$@" > "$SAID""#, "\(home.programs)/leadledger", "serve"] + arguments,
            folder: home.folder.path, environment: environment)
        // A named pipe opens when both sides did, and ends when the service does: no clock is needed.
        let said = try FileHandle(forReadingFrom: URL(filePath: pipe))
        let text = try await offPool {
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n") {
                let some = said.availableData
                if some.isEmpty { break }
                line += some
            }
            return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard let start = text.range(of: "http://"), let port = URL(string: String(text[start.lowerBound...]))?.port
        else {
            running.send(SIGKILL)
            throw Programs.Missing(description: "serve did not say where it listens: \(try await running.ended().err)")
        }
        return RunningService(url: String(text[start.lowerBound...]), port: port, running: running, said: said)
    }

    deinit { running.send(SIGKILL) }

    var identifier: Int32 { running.identifier }

    func send(_ signal: Int32) { running.send(signal) }

    func ended() async throws -> Ended { try await running.ended() }

    /// Ends it as an operator does; it must end well.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Ended {
        send(signal)
        let ended = try await ended()
        #expect(ended.status == 0, "\(ended.err)", sourceLocation: sourceLocation)
        return ended
    }

    /// Sends one request over a connection of its own.
    func send(_ request: Outgoing) async throws -> Answer {
        let port = port
        return try await offPool {
            let wire = try Wire(port: port)
            try wire.send(request.bytes(closes: true))
            return try wire.answer()
        }
    }

    func post(
        _ path: String, _ body: String, type: String? = "application/json", key: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        var all = headers
        if let type { all.append(("Content-Type", type)) }
        if let key { all.append(("Authorization", "Bearer \(key)")) }
        return try await send(Outgoing("POST", path, headers: all, body: Array(body.utf8)))
    }

    func get(_ path: String, key: String? = nil) async throws -> Answer {
        try await send(Outgoing("GET", path, headers: key.map { [("Authorization", "Bearer \($0)")] } ?? []))
    }

    /// Asks again until the answer fits; the test fails when it never does.
    func get(
        _ path: String, key: String? = nil, until fits: (Answer) throws -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        var answer = try await get(path, key: key)
        while try !fits(answer), .now < deadline { answer = try await get(path, key: key) }
        #expect(try fits(answer), "\(path): \(answer.text)", sourceLocation: sourceLocation)
        return answer
    }

    /// Kibibytes of memory that the process has, by the kernel's name of the figure.
    func memory(_ figure: String = "VmRSS") throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(figure):") })
        return try #require(Int(line.filter(\.isNumber)))
    }
}

/// Runs what blocks on a thread that nothing else waits for.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
    }
}

extension TestHome {
    /// Starts a service on a free port, and returns when it takes requests.
    func serve(_ arguments: String...) async throws -> RunningService {
        try await RunningService.start(self, ["--port", "0"] + arguments)
    }

    /// Makes an endpoint; its path at the service.
    func endpoint(offer: String = "contoso.backup-cloud", name: String? = nil) async throws -> String {
        let arguments = ["endpoint", "add", "--offer", offer, "-o", "json"] + (name.map { ["--name", $0] } ?? [])
        let ended = try await start(arguments).ended()
        #expect(ended.status == 0, "\(ended.err)")
        return "/in/\(try #require(try ended.object["token"] as? String))"
    }

    /// Makes a key of the API.
    func key(_ scope: String, name: String? = nil) async throws -> String {
        let arguments = ["key", "create", "--scope", scope, "-o", "json"] + (name.map { ["--name", $0] } ?? [])
        let ended = try await start(arguments).ended()
        #expect(ended.status == 0, "\(ended.err)")
        return try #require(try ended.object["key"] as? String)
    }
}

/// A lead as the marketplace posts it.
func marketplaceLead(email: String, action: String = "INS", description: String = "Campaigns: ") -> String {
    #"{"UserDetails":{"FirstName":"Some","LastName":"One","Email":"\#(email)","Phone":"16175555555","Country":"USA","#
        + #""Company":"Contoso","Title":"Esquire"},"LeadSource":"AzureMarketplace","ActionCode":"\#(action)","#
        + #""OfferTitle":"Contoso Backup","Description":"\#(description)"}"#
}

internal import Foundation
internal import Synchronization
internal import TestKit

#if canImport(FoundationNetworking)
    internal import FoundationNetworking
#endif

/// A simulated endpoint at work. It tells of each request through a named pipe, so that a test knows at once.
final class Endpoint {
    let url: String
    private let simulator: Running
    private let log: RequestLog

    convenience init(_ home: TestHome, secret: String? = nil) throws {
        try self.init(home, kind: "https", arguments: secret.map { ["--secret-file", $0] } ?? [])
    }

    /// - Parameters:
    ///   - kind: the subcommand of `crm-simulators`.
    ///   - variables: of its environment, besides those of the home.
    init(_ home: TestHome, kind: String, arguments: [String], variables: [String: String] = [:]) throws {
        let folder = home.folder.file("endpoint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["said", "log"] { mkfifo("\(folder)/\(name)", 0o600) }
        var arguments =
            ["-c", #"exec "$0" "$@" > "$SAID""#, "\(home.programs)/crm-simulators", kind] + arguments
        arguments += ["--log", "\(folder)/log"]
        var environment = home.environment.merging(variables) { _, new in new }
        environment["SAID"] = "\(folder)/said"
        simulator = try Running("/bin/sh", arguments, folder: folder, environment: environment)
        let log = RequestLog()
        self.log = log
        let reader = Thread { log.read("\(folder)/log") }
        reader.start()
        let said = try FileHandle(forReadingFrom: URL(filePath: "\(folder)/said"))
        let line = String(decoding: said.availableData, as: UTF8.self)
        guard let start = line.range(of: "http://") else {
            throw Programs.Missing(description: "crm-simulators did not say where it listens")
        }
        url = line[start.lowerBound...].trimmingCharacters(in: .whitespacesAndNewlines)
        self.said = said
    }

    /// Kept open, so that the simulator may go on writing.
    private let said: FileHandle

    deinit { simulator.send(SIGTERM) }

    /// Sends SIGKILL to a process as soon as this many more requests were answered.
    /// - Parameter delay: microseconds that pass before, so that it may hit what follows an answer.
    func kill(_ process: Int32, after requests: Int, delay: UInt32 = 0) {
        log.arm(process, after: requests, delay: delay)
    }

    /// The endpoint's own counts.
    func stats() async throws -> [String: Int] {
        guard let url = URL(string: "\(url)/_stats") else { return [:] }
        let (data, _) = try await URLSession.shared.data(from: url)
        return try JSONSerialization.jsonObject(with: data) as? [String: Int] ?? [:]
    }

    /// What it holds, one object a record.
    func records() async throws -> [[String: Any]] { try await lines("_records") }

    /// What arrived, one object a request.
    func requests() async throws -> [[String: Any]] { try await lines("_log") }

    private func lines(_ path: String) async throws -> [[String: Any]] {
        guard let url = URL(string: "\(url)/\(path)") else { return [] }
        let (data, _) = try await URLSession.shared.data(from: url)
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try JSONSerialization.jsonObject(with: $0) as? [String: Any] ?? [:]
        }
    }

    /// Turns a knob, such as `_slow`.
    func turn(_ knob: String, _ json: String = "") async throws {
        guard let url = URL(string: "\(url)/\(knob)") else { return }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(json.utf8)
        let (data, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 204 else {
            throw Programs.Missing(description: "/\(knob): \(String(decoding: data, as: UTF8.self))")
        }
    }

    /// Calls `body` as soon as this many more requests were answered, from the thread that reads the log.
    func notify(after requests: Int, _ body: @escaping @Sendable () -> Void) { log.arm(after: requests, body) }

    /// What became of the requests so far, and how many of each; `broken` are those that a kill cut off.
    var fates: [String: Int] { log.fates }
}

/// Counts the lines of a simulator's log while they are written.
final class RequestLog: Sendable {
    private struct State {
        var fates: [String: Int] = [:]
        var requests = 0
        var armed: (at: Int, fire: @Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var fates: [String: Int] { state.withLock { $0.fates } }

    func arm(_ process: Int32, after requests: Int, delay: UInt32 = 0) {
        arm(after: requests) {
            if delay > 0 { usleep(delay) }
            kill(process, SIGKILL)
        }
    }

    func arm(after requests: Int, _ fire: @escaping @Sendable () -> Void) {
        state.withLock { $0.armed = ($0.requests + requests, fire) }
        if requests == 0 { fireWhenDue() }
    }

    func read(_ path: String) {
        guard let file = fopen(path, "r") else { return }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        while getline(&line, &capacity, file) > 0 {
            guard let line else { break }
            let object = try? JSONSerialization.jsonObject(with: Data(String(cString: line).utf8)) as? [String: Any]
            var fate = object?["fate"] as? String ?? "unreadable"
            // A killed sender leaves half a request, which is too large or too small for its length.
            if fate == "rejected", object?["status"] as? Int == 413 { fate = "broken" }
            state.withLock { state in
                state.fates[fate, default: 0] += 1
                state.requests += 1
            }
            fireWhenDue()
        }
        free(line)
    }

    private func fireWhenDue() {
        let fire = state.withLock { state -> (@Sendable () -> Void)? in
            guard let armed = state.armed, state.requests >= armed.at else { return nil }
            state.armed = nil
            return armed.fire
        }
        fire?()
    }
}

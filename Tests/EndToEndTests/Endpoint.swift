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

    init(_ home: TestHome, secret: String? = nil) throws {
        let folder = home.folder.file("endpoint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["said", "log"] { mkfifo("\(folder)/\(name)", 0o600) }
        var arguments = ["-c", #"exec "$0" "$@" > "$SAID""#, "\(home.programs)/crm-simulators", "https"]
        arguments += ["--log", "\(folder)/log"]
        if let secret { arguments += ["--secret-file", secret] }
        var environment = home.environment
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
    func kill(_ process: Int32, after requests: Int) { log.arm(process, after: requests) }

    /// The endpoint's own counts.
    func stats() async throws -> [String: Int] {
        guard let url = URL(string: "\(url)/_stats") else { return [:] }
        let (data, _) = try await URLSession.shared.data(from: url)
        return try JSONSerialization.jsonObject(with: data) as? [String: Int] ?? [:]
    }

    /// What became of the requests so far, and how many of each; `broken` are those that a kill cut off.
    var fates: [String: Int] { log.fates }
}

/// Counts the lines of a simulator's log while they are written.
final class RequestLog: Sendable {
    private struct State {
        var fates: [String: Int] = [:]
        var requests = 0
        var armed: (process: Int32, at: Int)?
    }

    private let state = Mutex(State())

    var fates: [String: Int] { state.withLock { $0.fates } }

    func arm(_ process: Int32, after requests: Int) {
        state.withLock { state in
            state.armed = (process, state.requests + requests)
            if requests == 0 { Self.fire(&state) }
        }
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
                if let armed = state.armed, state.requests >= armed.at { Self.fire(&state) }
            }
        }
        free(line)
    }

    private static func fire(_ state: inout State) {
        guard let armed = state.armed else { return }
        kill(armed.process, SIGKILL)
        state.armed = nil
    }
}

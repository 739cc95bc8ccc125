internal import Foundation
internal import TestKit
internal import Testing

/// A home of one test's own, and the program that works on it.
struct TestHome {
    let folder: TemporaryFolder
    let programs: String

    /// - Parameter isMade: whether `init` runs first.
    init(isMade: Bool = true) async throws {
        folder = try TemporaryFolder()
        programs = try Programs.folder()
        if isMade { try await succeed("init") }
    }

    var path: String { folder.file("home") }

    var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["HOME"] = folder.path
        environment["LEADLEDGER_HOME"] = path
        environment["XDG_DATA_HOME"] = nil
        environment["LEADLEDGER_KEY_FILE"] = nil
        environment["PATH"] = "\(programs):\(environment["PATH"] ?? "/usr/bin:/bin")"
        return environment
    }

    func start(_ arguments: [String], program: String = "leadledger", isFed: Bool = false) throws -> Running {
        try Running(
            "\(programs)/\(program)", arguments, folder: folder.path, environment: environment, isFed: isFed)
    }

    /// Runs the program to its end.
    func run(_ arguments: String..., input: String? = nil) async throws -> Ended {
        let running = try start(arguments, isFed: input != nil)
        if let input {
            running.feed(input.utf8)
            running.endOfInput()
        }
        return try await running.ended()
    }

    /// Runs the program, which must end with status 0.
    @discardableResult
    func succeed(
        _ arguments: String..., input: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Ended {
        let running = try start(arguments, isFed: input != nil)
        if let input {
            running.feed(input.utf8)
            running.endOfInput()
        }
        let ended = try await running.ended()
        #expect(ended.status == 0, "\(arguments): \(ended.err)", sourceLocation: sourceLocation)
        return ended
    }

    /// Runs the program, which must fail with one sentence that names `texts`, and print nothing else.
    @discardableResult
    func fail(
        _ arguments: String..., status: Int32 = 1, saying texts: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Ended {
        let ended = try await start(arguments).ended()
        #expect(ended.status == status, "\(arguments): \(ended.err)", sourceLocation: sourceLocation)
        #expect(ended.out.isEmpty, sourceLocation: sourceLocation)
        for text in texts { #expect(ended.err.contains(text), sourceLocation: sourceLocation) }
        #expect(!ended.err.contains("Fatal error"), sourceLocation: sourceLocation)
        return ended
    }

    /// Actions at one offer, each of a customer of its own, as CSV.
    static func csv(_ count: Int) -> String {
        var text = "at,source,action,offer,email\n"
        for row in 0..<count {
            text += "2026-10-01T08:00:00Z,AzureMarketplace,INS,contoso.backup-cloud,customer\(row)@example.com\n"
        }
        return text
    }

    func removeViews() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix("views") {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }
}

/// The keys that a script may rely on are there.
func expectKeys(
    _ keys: String, in object: [String: Any], sourceLocation: SourceLocation = #_sourceLocation
) {
    let missing = keys.split(separator: " ").map(String.init).filter { object[$0] == nil }
    #expect(missing == [], "\(object.keys.sorted())", sourceLocation: sourceLocation)
}

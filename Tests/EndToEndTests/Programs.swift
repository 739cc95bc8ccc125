internal import Foundation
internal import TestKit

/// The programs as they were built, found beside the tests.
enum Programs {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// The root of the checkout.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The folder that holds the programs.
    static func folder() throws -> String {
        // A program that ends while a test still writes to it must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        var candidates: [String] = []
        for start in [Bundle.main.bundleURL, URL(filePath: CommandLine.arguments[0])] {
            var url = start.standardizedFileURL
            for _ in 0..<4 {
                candidates.append(url.path)
                url.deleteLastPathComponent()
            }
        }
        candidates += ["\(root)/.build/debug", "\(root)/.build/release"]
        let found = candidates.first { folder in
            ["leadledger", "crm-simulators", "traffic"].allSatisfy {
                FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
            }
        }
        guard let found else {
            throw Missing(
                description: "leadledger, crm-simulators and traffic are not beside the tests; run: swift build")
        }
        return found
    }
}

/// What a program that ended leaves behind.
struct Ended {
    /// The exit status; 128 and the signal's number when a signal ended it.
    let status: Int32
    let out: String
    let err: String

    /// The one JSON value on standard output.
    var json: Any {
        get throws { try JSONSerialization.jsonObject(with: Data(out.utf8), options: .fragmentsAllowed) }
    }

    /// The same where it is an object; empty otherwise.
    var object: [String: Any] { get throws { try json as? [String: Any] ?? [:] } }

    /// The same where it is a list of objects; empty otherwise.
    var list: [[String: Any]] { get throws { try json as? [[String: Any]] ?? [] } }

    /// The JSON objects on standard output, one a line.
    var lines: [[String: Any]] {
        get throws {
            try out.split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }
        }
    }
}

/// A program at work, which may be fed and killed.
final class Running {
    private let process = Process()
    private let input: Pipe?
    private let ending: AsyncStream<Void>
    private let outFile: String
    private let errFile: String

    /// Starts a program.
    /// - Parameters:
    ///   - folder: where its output gathers.
    ///   - isFed: whether its standard input comes from `feed`.
    init(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String], isFed: Bool = false,
        workingFolder: String? = nil
    ) throws {
        // Output goes to files: a pipe that nobody empties would stop the program.
        let name = UUID().uuidString
        outFile = "\(folder)/\(name).out"
        errFile = "\(folder)/\(name).err"
        for file in [outFile, errFile] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        input = isFed ? Pipe() : nil
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        ending = stream
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        if let workingFolder { process.currentDirectoryURL = URL(filePath: workingFolder) }
        process.standardInput = input ?? FileHandle.nullDevice
        let outputs = [outFile, errFile].map { FileHandle(forWritingAtPath: $0) }
        process.standardOutput = outputs[0]
        process.standardError = outputs[1]
        process.terminationHandler = { _ in continuation.finish() }
        // The program has its own. Foundation keeps a process, and with it these, for good, and cannot start another
        // one once there are many hundreds of open files.
        defer { for output in outputs { try? output?.close() } }
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }

    /// Writes to the standard input; returns once the program, or the pipe's 64 KiB, took all of it.
    func feed(_ bytes: some Sequence<UInt8>) {
        guard let input else { return }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                write(input.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func endOfInput() { try? input?.fileHandleForWriting.close() }

    func send(_ number: Int32) { kill(process.processIdentifier, number) }

    func ended() async throws -> Ended {
        for await _ in ending {}
        // A test whose time is over is cancelled while the program still runs.
        if process.isRunning {
            send(SIGKILL)
            process.waitUntilExit()
        }
        let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return Ended(
            status: process.terminationStatus + signal, out: try String(contentsOfFile: outFile, encoding: .utf8),
            err: try String(contentsOfFile: errFile, encoding: .utf8))
    }
}

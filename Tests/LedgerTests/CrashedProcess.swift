import Foundation

/// A run of `crash-writer` that is killed after so many lines of its output.
struct CrashedProcess {
    /// Every line that the process had written when it died; each says something that was done before.
    let lines: [String]
    /// The process ended by itself before it was to be killed.
    let wasDone: Bool

    /// - Parameter lines: how many lines to read before the process is killed; 0 kills it at once.
    init(_ arguments: [String], killAfter lines: Int) throws {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = Data()
        var count = 0
        while count < lines {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            text.append(more)
            count += more.count { $0 == UInt8(ascii: "\n") }
        }
        kill(process.processIdentifier, SIGKILL)
        text.append(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        self.lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        wasDone = self.lines.last == "done"
    }

    /// The program stands beside the program that runs the tests.
    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "crash-writer")
}

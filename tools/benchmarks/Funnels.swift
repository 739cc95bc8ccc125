import ArgumentParser
import CSQLite
import Foundation

/// The funnel report of a whole ledger, as a command with its start and end.
struct Funnels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "funnel")

    @Option var home: String
    @Option(help: "The leadledger to run.")
    var program: String
    @Option var rounds = 15

    func run() async throws {
        for arguments in [["--version"], ["funnel"], ["funnel", "--mode", "ordered"], ["funnel", "--by", "offer"]] {
            var times: [Double] = []
            for _ in 0..<rounds { times.append(try await seconds { try start(arguments) } * 1_000) }
            print(
                "leadledger \(arguments.joined(separator: " ")): "
                    + String(format: "%.0f ms (%.0f - %.0f)", median(times), times.min() ?? 0, times.max() ?? 0))
        }
    }

    private func start(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments == ["--version"] ? arguments : arguments + ["--home", home]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
    }
}

/// The version of SQLite that was measured.
struct SQLiteVersion: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sqlite")

    func run() { print(String(cString: sqlite3_libversion())) }
}

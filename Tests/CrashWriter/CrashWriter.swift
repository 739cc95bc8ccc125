import Leads
import Ledger
import LedgerTestKit
import TestKit
import Views

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process that is made to be killed: it appends events or folds views in a home, and says on its output what it has
/// done as soon as it is done.
///
/// `crash-writer append HOME FIRST COUNT CALLERS` appends the events FIRST ..< FIRST + COUNT, from CALLERS tasks at
/// once, and prints `seq number` for each answer. `crash-writer views HOME ROUNDS` folds what there is into views,
/// swaps in a rebuild, takes claims, and prints `views seq` after each step.
@main
struct CrashWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let files = LedgerFiles(home: arguments[2])
        let numbers = arguments[3...].compactMap { Int($0) }
        switch arguments[1] {
        case "append": try await append(files, first: numbers[0], count: numbers[1], callers: numbers[2])
        default: try await fold(files, rounds: numbers[0])
        }
    }

    private static func append(_ files: LedgerFiles, first: Int, count: Int, callers: Int) async throws {
        let writer = try LedgerWriter(files: files, rules: .plain, clock: { CrashEvents.time })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for number in stride(from: first + caller, to: first + count, by: callers) {
                        guard let receipt = try await writer.append(CrashEvents.event(number)).receipt else { continue }
                        say("\(receipt.seq) \(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
        try await writer.close()
        say("done")
    }

    private static func fold(_ files: LedgerFiles, rounds: Int) async throws {
        let views = try ViewsWriter(files: files, policy: .september2018)
        for _ in 0..<rounds {
            say("views \(try await views.catchUp())")
            for destination in await views.destinations {
                let claims = try await views.claim(
                    destination: destination, now: Instant(micros: .max), limit: 3)
                say("claims \(claims.count)")
            }
            _ = try await views.rebuild(swap: true)
            say("swapped")
        }
        say("done")
    }

    /// One write for each line, so that a line is there whole or not at all.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
}

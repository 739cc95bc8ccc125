import ArgumentParser
import Foundation
import Leads
import Ledger
import Views

/// Every view of a ledger folded anew. Give it the home of an import, or let it make one.
struct Replays: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "replay")

    @Option var home: String

    func run() async throws {
        let files = LedgerFiles(home: home)
        for name in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: files.views + name) }
        let views = try ViewsWriter(files: files, policy: .september2018)
        var events: Int64 = 0
        let caughtUp = try await seconds { events = try await views.catchUp() }
        print("first fold of \(events) events: \(rate(Double(events) / caughtUp)) events/s")
        let replayed = try await seconds {
            let rebuild = try await views.rebuild(swap: true)
            print(rebuild.views.map { "\($0.name) \($0.rows) rows" }.joined(separator: ", "))
        }
        print("replay, compared and swapped: \(rate(Double(events) / replayed)) events/s")
        print("memory at most \(peakMegabytes()) MB")
        try await views.close()
    }
}

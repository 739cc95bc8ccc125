import ArgumentParser
import Foundation
import Ledger

/// Durable appends: one caller after the other, and 256 at once.
struct Append: AsyncParsableCommand {
    @Option var rounds = 7

    func run() async throws {
        try await withFolder { folder in
            let raw = RawBaseline(folder + "/raw.db")
            let writer = try openWriter(try makeHome(folder + "/home"))
            var next = 0
            var single = Comparison("single durable appends")
            for _ in 0..<rounds {
                let count = 300
                let events = (next..<next + count).map { Samples.event($0, identity: .id(scope: "", "e\($0)")) }
                next += count
                let ours = try await seconds { for event in events { _ = try await writer.append(event) } }
                let theirs = await seconds { raw.append(count, batch: 1) }
                single.add(ours: Double(count) / ours, raw: Double(count) / theirs)
            }
            single.show()
            var many = Comparison("durable appends by 256 callers at once (raw: batches of 256)")
            for _ in 0..<rounds {
                let perCaller = 160
                let count = 256 * perCaller
                let first = next
                next += count
                let events = (first..<next).map { Samples.event($0, identity: .id(scope: "", "e\($0)")) }
                let ours = try await seconds {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for caller in 0..<256 {
                            group.addTask {
                                for index in 0..<perCaller {
                                    _ = try await writer.append(events[caller * perCaller + index])
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                let theirs = await seconds { raw.append(count, batch: 256) }
                many.add(ours: Double(count) / ours, raw: Double(count) / theirs)
            }
            many.show()
            try await writer.close()
            print("memory at most \(peakMegabytes()) MB, \(next) events")
        }
    }
}

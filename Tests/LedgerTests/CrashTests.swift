import Leads
import LedgerTestKit
import TestKit
import Testing
import Views

@testable import Ledger

/// What a process said it has done is there after it was killed at any point, once, and everything goes on from there.
@Suite(.serialized) struct CrashTests {
    /// The seqs of `crash-writer append`'s answers, by the number of the event.
    private func answers(_ process: CrashedProcess) -> [(seq: Int64, number: Int)] {
        process.lines.compactMap { line in
            let parts = line.split(separator: " ").compactMap { Int64($0) }
            return parts.count == 2 ? (parts[0], Int(parts[1])) : nil
        }
    }

    /// The number of each event in the ledger, in order.
    private func recorded(_ home: TemporaryHome) throws -> [String] {
        var ids: [String] = []
        try LedgerReader(files: home.files).events(from: 1, to: .max) { event in
            ids.append(event.id.description)
            return true
        }
        return ids
    }

    private func expectViewsAsRebuilt(_ home: TemporaryHome, _ round: Int) async throws {
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        let seq = try await views.catchUp()
        let rebuild = try await views.rebuild(swap: false)
        try await views.close()
        #expect(try LedgerReader(files: home.files).head().size == seq)
        #expect(rebuild.views.allSatisfy { $0.differences == 0 }, "round \(round): \(rebuild)")
    }

    @Test func `appends survive being killed at any point`() async throws {
        var random = SeededRandom.announced("killed appends")
        var kills = 0
        for life in 0..<10 {
            let home = try TemporaryHome()
            var acknowledged: [Int: Int64] = [:]
            var first = 0
            for round in 0..<24 {
                let callers = [1, 4, 64, 256][random.below(4)]
                let process = try CrashedProcess(
                    ["append", home.files.home, "\(first)", "4000", "\(callers)"],
                    killAfter: round % 6 == 0 ? random.below(4) : random.below(120))
                kills += process.wasDone ? 0 : 1
                for (seq, number) in answers(process) {
                    let known = acknowledged.updateValue(seq, forKey: number)
                    #expect(known == nil || known == seq, "life \(life), round \(round)")
                }
                guard FileBytes.exists(home.files.ledger) else { continue }
                try await check(home, acknowledged, "life \(life), round \(round)")
                if round % 6 == 5 { try await expectViewsAsRebuilt(home, round) }
                // The next one says again part of what this one said.
                first = max(0, (acknowledged.keys.max() ?? 0) - random.below(60))
            }
            let last = first + 50
            try await home.withWriter { writer in
                _ = try await writer.append((0..<last).map { CrashEvents.event($0) })
            }
            let ids = try recorded(home)
            #expect(Set(ids).isSuperset(of: (0..<last).map { "event \($0)" }) && Set(ids).count == ids.count)
            #expect(try home.verify().isOK)
        }
        print("killed appends: \(kills) kills")
        #expect(kills > 200)
    }

    private func check(_ home: TemporaryHome, _ acknowledged: [Int: Int64], _ place: String) async throws {
        // A process that was killed while it began the ledger leaves one that the next writer begins.
        if (try? LedgerReader(files: home.files)) == nil { try await home.withWriter { _ in } }
        let verification = try home.verify()
        #expect(verification.isOK, "\(place): \(verification.findings.prefix(3))")
        let ids = try recorded(home)
        #expect(Set(ids).count == ids.count, "\(place): doubled")
        for (number, seq) in acknowledged where seq > ids.count || ids[Int(seq) - 1] != "event \(number)" {
            Issue.record("\(place): event \(number) was answered with seq \(seq)")
        }
    }

    @Test func `views survive being killed at any point`() async throws {
        var random = SeededRandom.announced("killed views")
        let home = try TemporaryHome()
        var size = 0
        var kills = 0
        for round in 0..<60 {
            let more = 20 + random.below(200)
            let events = (size..<size + more).map { CrashEvents.event($0) }
            try await home.withWriter { _ = try await $0.append(events) }
            size += more
            if round % 15 == 14 { home.deleteDatabase("views.db") }
            let process = try CrashedProcess(["views", home.files.home, "50"], killAfter: random.below(14))
            kills += process.wasDone ? 0 : 1
            try await expectViewsAsRebuilt(home, round)
        }
        print("killed views: \(kills) kills")
        #expect(kills > 30)
    }
}

import Foundation
import Leads
import Ledger
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Views

/// Views can be lost, damaged, of another policy or replaced at any time: the ledger gives them back.
@Suite struct RebuildTests {
    private func filled(_ seed: UInt64 = 7, events: Int64 = 400) async throws -> TemporaryHome {
        let home = try TemporaryHome()
        var history = RandomHistory(SeededRandom(seed: seed), start: home.clock.now)
        let batch = (1...events).map { history.next(seq: $0) }
        try await home.withWriter { _ = try await $0.append(batch) }
        return home
    }

    private func withViews<Result>(
        _ home: TemporaryHome, policy: Policy = .september2018, _ body: (ViewsWriter) async throws -> Result
    ) async throws -> Result {
        let views = try ViewsWriter(files: home.files, policy: policy)
        do {
            let result = try await body(views)
            try await views.close()
            return result
        } catch {
            try? await views.close()
            throw error
        }
    }

    private func expectSound(_ home: TemporaryHome, _ place: String) async throws {
        let (seq, rebuild) = try await withViews(home) { views in
            (try await views.catchUp(), try await views.rebuild(swap: false))
        }
        #expect(seq == 400, "\(place)")
        #expect(rebuild.views.allSatisfy { $0.differences == 0 }, "\(place): \(rebuild)")
    }

    private func eventFiles(_ home: TemporaryHome) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home.files.home).filter { $0.hasSuffix(".events") }
    }

    @Test func `views of another policy are folded anew`() async throws {
        let home = try await filled()
        _ = try await withViews(home) { try await $0.catchUp() }
        let ledger = try LedgerReader(files: home.files)
        #expect(try ViewsReader(files: home.files, ledger: ledger.id, policy: .august2019) == nil)
        let seq = try await withViews(home, policy: .august2019) { try await $0.catchUp() }
        #expect(seq == 400)
        let reader = try ViewsReader(files: home.files, ledger: ledger.id, policy: .august2019)
        #expect(reader?.seq == 400)
        #expect(try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018) == nil)
        #expect(try eventFiles(home).count == 1, "the event file of the old views is gone")
    }

    @Test func `views that are garbage, empty, foreign, of another ledger or newer are folded anew`() async throws {
        let home = try await filled()
        let other = try await filled(8)
        _ = try await withViews(other) { try await $0.catchUp() }
        var files = [[], [UInt8](repeating: 0x5a, count: 30_000), try other.folder.bytes(of: "views.db")]
        let foreign = try Connection(path: home.folder.file("foreign.db"), mode: .create)
        try foreign.execute("CREATE TABLE t (a)")
        try foreign.close()
        files.append(try home.folder.bytes(of: "foreign.db"))
        _ = try await withViews(home) { try await $0.catchUp() }
        let newer = try Connection(path: home.files.views, mode: .readWrite)
        try newer.execute("PRAGMA user_version = 99")
        try newer.close()
        files.append(try home.folder.bytes(of: "views.db"))
        for (index, bytes) in files.enumerated() {
            home.deleteDatabase("views.db")
            try home.folder.write(bytes, to: "views.db")
            try await expectSound(home, "file \(index)")
        }
    }

    @Test func `views whose event file is missing or too short are folded anew`() async throws {
        let home = try await filled()
        for length in [nil, 0, 48 * 399] {
            _ = try await withViews(home) { try await $0.catchUp() }
            let name = try #require(try eventFiles(home).first)
            let bytes = try home.folder.bytes(of: name)
            home.delete(name)
            if let length { try home.folder.write(Array(bytes.prefix(length)), to: name) }
            try await expectSound(home, "\(length ?? -1)")
        }
    }

    @Test func `pages of views.db that are damaged end in views folded anew`() async throws {
        var random = SeededRandom.announced("damaged views")
        let home = try await filled()
        _ = try await withViews(home) { try await $0.catchUp() }
        let sound = try home.folder.bytes(of: "views.db")
        let events = try #require(try eventFiles(home).first)
        let rows = try home.folder.bytes(of: events)
        for round in 0..<60 {
            home.deleteDatabase("views.db")
            var bytes = sound
            let page = random.below(bytes.count / 4_096)
            for index in 0..<4_096 { bytes[page * 4_096 + index] = UInt8(truncatingIfNeeded: random.next()) }
            try home.folder.write(bytes, to: "views.db")
            try home.folder.write(rows, to: events)
            let rebuild = try await withViews(home) { views in
                try await views.catchUp()
                return try await views.rebuild(swap: true)
            }
            #expect(rebuild.events == 400, "round \(round), page \(page)")
            try await expectSound(home, "round \(round)")
            for name in try eventFiles(home) { home.delete(name) }
        }
    }

    @Test func `a comparison says which views differ, and a swap mends them`() async throws {
        let home = try await filled()
        _ = try await withViews(home) { try await $0.catchUp() }
        let connection = try Connection(path: home.files.views, mode: .readWrite)
        try connection.execute(
            """
            UPDATE customer SET state = zeroblob(40) WHERE subject IN (1, 2);
            DELETE FROM lead WHERE key = (SELECT max(key) FROM lead);
            UPDATE attempt SET outcome = 'other' WHERE seq = (SELECT min(seq) FROM attempt);
            DELETE FROM access;
            UPDATE source SET recorded = recorded + 1 WHERE number = 1;
            UPDATE quarantine SET released_by = 5 WHERE seq IN (SELECT seq FROM quarantine ORDER BY seq LIMIT 3);
            UPDATE heartbeat SET name = name || '.' WHERE key = (SELECT min(key) FROM heartbeat)
            """)
        try connection.close()
        let (found, swapped, after) = try await withViews(home) { views in
            let found = try await views.rebuild(swap: false)
            let swapped = try await views.rebuild(swap: true)
            return (found, swapped, try await views.rebuild(swap: false))
        }
        #expect(found.views.map(\.differences) == [2, 1, 0, 0, 1, found.views[5].rows, 1, 3, 1])
        #expect(found.views[5].rows > 0)
        #expect(found.views == swapped.views && swapped.isSwapped && !found.isSwapped)
        #expect(after.views.allSatisfy { $0.differences == 0 })
        #expect(!FileManager.default.fileExists(atPath: home.files.home + "/views-new.db"))
        #expect(try eventFiles(home).count == 1)
    }

    @Test func `a reader goes on in its own state while views are swapped under it`() async throws {
        let home = try await filled()
        let ledger = try LedgerReader(files: home.files)
        try await withViews(home) { views in
            try await views.catchUp()
            let before = try #require(
                try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018))
            let first = try before.leads(of: 1)
            for _ in 0..<3 {
                try await home.withWriter { _ = try await $0.append(.action("INS", email: "c1@example.com")) }
                try await views.catchUp()
                _ = try await views.rebuild(swap: true)
                #expect(before.seq == 400)
                #expect(try before.leads(of: 1) == first)
                #expect(try before.events().count == 400)
            }
            let after = try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018)
            #expect(after?.seq == 403)
            #expect(try after?.events().count == 403)
        }
    }

    @Test func `readers that come while views are swapped always find whole ones`() async throws {
        let home = try await filled(9, events: 60)
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        try await views.catchUp()
        let files = home.files
        let seen = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                for _ in 0..<30 { _ = try await views.rebuild(swap: true) }
                return 0
            }
            for _ in 0..<2 {
                group.addTask {
                    let ledger = try LedgerReader(files: files)
                    var seen = 0
                    for _ in 0..<150 {
                        guard let reader = try ViewsReader(files: files, ledger: ledger.id, policy: .september2018)
                        else { continue }
                        let rows = try reader.events().count
                        #expect(reader.seq == 60 && rows == 60)
                        seen += 1
                    }
                    return seen
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(seen == 300)
        try await views.close()
    }

    @Test func `a second writer of the views is refused`() async throws {
        let home = try await filled(9, events: 20)
        try await withViews(home) { views in
            try await views.catchUp()
            #expect(throws: LedgerError.self) { try ViewsWriter(files: home.files, policy: .september2018) }
        }
    }
}

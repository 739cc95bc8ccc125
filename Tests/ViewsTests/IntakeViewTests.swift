import Leads
import Ledger
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Views

/// Access, sources, quarantine and heartbeats survive what happens to views.
@Suite struct IntakeViewTests {
    private func filled(events: Int64) async throws -> TemporaryHome {
        let home = try TemporaryHome()
        var history = RandomHistory(SeededRandom(seed: 5), start: home.clock.now)
        let batch = (1...events).map { history.next(seq: $0) }
        try await home.withWriter { _ = try await $0.append(batch) }
        return home
    }

    private func open(_ home: TemporaryHome) throws -> ViewsWriter {
        try ViewsWriter(files: home.files, policy: .september2018)
    }

    private func reader(_ home: TemporaryHome, _ ledger: LedgerReader) throws -> ViewsReader? {
        try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018)
    }

    @Test func `who may come in is known before views are folded, and while they lag`() async throws {
        let home = try await filled(events: 600)
        let ledger = try LedgerReader(files: home.files)
        let accessOfLedger = try Access.read(views: nil, ledger: ledger)
        let views = try open(home)
        try await views.catchUp()
        let (access, sources) = (await views.access, await views.sources)
        #expect(access.endpoints.count > 1 && access.keys.count > 1 && sources.all.count > 1)
        #expect(access == accessOfLedger)

        var random = RandomBytes()
        let token = AccessToken.make(.endpoint, random: &random)
        let added = AccessEvent.endpointAdded(token, name: "late", offer: "contoso.app", reason: nil)
        let pulled = PullSettings(name: "late", kind: "azure-table", settings: [:], secrets: [:])
        try await home.withWriter { writer in
            for (type, detail) in [
                (EventType.endpointAdded, added), (.sourceChanged, SourceEvent.changed(pulled, reason: nil)),
            ] {
                _ = try await writer.append(
                    NewEvent(
                        type: type, identity: .none, content: detail, subject: .none, actor: "operator", detail: detail)
                )
            }
        }
        let lagging = try #require(try reader(home, ledger))
        #expect(lagging.seq == 600 && lagging.access.endpoint("late") == nil)
        #expect(try Access.read(views: lagging, ledger: ledger).endpoint("late")?.id == token.id)
        #expect(try Access.read(views: nil, ledger: ledger) == Access.read(views: lagging, ledger: ledger))
        try await views.catchUp()
        #expect(await views.access.endpoint("late")?.hash == token.hash)
        #expect(await views.sources.active.contains { $0.name == "late" })
        try await views.close()
    }

    @Test func `a batch that fails at its end leaves nothing behind, and is folded once`() async throws {
        for table in ["heartbeat", "access", "source", "quarantine"] {
            let home = try await filled(events: 200)
            let ledger = try LedgerReader(files: home.files)
            let views = try open(home)
            try await views.catchUp()
            let (access, sources) = (await views.access, await views.sources)
            var history = RandomHistory(SeededRandom(seed: 6), start: home.clock.now)
            let batch = (1...Int64(100)).map { history.next(seq: $0) }
            try await home.withWriter { _ = try await $0.append(batch) }
            let other = try Connection(path: home.files.views, mode: .readWrite)
            try other.execute(
                """
                CREATE TRIGGER refusal BEFORE INSERT ON \(table)
                BEGIN SELECT RAISE(ABORT, 'refused by a test'); END
                """)
            for _ in 0..<3 {
                await #expect(throws: SQLiteError.self, "\(table)") { try await views.catchUp() }
                let (accessAfter, sourcesAfter) = (await views.access, await views.sources)
                #expect(accessAfter == access && sourcesAfter == sources, "\(table)")
            }
            try other.execute("DROP TRIGGER refusal")
            try other.close()
            #expect(try await views.catchUp() == 300)
            let rebuild = try await views.rebuild(swap: false)
            #expect(rebuild.views.allSatisfy { $0.differences == 0 }, "\(table): \(rebuild)")
            try NaiveIntake(ledger).expectSame(try #require(try reader(home, ledger)), table)
            try await views.close()
        }
    }

    @Test func `a failure that also keeps the file from being read ends in sound views once it is over`() async throws {
        let home = try await filled(events: 200)
        let ledger = try LedgerReader(files: home.files)
        let views = try open(home)
        let other = try Connection(path: home.files.views, mode: .readWrite)
        try other.execute("ALTER TABLE quarantine RENAME TO elsewhere")
        for _ in 0..<2 { await #expect(throws: SQLiteError.self) { try await views.catchUp() } }
        try other.execute("ALTER TABLE elsewhere RENAME TO quarantine")
        try other.close()
        #expect(try await views.catchUp() == 200)
        let rebuild = try await views.rebuild(swap: false)
        #expect(rebuild.views.allSatisfy { $0.differences == 0 }, "\(rebuild)")
        try NaiveIntake(ledger).expectSame(try #require(try reader(home, ledger)), "after all")
        try await views.close()
    }

    @Test func `views of a program that had none of these are folded anew`() async throws {
        let home = try await filled(events: 200)
        let ledger = try LedgerReader(files: home.files)
        let views = try open(home)
        try await views.catchUp()
        try await views.close()
        let old = try Connection(path: home.files.views, mode: .readWrite)
        try old.execute(
            """
            DROP TABLE access; DROP TABLE source; DROP TABLE quarantine; DROP TABLE heartbeat;
            ALTER TABLE destination DROP COLUMN backfill_since; ALTER TABLE destination DROP COLUMN failing_since;
            ALTER TABLE destination DROP COLUMN failing_reason;
            ALTER TABLE destination DROP COLUMN alerted; ALTER TABLE attempt DROP COLUMN adjusted;
            PRAGMA user_version = 1;
            UPDATE progress SET fingerprint = replace(fingerprint, ' access:1 sources:1 quarantine:1 heartbeats:3', '')
            """)
        try old.close()
        #expect(try reader(home, ledger) == nil)
        let again = try open(home)
        #expect(try await again.catchUp() == 200)
        try NaiveIntake(ledger).expectSame(try #require(try reader(home, ledger)), "folded anew")
        try await again.close()
    }

    @Test func `rows that no fold leaves are damage, and are folded anew`() async throws {
        for change in [
            "UPDATE heartbeat SET state = zeroblob(24)",
            "UPDATE heartbeat SET key = 9 << 32 WHERE key = (SELECT min(key) FROM heartbeat)",
            "UPDATE source SET settings = x'7b'", "UPDATE access SET allows = 'everything' WHERE key >= 1 << 33",
        ] {
            let home = try await filled(events: 200)
            let views = try open(home)
            try await views.catchUp()
            try await views.close()
            let connection = try Connection(path: home.files.views, mode: .readWrite)
            try connection.execute(change)
            try connection.close()
            let mended = try open(home)
            #expect(try await mended.catchUp() == 200, "\(change)")
            let rebuild = try await mended.rebuild(swap: false)
            #expect(rebuild.views.allSatisfy { $0.differences == 0 }, "\(change): \(rebuild)")
            try await mended.close()
        }
    }

    @Test func `what a list reads begins at its cursor, by a key`() async throws {
        let home = try await filled(events: 20)
        let views = try open(home)
        try await views.catchUp()
        try await views.withConnection { connection in
            let ordered = [
                ListQueries.leads, ListQueries.deliveries, ListQueries.attempts, ListQueries.quarantine,
            ]
            for query in ordered + [ListQueries.attemptsOfSubject] {
                var steps: [String] = []
                let plan = try connection.prepare("EXPLAIN QUERY PLAN " + query)
                while try plan.step() { steps.append(try plan.text(3)) }
                #expect(steps.first?.hasPrefix("SEARCH") == true, "\(query): \(steps)")
                #expect(steps.count == (ordered.contains(query) ? 1 : 2), "\(query): \(steps)")
            }
        }
        try await views.close()
    }
}

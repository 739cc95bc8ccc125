import Leads
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Ledger

/// Rows of the ledger changed through SQLite, with the triggers out of the way; also by who puts page checksums right,
/// so that leaf hashes and the tree alone must find it.
@Suite struct RowTamperTests {
    private struct Tampering: Sendable {
        let name: String
        /// Applies the change; gives the events that verification must name, none where no single event is concerned.
        let run: @Sendable (Connection, inout SeededRandom) throws -> Set<Int64>
    }

    private static let size = Int64(TamperedLedger.size)

    private static func someEvent(_ random: inout SeededRandom) -> Int64 {
        Int64(random.below(TamperedLedger.size) + 1)
    }

    private static let columns = """
        type, subject, occurred_at, recorded_at, source, action, offer, country, flags, actor, cause, id, identity,
        digest, leaf, detail, contact, body
        """

    private static func change(_ name: String, _ assignment: String) -> Tampering {
        Tampering(name: name) { connection, random in
            let seq = someEvent(&random)
            try connection.execute("UPDATE event SET \(assignment) WHERE seq = \(seq)")
            return [seq]
        }
    }

    private static let changes =
        [
            "type = type + 1", "subject = subject + 1", "occurred_at = occurred_at + 1",
            "occurred_at = -9223372036854775808", "recorded_at = recorded_at + 1", "recorded_at = 9223372036854775807",
            "source = source % 9 + 1", "action = action % 5 + 1", "action = 0", "action = 9999", "action = -1",
            "offer = 1", "country = 0", "flags = flags | 65536", "flags = flags + 4294967296", "actor = 1",
            "cause = cause + 1", "id = randomblob(16)", "id = 'x'", "id = ''", "id = 5", "id = 1.5",
            "id = lower(hex(coalesce(id, 1)))", "identity = randomblob(16)", "digest = randomblob(16)",
            "leaf = randomblob(32)", "leaf = zeroblob(32)",
            "detail = CASE WHEN detail IS NULL THEN zeroblob(0) ELSE NULL END", "detail = CAST('{}' AS BLOB)",
            "contact = NULL", "contact = randomblob(length(contact))", "contact = substr(contact, 2)",
            "body = CAST(coalesce(body, zeroblob(0)) || x'00' AS BLOB)",
            "identity = CAST(digest || identity AS BLOB), digest = zeroblob(0)",
        ].map { change($0, $0) }

    private static let moves = [
        Tampering(name: "a row deleted") { connection, random in
            let seq = someEvent(&random)
            try connection.execute("DELETE FROM event WHERE seq = \(seq)")
            return [seq]
        },
        Tampering(name: "the last rows deleted") { connection, random in
            let first = size - Int64(random.below(40))
            try connection.execute("DELETE FROM event WHERE seq >= \(first)")
            return Set(first...size)
        },
        Tampering(name: "all rows deleted but few") { connection, random in
            let first = someEvent(&random) % 50 + 1
            try connection.execute("DELETE FROM event WHERE seq BETWEEN \(first) AND \(first + 98)")
            return Set(first...first + 98)
        },
        Tampering(name: "a row inserted") { connection, random in
            let place = [size + 1, size + 7, 0, -3, .min, .max][random.below(6)]
            try connection.execute(
                "INSERT INTO event (seq, \(columns)) SELECT \(place), \(columns) FROM event WHERE seq = 5")
            return [place]
        },
        Tampering(name: "two rows swapped") { connection, random in
            let first = someEvent(&random)
            let second = first % size + 1
            try connection.execute(
                """
                UPDATE event SET seq = -1 WHERE seq = \(first); UPDATE event SET seq = \(first) WHERE seq = \(second);
                UPDATE event SET seq = \(second) WHERE seq = -1
                """)
            return [first, second]
        },
        Tampering(name: "a row moved to the end") { connection, random in
            let seq = someEvent(&random)
            try connection.execute("UPDATE event SET seq = \(size + 1) WHERE seq = \(seq)")
            return [seq, size + 1]
        },
        Tampering(name: "columns of two rows swapped") { connection, random in
            let column = ["contact", "leaf", "id"][random.below(3)]
            let (first, second) = (Int64(random.below(200) + 1), Int64(random.below(100) + 201))
            try connection.execute(
                """
                CREATE TEMP TABLE old AS SELECT seq, \(column) AS value FROM event;
                UPDATE event SET \(column) = (SELECT value FROM old WHERE old.seq = \(second)) WHERE seq = \(first);
                UPDATE event SET \(column) = (SELECT value FROM old WHERE old.seq = \(first)) WHERE seq = \(second)
                """)
            return [first, second]
        },
        Tampering(name: "columns of one row swapped") { connection, random in
            let seq = someEvent(&random)
            try connection.execute("UPDATE event SET source = action, action = source WHERE seq = \(seq)")
            return [seq]
        },
        Tampering(name: "a text given a second number") { connection, random in
            let seq = someEvent(&random)
            try connection.execute(
                """
                INSERT INTO term SELECT (SELECT max(number) + 1 FROM term), text FROM term
                    WHERE number = (SELECT action FROM event WHERE seq = \(seq));
                UPDATE event SET action = (SELECT max(number) FROM term) WHERE seq = \(seq)
                """)
            return [seq]
        },
        Tampering(name: "a UUID stored as text") { connection, random in
            let seq = someEvent(&random) / 7 * 7 % size + 2
            try connection.execute(
                """
                UPDATE event SET id = lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-'
                    || substr(hex(id), 13, 4) || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21))
                WHERE seq = \(seq)
                """)
            return [seq]
        },
        Tampering(name: "a term changed") { connection, _ in
            try connection.execute("UPDATE term SET text = 'contoso.another' WHERE text = 'contoso.app3'")
            return Set((1...size).filter { ($0 - 1) % 4 == 3 })
        },
    ]

    /// Changes that concern no single event.
    private static let others = [
        "UPDATE head SET size = size - 1, frontier = substr(frontier, 1, 96)", "UPDATE head SET size = size + 1",
        "UPDATE head SET frontier = randomblob(length(frontier))", "UPDATE head SET frontier = zeroblob(0)",
        "UPDATE head SET subjects = subjects + 1", "UPDATE head SET subjects = 1",
        "UPDATE head SET recorded_at = recorded_at - 1", "DELETE FROM head",
        "UPDATE head SET size = 9223372036854775807, frontier = zeroblob(2016)",
        "UPDATE term SET text = 'X' WHERE number = 3",
        "UPDATE term SET text = 'DNC' WHERE number = 2", "DELETE FROM term WHERE number = 11", "DELETE FROM term",
        "INSERT INTO term VALUES (1000, 'far')", "INSERT INTO term SELECT max(number) + 1, 'more' FROM term",
        "INSERT INTO term VALUES (-1, 'before')", "INSERT INTO term SELECT max(number) + 1, '' FROM term",
        "UPDATE term SET text = CAST(x'ff' AS TEXT) WHERE number = 12", "DELETE FROM ledger",
        "DROP TABLE head", "DROP TABLE event", "DROP TABLE term", "CREATE TABLE more (a)",
        "CREATE INDEX i ON event (type)",
        "CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT 1; END", "ALTER TABLE event ADD COLUMN more TEXT",
        "PRAGMA application_id = 1", "PRAGMA user_version = 0", "PRAGMA user_version = 2", "PRAGMA user_version = -1",
        """
        UPDATE event SET action = 3, leaf = (SELECT leaf FROM event WHERE seq = 3) WHERE seq = 4;
        """,
    ]

    @Test(arguments: [true, false])
    func `each change, deletion, insertion and move of rows is found and named`(checksummed: Bool) async throws {
        var random = SeededRandom.announced("tampered rows")
        let ledger = try await TamperedLedger()
        for round in 0..<5 {
            for tampering in Self.changes + Self.moves {
                var expected: Set<Int64> = []
                let found = try ledger.verify(checksummed: checksummed) { expected = try tampering.run($0, &random) }
                let named = Set(found.findings.compactMap(\.seq))
                #expect(!found.isOK && named == expected, "\(tampering.name), round \(round)")
            }
        }
    }

    @Test(arguments: [true, false])
    func `each change of what stands around the events is found`(checksummed: Bool) async throws {
        let ledger = try await TamperedLedger()
        for sql in Self.others {
            let found = try ledger.verify(checksummed: checksummed) { connection in
                // Some of it SQLite itself refuses while triggers and views lean on it.
                try connection.execute(sql)
            }
            #expect(!found.isOK, "\(sql)")
        }
    }

    @Test func `an event that was replaced together with its leaf hash is found by the tree`() async throws {
        let ledger = try await TamperedLedger()
        for seq in [Int64(1), 2, 150, 299, 300] {
            var event = try #require(try LedgerReader(files: ledger.home.files).event(seq))
            event.cause += 1
            let found = try ledger.verify(checksummed: true) { connection in
                let update = try connection.prepare("UPDATE event SET cause = cause + 1, leaf = ? WHERE seq = ?")
                try update.bind(event.leafHash, at: 1)
                try update.bind(seq, at: 2)
                try update.run()
            }
            #expect(found.findings.map(\.seq) == [nil])
            try ledger.restore()
        }
    }

    @Test func `last events that were cut off together with the head are missed by the lookups`() async throws {
        let ledger = try await TamperedLedger()
        var tree = MerkleTree()
        var leaves: [TreeHash] = []
        try LedgerReader(files: ledger.home.files).events(from: 1, to: 290) { event in
            leaves.append(event.leafHash)
            return true
        }
        for leaf in leaves { tree.append(leaf) }
        let found = try ledger.verify(checksummed: true) { connection in
            try connection.execute("DELETE FROM event WHERE seq > 290")
            let update = try connection.prepare("UPDATE head SET size = 290, frontier = ?")
            try update.bind(tree.frontier, at: 1)
            try update.run()
        }
        #expect(found.findings.compactMap(\.seq) == Array(291...300))
    }

    @Test func `a trigger that was dropped is missed`() async throws {
        let ledger = try await TamperedLedger()
        let connection = try Connection(path: ledger.home.files.ledger, mode: .readWrite, checksummed: true)
        try connection.execute("DROP TRIGGER event_is_not_changed")
        try connection.close()
        #expect(try ledger.home.verify().findings.map(\.what) == ["the schema lacks trigger event_is_not_changed"])
    }
}

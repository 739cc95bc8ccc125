import CSQLite
import Foundation

/// What SQLite itself can do with rows of the ledger's shape: the same columns and sizes, ready-made bytes, one
/// prepared insert, commits that survive a power cut; nothing sealed, hashed, compared or indexed.
final class RawBaseline {
    private var database: OpaquePointer?
    private var insert: OpaquePointer?
    private var seq: Int64 = 0
    private let contact = (0..<230).map { _ in UInt8.random(in: .min ... .max) }
    private let hash = (0..<32).map { _ in UInt8.random(in: .min ... .max) }

    init(_ path: String) {
        check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil))
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA wal_autocheckpoint = 16384")
        run(
            """
            CREATE TABLE event (seq INTEGER PRIMARY KEY, type INTEGER, subject INTEGER, occurred_at INTEGER,
                recorded_at INTEGER, source INTEGER, action INTEGER, offer INTEGER, country INTEGER, flags INTEGER,
                actor INTEGER, cause INTEGER, id BLOB, identity BLOB, digest BLOB, leaf BLOB, detail BLOB,
                contact BLOB, body BLOB)
            """)
        check(
            sqlite3_prepare_v2(
                database, "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &insert, nil))
    }

    deinit {
        sqlite3_finalize(insert)
        sqlite3_close(database)
    }

    /// Inserts `count` rows in commits of `batch`.
    func append(_ count: Int, batch: Int) {
        var left = count
        while left > 0 {
            if batch > 1 { run("BEGIN IMMEDIATE") }
            for _ in 0..<min(batch, left) { insertRow() }
            if batch > 1 { run("COMMIT") }
            left -= min(batch, left)
        }
    }

    private func insertRow() {
        seq += 1
        let now = Int64(1_700_000_000_000_000) + seq
        let numbers = [seq, 1, seq / 2 + 1, now, now, 6, 1, 10, 11, 127, 12, 0]
        for (index, number) in numbers.enumerated() { sqlite3_bind_int64(insert, Int32(index + 1), number) }
        bind(Array(hash[..<16]), 13)
        bind(Array(hash[8..<24]), 14)
        bind(Array(hash[16...]), 15)
        bind(hash, 16)
        bind(contact, 18)
        check(sqlite3_step(insert) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR)
        sqlite3_reset(insert)
    }

    private func bind(_ bytes: [UInt8], _ index: Int32) {
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_blob(insert, index, bytes, Int32(bytes.count), copied)
    }

    private func run(_ sql: String) { check(sqlite3_exec(database, sql, nil, nil, nil)) }

    private func check(_ code: Int32) {
        guard code == SQLITE_OK else { fatalError(String(cString: sqlite3_errmsg(database))) }
    }
}

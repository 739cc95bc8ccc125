import CSQLite
import Dispatch
import SQLite
import TestKit
import Testing

/// Opening, closing, locks and transactions.
struct ConnectionTests {
    let folder: TemporaryFolder
    var path: String { folder.file("test.db") }

    init() throws { folder = try TemporaryFolder() }

    private func made(busyTimeoutMilliseconds: Int32 = 0) throws -> Connection {
        let connection = try Connection(path: path, mode: .create, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        try connection.execute("CREATE TABLE IF NOT EXISTS number (value INTEGER NOT NULL)")
        return connection
    }

    @Test(arguments: [Connection.Mode.readOnly, .readWrite]) func `only create makes a file that is missing`(
        mode: Connection.Mode
    ) throws {
        let error = try #require(#expect(throws: SQLiteError.self) { try Connection(path: path, mode: mode) })
        #expect(error.isUnopenable)
        #expect(error.path == path)
        #expect(throws: (any Error).self) { try folder.bytes(of: "test.db") }
        try made().close()
        #expect(try Connection(path: path, mode: mode).integer("SELECT count(*) FROM number") == 0)
    }

    @Test(arguments: [Connection.Mode.readOnly, .readWrite, .create])
    func `a folder or a missing folder is no database`(
        mode: Connection.Mode
    ) throws {
        for path in [folder.path, folder.file("missing/test.db")] {
            for checksummed in [false, true] {
                let error = try #require(
                    #expect(throws: SQLiteError.self) {
                        try Connection(path: path, mode: mode, checksummed: checksummed)
                    })
                // Unix lets a folder be opened for reading; the first read then fails.
                #expect(error.isUnopenable || error.isInputOutput)
            }
        }
    }

    @Test func `a path is never cut short at a NUL`() throws {
        try made().close()
        #expect(throws: SQLiteError.self) { try Connection(path: path + "\0.other", mode: .readWrite) }
    }

    @Test func `a file that is no database is called damaged`() throws {
        var random = SeededRandom.announced("no database")
        for checksummed in [false, true] {
            try folder.write(random.bytes(8_192), to: "test.db")
            let connection = try Connection(path: path, mode: .readWrite, checksummed: checksummed)
            let error = try #require(
                #expect(throws: SQLiteError.self) { try connection.execute("SELECT count(*) FROM sqlite_schema") })
            #expect(error.isDamaged)
        }
    }

    @Test func `a read-only connection reads and cannot write`() throws {
        try made().execute("INSERT INTO number VALUES (7)")
        let reader = try Connection(path: path, mode: .readOnly)
        #expect(try reader.integer("SELECT value FROM number") == 7)
        for sql in [
            "INSERT INTO number VALUES (8)", "DELETE FROM number", "CREATE TABLE other (a)", "PRAGMA user_version = 3",
        ] {
            let error = try #require(#expect(throws: SQLiteError.self) { try reader.execute(sql) })
            #expect(error.isReadOnly)
        }
        #expect(try reader.integer("SELECT value FROM number") == 7)
    }

    @Test func `a closed connection and its statements throw`() throws {
        let connection = try made()
        let open = try connection.prepare("SELECT value FROM number")
        let standing = try connection.prepare("SELECT 1 UNION SELECT 2")
        #expect(try standing.step())
        #expect(connection.isOpen)
        try connection.close()
        try connection.close()
        #expect(!connection.isOpen)
        for statement in [open, standing] {
            #expect(throws: SQLiteError.self) { _ = try statement.step() }
            #expect(throws: SQLiteError.self) { try statement.run() }
            #expect(throws: SQLiteError.self) { try statement.reset() }
            #expect(throws: SQLiteError.self) { try statement.bind(Int64(1), at: 1) }
            #expect(throws: SQLiteError.self) { try statement.bind("a", at: 1) }
            #expect(throws: SQLiteError.self) { try statement.bind([1] as [UInt8], at: 1) }
            #expect(throws: SQLiteError.self) { try statement.bindNull(at: 1) }
        }
        let error = try #require(#expect(throws: SQLiteError.self) { try connection.execute("SELECT 1") })
        #expect(error.message == "the connection is closed" && error.primaryCode == SQLITE_MISUSE)
        #expect(throws: SQLiteError.self) { try connection.prepare("SELECT 1") }
        #expect(throws: SQLiteError.self) { try connection.transaction {} }
        connection.rollBack()
        #expect(!connection.isInTransaction && connection.changes == 0 && connection.lastInsertRowID == 0)
    }

    @Test func `closing ends an open transaction without its changes`() throws {
        let connection = try made()
        try connection.execute("BEGIN; INSERT INTO number VALUES (1)")
        try connection.close()
        #expect(try made().integer("SELECT count(*) FROM number") == 0)
    }

    @Test(arguments: ["DELETE", "WAL"]) func `a second writer is told that the file is busy`(journal: String) throws {
        let first = try made()
        #expect(try first.text("PRAGMA journal_mode = \(journal)") == journal.lowercased())
        let second = try made()
        try first.transaction {
            try first.execute("INSERT INTO number VALUES (1)")
            let error = try #require(#expect(throws: SQLiteError.self) { try second.transaction {} })
            #expect(error.isBusy)
            #expect(try second.integer("SELECT count(*) FROM number") == 0)
        }
        try second.transaction { try second.execute("INSERT INTO number VALUES (2)") }
        #expect(try first.integer("SELECT count(*) FROM number") == 2)
    }

    @Test func `a commit that readers block fails whole and can be tried again`() throws {
        let writer = try made()
        try writer.execute("INSERT INTO number VALUES (1)")
        let reader = try made()
        let reading = try reader.prepare("SELECT value FROM number")
        #expect(try reading.step())
        let error = try #require(
            #expect(throws: SQLiteError.self) {
                try writer.transaction { try writer.execute("INSERT INTO number VALUES (2)") }
            })
        #expect(error.isBusy)
        #expect(!writer.isInTransaction)
        try reading.reset()
        try writer.transaction { try writer.execute("INSERT INTO number VALUES (3)") }
        #expect(try reader.integer("SELECT sum(value) FROM number") == 4)
    }

    @Test func `writers that wait for each other lose nothing`() throws {
        try made().execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; INSERT INTO number VALUES (0)")
        let path = path
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let connection = try Connection(path: path, mode: .readWrite, busyTimeoutMilliseconds: 60_000)
                for _ in 0..<50 {
                    try connection.transaction { try connection.execute("UPDATE number SET value = value + 1") }
                }
            } catch {
                Issue.record(error)
            }
        }
        #expect(try made().integer("SELECT value FROM number") == 200)
    }

    struct Refusal: Error, Equatable {}

    @Test func `a transaction that throws leaves nothing behind`() throws {
        let connection = try made()
        #expect(throws: Refusal()) {
            try connection.transaction {
                try connection.execute("INSERT INTO number VALUES (1); CREATE TABLE other (a)")
                #expect(connection.isInTransaction)
                throw Refusal()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(throws: SQLiteError.self) {
            try connection.transaction { try connection.execute("INSERT INTO number VALUES (2), (NULL)") }
        }
        #expect(throws: SQLiteError.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO number VALUES (3); INSERT OR ROLLBACK INTO number VALUES (NULL)")
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.integer("SELECT count(*) FROM number") == 0)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 1)
        #expect(try connection.transaction { try connection.integer("SELECT 5") } == 5)
    }

    @Test func `a transaction inside another fails and takes the outer one with it`() throws {
        let connection = try made()
        #expect(throws: SQLiteError.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO number VALUES (1)")
                try connection.transaction { try connection.execute("INSERT INTO number VALUES (2)") }
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.integer("SELECT count(*) FROM number") == 0)
    }

    @Test func `a transaction that its body ended is reported`() throws {
        let connection = try made()
        #expect(throws: SQLiteError.self) { try connection.transaction { connection.rollBack() } }
        connection.rollBack()
        #expect(!connection.isInTransaction)
    }

    @Test func `changes and the last row are those of the last statement`() throws {
        let connection = try made()
        try connection.execute("INSERT INTO number (rowid, value) VALUES (9223372036854775807, 1)")
        #expect(connection.lastInsertRowID == .max)
        try connection.execute("INSERT INTO number (rowid, value) VALUES (1, 1), (2, 2)")
        #expect(connection.changes == 2 && connection.lastInsertRowID == 2)
        try connection.execute("UPDATE number SET value = 0 WHERE value = 1")
        #expect(connection.changes == 2)
    }
}

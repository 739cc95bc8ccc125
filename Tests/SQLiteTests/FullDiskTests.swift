import SQLite
import TestKit
import Testing

/// A full disk stops a write, and takes nothing of what was committed before.
struct FullDiskTests {
    private func made(_ path: String, _ settings: String) throws -> Connection {
        let connection = try Connection(path: path, mode: .create, checksummed: true)
        try connection.execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \(settings); CREATE TABLE kept (value BLOB NOT NULL)"
        )
        return connection
    }

    /// Inserts one row a transaction until there is no room; gives the number of rows that were committed.
    private func fill(_ connection: Connection) throws -> Int64 {
        let insert = try connection.prepare("INSERT INTO kept VALUES (?)")
        for committed in 0..<Int64(10_000) {
            do {
                try connection.transaction {
                    try insert.bind([UInt8](repeating: UInt8(committed % 251), count: 3_000), at: 1)
                    try insert.run()
                }
            } catch let error as SQLiteError {
                #expect(error.isFull, "\(error)")
                #expect(!connection.isInTransaction)
                return committed
            }
        }
        Issue.record("there was always room")
        return 0
    }

    @Test func `a file that may not grow keeps what it has and can be written again`() throws {
        let folder = try TemporaryFolder()
        let connection = try made(folder.file("test.db"), "PRAGMA max_page_count = 40")
        let committed = try fill(connection)
        #expect(committed > 10)
        #expect(try connection.integer("SELECT count(*) FROM kept") == committed)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        try connection.execute("PRAGMA max_page_count = 80")
        #expect(try fill(connection) > 10)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
    }

    @Test(.enabled(if: TinyDisk.canBeMade, "needs the right to mount"))
    func `a disk that is really full keeps every commit`() throws {
        let disk = try TinyDisk(bytes: 512 * 1024)
        let connection = try made(disk.folder.file("test.db"), "PRAGMA wal_autocheckpoint = 0")
        let committed = try fill(connection)
        #expect(committed > 10)
        #expect(try connection.integer("SELECT count(*) FROM kept") == committed)
        #expect(try fill(connection) == 0)

        // As after a crash: another machine opens copies of the files.
        let folder = try TemporaryFolder()
        for name in ["test.db", "test.db-wal"] { try folder.write(try disk.folder.bytes(of: name), to: name) }
        let copy = try Connection(path: folder.file("test.db"), mode: .readWrite, checksummed: true)
        #expect(try copy.integer("SELECT count(*) FROM kept") == committed)
        #expect(try copy.text("PRAGMA integrity_check") == "ok")
        #expect(
            try copy.integer("SELECT count(*) FROM kept WHERE value <> zeroblob(0) AND length(value) = 3000")
                == committed)
    }

    @Test(.enabled(if: TinyDisk.canBeMade, "needs the right to mount"))
    func `a reader that finds no room for shared memory is told that the disk is full`() throws {
        let disk = try TinyDisk(bytes: 512 * 1024)
        let path = disk.folder.file("test.db")
        try made(path, "PRAGMA wal_autocheckpoint = 0").close()
        try disk.fill()
        let error = try #require(
            #expect(throws: SQLiteError.self) {
                try Connection(path: path, mode: .readWrite, checksummed: true).integer("SELECT count(*) FROM kept")
            })
        #expect(error.isFull, "\(error)")
    }

    @Test(.enabled(if: TinyDisk.canBeMade, "needs the right to mount"))
    func `a disk with no room at all cannot take a new file`() throws {
        let disk = try TinyDisk(bytes: 16 * 1024)
        try disk.folder.write([UInt8](repeating: 1, count: 16 * 1024), to: "other")
        let error = try #require(
            #expect(throws: SQLiteError.self) {
                try Connection(path: disk.folder.file("test.db"), mode: .create).execute("CREATE TABLE kept (a)")
            })
        #expect(error.isFull || error.isInputOutput, "\(error)")
    }
}

import Dispatch
import SQLite
import TestKit
import Testing

/// The steps of a schema are taken once, in order, and only in a file that is ours to change.
struct MigratorTests {
    let folder: TemporaryFolder
    let connection: Connection
    var path: String { folder.file("test.db") }
    static let steps = [
        "CREATE TABLE first (a INTEGER); INSERT INTO first VALUES (1);", "ALTER TABLE first ADD COLUMN b INTEGER;",
        "CREATE TABLE third (c); UPDATE first SET b = 3;",
    ]

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.file("test.db"), mode: .create)
    }

    private func migrator(_ count: Int, id: Int32 = 0x4c4c_4731) -> Migrator {
        Migrator(applicationID: id, steps: Array(Self.steps.prefix(count)))
    }

    @Test func `a new file takes every step and says whose it is`() throws {
        #expect(try migrator(3).check(connection) == 0)
        try migrator(3).migrate(connection)
        #expect(try connection.integer("PRAGMA user_version") == 3)
        #expect(try connection.integer("PRAGMA application_id") == 0x4c4c_4731)
        #expect(try connection.integer("SELECT b FROM first") == 3)
        #expect(try migrator(3).check(connection) == 3)
    }

    @Test func `a file takes only the steps it lacks`() throws {
        for count in 0...3 {
            try migrator(count).migrate(connection)
            #expect(try connection.integer("PRAGMA user_version") == Int64(count))
            try migrator(count).migrate(connection)
        }
        #expect(try connection.integer("SELECT count(*) FROM first") == 1)
        #expect(try connection.integer("SELECT b FROM first") == 3)
    }

    @Test func `a file of a newer program is refused and left as it is`() throws {
        try migrator(3).migrate(connection)
        let before = try folder.bytes(of: "test.db")
        let failure = Migrator.Failure.newer(path: path, file: 3, program: 2)
        #expect(throws: failure) { try migrator(2).migrate(connection) }
        #expect(throws: failure) { try migrator(2).check(connection) }
        #expect("\(failure)".contains("newer than the 2"))
        #expect(try folder.bytes(of: "test.db") == before)
    }

    @Test(arguments: [
        "CREATE TABLE theirs (a)", "PRAGMA user_version = 1", "PRAGMA application_id = 77",
        "PRAGMA application_id = -1; PRAGMA user_version = 1", "PRAGMA application_id = 77; PRAGMA user_version = 9",
        "PRAGMA application_id = 1280067377; PRAGMA user_version = -1",
    ]) func `a file of another program is refused and left as it is`(sql: String) throws {
        try connection.execute(sql)
        let before = try folder.bytes(of: "test.db")
        #expect(throws: Migrator.Failure.foreign(path: path)) { try migrator(3).migrate(connection) }
        #expect(throws: Migrator.Failure.foreign(path: path)) { try migrator(3).check(connection) }
        #expect(try folder.bytes(of: "test.db") == before)
    }

    @Test func `a file of another store of ours is refused`() throws {
        try migrator(1).migrate(connection)
        #expect(throws: Migrator.Failure.foreign(path: path)) { try migrator(1, id: 0x4c4c_5631).migrate(connection) }
    }

    @Test func `an id with its highest bit set is compared rightly`() throws {
        try migrator(2, id: -5).migrate(connection)
        #expect(try migrator(2, id: -5).check(connection) == 2)
    }

    @Test func `a step that fails leaves the file at the step before`() throws {
        let broken = Migrator(
            applicationID: 5, steps: [Self.steps[0], "CREATE TABLE half (a); INSERT INTO missing VALUES (1)"])
        #expect(throws: SQLiteError.self) { try broken.migrate(connection) }
        #expect(try connection.integer("PRAGMA user_version") == 1)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 0)
        #expect(!connection.isInTransaction)
        try Migrator(applicationID: 5, steps: [Self.steps[0], "CREATE TABLE half (a)"]).migrate(connection)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 1)
    }

    @Test func `an up-to-date file is checked and migrated through a read-only connection`() throws {
        try migrator(3).migrate(connection)
        let reader = try Connection(path: path, mode: .readOnly)
        #expect(try migrator(3).check(reader) == 3)
        try migrator(3).migrate(reader)
    }

    @Test func `connections that migrate at once take each step once`() throws {
        let path = path
        let steps = (0..<20).map { "CREATE TABLE t\($0) (a); INSERT INTO t\($0) VALUES (1);" }
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let connection = try Connection(path: path, mode: .readWrite, busyTimeoutMilliseconds: 60_000)
                try connection.execute("PRAGMA synchronous = OFF")
                try Migrator(applicationID: 9, steps: steps).migrate(connection)
            } catch {
                Issue.record(error)
            }
        }
        #expect(try connection.integer("PRAGMA user_version") == 20)
        #expect(try connection.integer("SELECT (SELECT count(*) FROM t0) + (SELECT count(*) FROM t19)") == 2)
    }

    @Test func `a damaged file is damaged, not foreign`() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("This is a text, not a database. It is long enough to be read as a page.".utf8), to: "t")
        let connection = try Connection(path: folder.file("t"), mode: .readWrite)
        let error = try #require(#expect(throws: SQLiteError.self) { try migrator(1).migrate(connection) })
        #expect(error.isDamaged)
    }
}

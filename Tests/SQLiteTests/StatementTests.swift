import CSQLite
import SQLite
import Testing

/// A statement is one statement, and what it was used for before leaves no trace.
struct StatementTests {
    let connection: Connection
    /// SQLITE_CONSTRAINT_UNIQUE, a macro that Swift does not see.
    private let uniqueConstraint = SQLITE_CONSTRAINT | 8 << 8

    init() throws {
        connection = try Connection(path: ":memory:", mode: .create)
        try connection.execute("CREATE TABLE pair (a ANY, b ANY, UNIQUE (a)) STRICT")
    }

    private func pairs() throws -> [[String?]] {
        let select = try connection.prepare("SELECT a, b FROM pair ORDER BY rowid")
        var rows: [[String?]] = []
        while try select.step() { rows.append([try select.optionalText(0), try select.optionalText(1)]) }
        return rows
    }

    @Test func `bindings of one use do not reach the next`() throws {
        let insert = try connection.prepare("INSERT INTO pair VALUES (?, ?)")
        try insert.bind("one", at: 1)
        try insert.bind("private", at: 2)
        try insert.run()
        try insert.bind("two", at: 1)
        try insert.run()
        try insert.bind("three", at: 1)
        try insert.bind("private", at: 2)
        try insert.reset()
        try insert.bind("four", at: 1)
        try insert.run()
        #expect(try pairs() == [["one", "private"], ["two", nil], ["four", nil]])
    }

    @Test func `bindings of a use that failed do not reach the next`() throws {
        let insert = try connection.prepare("INSERT INTO pair VALUES (?, ?)")
        try insert.bind("one", at: 1)
        try insert.run()
        try insert.bind("one", at: 1)
        try insert.bind("private", at: 2)
        let error = try #require(#expect(throws: SQLiteError.self) { try insert.run() })
        #expect(error.isConstraint && error.code == uniqueConstraint)
        #expect(!error.description.contains("private"))
        try insert.bind("two", at: 1)
        try insert.run()
        #expect(try pairs() == [["one", nil], ["two", nil]])
    }

    @Test func `a statement that stands on a row takes no new value`() throws {
        let select = try connection.prepare("SELECT ?")
        try select.bind(Int64(1), at: 1)
        #expect(try select.step())
        #expect(throws: SQLiteError.self) { try select.bind(Int64(2), at: 1) }
        #expect(select.integer(0) == 1)
        #expect(try !select.step())
        try select.reset()
        try select.bind(Int64(2), at: 1)
        #expect(try select.step())
        #expect(select.integer(0) == 2)
    }

    @Test(arguments: [
        "SELECT 1", "SELECT 1;", "SELECT 1 ; \n\t\r\u{c} ;;", "SELECT 1; -- and a comment", "SELECT 1 -- comment;\n",
        "SELECT 1; /* comment; SELECT 2 */ -- more\n /**/ ;", "SELECT 1; /* to the end", "-- before\nSELECT 1;--",
        "/* before */ ; SELECT 1; /* * / */",
    ]) func `space and comments around a statement do no harm`(sql: String) throws {
        #expect(try connection.integer(sql) == 1)
    }

    @Test(arguments: [
        "SELECT 1; SELECT 2", "SELECT 1;SELECT 2;", "SELECT 1; x", "SELECT 1; /* a */ SELECT 2",
        "SELECT 1; -- a\n SELECT 2",
        "SELECT 1; DROP TABLE pair", "SELECT 1; - - a", "SELECT 1; / * a */", "SELECT 1; )", "SELECT 1; é",
        "SELECT 1; /*/ SELECT 2 */ SELECT 3",
    ]) func `more text after a statement is refused`(sql: String) throws {
        let error = try #require(#expect(throws: SQLiteError.self) { try connection.prepare(sql) })
        #expect(error.message == "there is more text after the statement")
        #expect(error.sql == sql)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'pair'") == 1)
    }

    @Test func `a statement that is refused for its tail has done nothing`() throws {
        let before = try connection.integer("PRAGMA synchronous")
        #expect(before != 0)
        #expect(throws: SQLiteError.self) { try connection.prepare("SELECT 1; PRAGMA synchronous = OFF") }
        #expect(try connection.integer("PRAGMA synchronous") == before)
    }

    @Test(arguments: ["", " ", ";", "-- nothing", "/* nothing */;"]) func `text without a statement is refused`(
        sql: String
    ) throws {
        let error = try #require(#expect(throws: SQLiteError.self) { try connection.prepare(sql) })
        #expect(error.message == "there is no statement")
    }

    @Test func `SQL is never cut short at a NUL`() throws {
        for sql in ["SELECT 1\0", "SELECT 1;\0 SELECT 2", "INSERT INTO pair VALUES (1, 2);\0DELETE FROM pair"] {
            #expect(throws: SQLiteError.self) { try connection.prepare(sql) }
            #expect(throws: SQLiteError.self) { try connection.execute(sql) }
        }
        #expect(try pairs() == [])
    }

    @Test(arguments: ["SELEC 1", "SELECT * FROM missing", "SELECT (", "SELECT 'open"])
    func `SQL that cannot be compiled names itself and the file`(sql: String) throws {
        let error = try #require(#expect(throws: SQLiteError.self) { try connection.prepare(sql) })
        #expect(error.primaryCode == SQLITE_ERROR)
        #expect(error.description.hasPrefix(":memory:: "))
        #expect(error.description.hasSuffix(sql))
    }

    @Test func `text in double quotes is no literal`() throws {
        for sql in [
            #"SELECT "not a column""#, #"INSERT INTO pair VALUES ("text", 1)"#, #"CREATE INDEX x ON pair ("missing")"#,
            #"SELECT a FROM pair WHERE b = "text""#,
        ] {
            let error = try #require(#expect(throws: SQLiteError.self) { try connection.execute(sql) })
            #expect(error.message.contains("no such column") || error.message.contains("no column"), "\(error)")
        }
        try connection.execute(#"INSERT INTO "pair" ("a") VALUES ('text')"#)
        #expect(try connection.text(#"SELECT "a" FROM pair"#) == "text")
    }

    @Test func `a row from a statement that should have none is an error`() throws {
        let select = try connection.prepare("SELECT 1")
        #expect(throws: SQLiteError.self) { try select.run() }
        #expect(try select.step())
    }

    @Test func `an error in the middle of rows leaves a statement that can be used again`() throws {
        let select = try connection.prepare(
            "SELECT abs(value) FROM (SELECT 1 AS value UNION ALL SELECT -9223372036854775808) WHERE value <> ?")
        try select.bind(Int64(5), at: 1)
        #expect(try select.step())
        let error = try #require(#expect(throws: SQLiteError.self) { _ = try select.step() })
        #expect(error.message == "integer overflow")
        try select.bind(Int64.min, at: 1)
        #expect(try select.step())
        #expect(try !select.step())
    }

    @Test func `a column that is not there reads as NULL`() throws {
        let select = try connection.prepare("SELECT 7")
        #expect(select.isNull(0))
        #expect(try select.step())
        #expect(select.isNull(1) && select.isNull(-1))
        #expect(select.integer(1) == 0)
    }

    @Test func `integer and text answer with the first row or nil`() throws {
        #expect(try connection.integer("SELECT 1 WHERE 0") == nil)
        #expect(try connection.text("SELECT 1 WHERE 0") == nil)
        #expect(try connection.integer("SELECT 3 UNION ALL SELECT 4") == 3)
        #expect(try connection.text("SELECT 'a' UNION ALL SELECT 'b'") == "a")
    }
}

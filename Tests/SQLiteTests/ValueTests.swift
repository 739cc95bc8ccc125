import SQLite
import TestKit
import Testing

/// What is bound comes back byte for byte, and every kind of nothing stays what it is.
struct ValueTests {
    let connection: Connection

    init() throws {
        connection = try Connection(path: ":memory:", mode: .create)
        try connection.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY, value ANY) STRICT")
    }

    /// Stores one value and gives the statement that stands on its row: value, type, length in bytes.
    private func stored(_ bind: (Statement) throws -> Void) throws -> Statement {
        let insert = try connection.prepare("INSERT INTO kept (value) VALUES (?)")
        try bind(insert)
        try insert.run()
        let select = try connection.prepare(
            "SELECT value, typeof(value), length(CAST(value AS BLOB)) FROM kept ORDER BY number DESC LIMIT 1")
        #expect(try select.step())
        return select
    }

    @Test(arguments: [0, 1, 2, 31, 4_095, 4_096, 4_097, 65_536, 5_000_000])
    func `a blob of any length comes back as it went in`(length: Int) throws {
        var random = SeededRandom.announced("blob of \(length) bytes")
        let bytes = random.bytes(length)
        let row = try stored { try $0.bind(bytes, at: 1) }
        #expect(try row.text(1) == "blob")
        #expect(row.integer(2) == Int64(length))
        #expect(row.bytes(0) == bytes)
        #expect(row.optionalBytes(0) == bytes)
        #expect(row.withBytes(0) { $0.elementsEqual(bytes) })
        let again = try stored { statement in try bytes.withUnsafeBytes { try statement.bind($0, at: 1) } }
        #expect(again.bytes(0) == bytes)
    }

    @Test func `a blob of length zero is not NULL`() throws {
        for bind in [
            { try $0.bind([UInt8](), at: 1) }, { try $0.bind(UnsafeRawBufferPointer(start: nil, count: 0), at: 1) },
            { try $0.bind([UInt8]()[...].withUnsafeBytes { $0 }, at: 1) },
        ] as [(Statement) throws -> Void] {
            let row = try stored(bind)
            #expect(try row.text(1) == "blob")
            #expect(row.integer(2) == 0)
            #expect(!row.isNull(0))
            #expect(row.optionalBytes(0) == [])
        }
    }

    @Test func `NULL is nothing of any kind`() throws {
        for bind in [
            { try $0.bindNull(at: 1) }, { try $0.bind(nil as [UInt8]?, at: 1) }, { try $0.bind(nil as String?, at: 1) },
            { try $0.bind(nil as Int64?, at: 1) }, { _ in },
        ] as [(Statement) throws -> Void] {
            let row = try stored(bind)
            #expect(try row.text(1) == "null")
            #expect(row.isNull(0))
            #expect(!row.isText(0))
            #expect(row.optionalBytes(0) == nil)
            #expect(try row.optionalText(0) == nil)
            #expect(row.optionalInteger(0) == nil)
            #expect(row.bytes(0) == [])
            #expect(try row.text(0) == "")
            #expect(row.integer(0) == 0)
        }
    }

    @Test(arguments: [
        "", "\0", "a\0b", "\0\0\0", "ends in NUL\0", "é", "e\u{301}", "\u{1f600}", "\u{feff}x", "\u{10ffff}", "'\"`;--",
        " \t\r\n", "\u{fffd}", "\u{fffe}",
    ]) func `text comes back byte for byte`(text: String) throws {
        let bytes = Array(text.utf8)
        for bind in [{ try $0.bind(text, at: 1) }, { try $0.bindText(bytes, at: 1) }] as [(Statement) throws -> Void] {
            let row = try stored(bind)
            #expect(try row.text(1) == "text")
            #expect(row.integer(2) == Int64(bytes.count))
            #expect(row.isText(0) && !row.isNull(0))
            #expect(Array(try row.text(0).utf8) == bytes)
            #expect(Array(try #require(try row.optionalText(0)).utf8) == bytes)
            #expect(row.bytes(0) == bytes)
        }
    }

    @Test func `several megabytes of text come back byte for byte`() throws {
        let text = String(repeating: "Zoë \0 \u{1f600} ", count: 300_000)
        let row = try stored { try $0.bind(text, at: 1) }
        #expect(row.integer(2) == Int64(text.utf8.count))
        #expect(try row.text(0).utf8.elementsEqual(text.utf8))
    }

    @Test func `text and a blob of the same bytes stay different values`() throws {
        let text = try stored { try $0.bind("abc", at: 1) }
        let blob = try stored { try $0.bind(Array("abc".utf8), at: 1) }
        #expect(text.isText(0) && !blob.isText(0))
        #expect(text.bytes(0) == blob.bytes(0))
        #expect(try connection.integer("SELECT count(DISTINCT value) FROM kept") == 2)
    }

    @Test(
        arguments: [
            [0xff], [0x61, 0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0x61, 0x00, 0xff],
        ] as [[UInt8]]) func `text that is not UTF-8 is an error and never repaired`(bytes: [UInt8]) throws
    {
        let row = try stored { try $0.bindText(bytes, at: 1) }
        let error = try #require(#expect(throws: SQLiteError.self) { try row.text(0) })
        #expect(error.message == "column 0 holds text that is not UTF-8")
        #expect(throws: SQLiteError.self) { try row.optionalText(0) }
        #expect(row.bytes(0) == bytes)
    }

    @Test(arguments: [.min, .min + 1, -4_294_967_297, -1, 0, 1, 4_294_967_296, 9_007_199_254_740_993, .max - 1, .max])
    func `a number of 64 bits comes back exactly`(number: Int64) throws {
        for bind in [
            { try $0.bind(number, at: 1) }, { try $0.bind(Optional(number), at: 1) },
        ] as [(Statement) throws -> Void] {
            let row = try stored(bind)
            #expect(try row.text(1) == "integer")
            #expect(row.integer(0) == number)
            #expect(row.optionalInteger(0) == number)
            #expect(try row.text(0) == "\(number)")
        }
        #expect(try connection.integer("SELECT value FROM kept") == number)
    }

    @Test(arguments: [
        0, -0.0, 0.1, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, .infinity, 9_007_199_254_740_992,
    ])
    func `a floating-point number comes back bit for bit, but for the sign of zero`(number: Double) throws {
        let row = try stored { try $0.bind(number, at: 1) }
        #expect(try row.text(1) == "real")
        #expect(row.double(0) == number)
    }

    @Test func `a parameter that the statement lacks is refused`() throws {
        let insert = try connection.prepare("INSERT INTO kept (value) VALUES (?)")
        for index in [-1, 0, 2] as [Int32] {
            #expect(throws: SQLiteError.self) { try insert.bind(Int64(1), at: index) }
            #expect(throws: SQLiteError.self) { try insert.bind("text", at: index) }
            #expect(throws: SQLiteError.self) { try insert.bindText([0x61], at: index) }
            #expect(throws: SQLiteError.self) { try insert.bind([1] as [UInt8], at: index) }
            #expect(throws: SQLiteError.self) { try insert.bind([] as [UInt8], at: index) }
            #expect(throws: SQLiteError.self) { try insert.bind(0.5, at: index) }
            #expect(throws: SQLiteError.self) { try insert.bindNull(at: index) }
        }
    }

    @Test func `a value over the limit of SQLite is refused whole`() throws {
        // SQLite's own limit is a billion bytes; zeroblob reaches it without memory.
        let error = try #require(
            #expect(throws: SQLiteError.self) {
                try connection.execute("INSERT INTO kept (value) VALUES (zeroblob(2000000000))")
            })
        #expect(error.message == "string or blob too big")
        #expect(try connection.integer("SELECT count(*) FROM kept") == 0)
    }

    @Test func `random values of every kind come back as they went in`() throws {
        var random = SeededRandom.announced("values through SQLite")
        let insert = try connection.prepare("INSERT INTO kept (value) VALUES (?)")
        let select = try connection.prepare("SELECT value, typeof(value) FROM kept WHERE number = ?")
        for _ in 0..<1_000 {
            let number = Int64(bitPattern: random.next()) >> Int64(random.below(64))
            let bytes = random.bytes(random.below(200))
            let kind = random.below(4)
            switch kind {
            case 0: try insert.bind(number, at: 1)
            case 1: try insert.bind(bytes, at: 1)
            case 2: try insert.bindText(bytes, at: 1)
            default: try insert.bind(String(decoding: bytes, as: UTF8.self), at: 1)
            }
            try insert.run()
            try select.bind(connection.lastInsertRowID, at: 1)
            #expect(try select.step())
            #expect(try select.text(1) == ["integer", "blob", "text", "text"][kind])
            switch kind {
            case 0: #expect(select.integer(0) == number)
            case 1, 2: #expect(select.bytes(0) == bytes)
            default: #expect(try select.text(0) == String(decoding: bytes, as: UTF8.self))
            }
            try select.reset()
        }
    }
}

import SQLite
import TestKit
import Testing

/// Every byte of a checksummed file is accounted for, and SQLite needs nothing of ours to read it.
struct PageChecksumTests {
    let folder: TemporaryFolder
    var path: String { folder.file("test.db") }

    init() throws { folder = try TemporaryFolder() }

    private func open(_ mode: Connection.Mode = .create) throws -> Connection {
        try Connection(path: path, mode: mode, checksummed: true)
    }

    /// A file of some forty pages: a table, an index, long rows that overflow their page, and free pages.
    private func fill(_ connection: Connection, settings: String = "PRAGMA journal_mode = WAL") throws {
        try connection.execute(
            """
            \(settings);
            CREATE TABLE kept (number INTEGER PRIMARY KEY, text TEXT, value BLOB) STRICT;
            CREATE INDEX kept_text ON kept (text);
            CREATE TABLE gone (a);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
                INSERT INTO kept SELECT i, 'row ' || i, randomblob(i * 40) FROM n;
            INSERT INTO kept VALUES (61, 'long', randomblob(20000));
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
                INSERT INTO gone SELECT randomblob(900) FROM n;
            DROP TABLE gone;
            PRAGMA wal_checkpoint(TRUNCATE);
            """)
    }

    private func filledAndClosed() throws -> DatabasePages {
        let connection = try open()
        try fill(connection)
        try connection.close()
        return DatabasePages(try folder.bytes(of: "test.db"))
    }

    @Test func `every page of a checksummed file is intact`() throws {
        let pages = try filledAndClosed()
        #expect(pages.count > 30)
        #expect(pages.damaged == [])
    }

    @Test(arguments: [512, 1_024, 4_096, 65_536]) func `every page size is sealed`(size: Int) throws {
        let connection = try open()
        try fill(connection, settings: "PRAGMA page_size = \(size); PRAGMA journal_mode = WAL")
        try connection.close()
        let pages = DatabasePages(try folder.bytes(of: "test.db"))
        #expect(pages.size == size)
        #expect(pages.damaged == [])
    }

    @Test(arguments: ["DELETE", "TRUNCATE", "PERSIST"]) func `a file without a write-ahead log is sealed too`(
        journal: String
    ) throws {
        let connection = try open()
        try fill(connection, settings: "PRAGMA journal_mode = \(journal)")
        try connection.execute("BEGIN; DELETE FROM kept; ROLLBACK; UPDATE kept SET text = 'x' WHERE number = 3; VACUUM")
        try connection.close()
        #expect(DatabasePages(try folder.bytes(of: "test.db")).damaged == [])
    }

    @Test func `random work leaves every page intact after each checkpoint`() throws {
        var random = SeededRandom.announced("checksums under random work")
        var connection = try open()
        try fill(connection)
        try connection.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = 10")
        for round in 0..<25 {
            for _ in 0..<20 {
                let number = random.below(200)
                switch random.below(6) {
                case 0: try connection.execute("DELETE FROM kept WHERE number % 7 = \(number % 7)")
                case 1:
                    try connection.execute(
                        "UPDATE kept SET value = randomblob(\(number * 31)) WHERE number = \(number)")
                case 2:
                    try connection.execute(
                        "CREATE TABLE t AS SELECT * FROM kept, kept k LIMIT 500; DROP TABLE t")
                case 3: try connection.execute("BEGIN; UPDATE kept SET text = text || 'x'; ROLLBACK")
                default:
                    try connection.execute(
                        "INSERT OR REPLACE INTO kept VALUES (\(number), 'r\(number)', randomblob(\(number * 53)))")
                }
            }
            if round % 10 == 9 { try connection.execute("VACUUM") }
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            #expect(DatabasePages(try folder.bytes(of: "test.db")).damaged == [], "round \(round)")
            if random.below(3) == 0 {
                try connection.close()
                connection = try open(.readWrite)
                try connection.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = 10")
            }
        }
    }

    @Test func `a flipped bit anywhere in the file is found`() throws {
        var pages = try filledAndClosed()
        var random = SeededRandom.announced("flipped bits")
        for offset in pages.bytes.indices {
            let bit = UInt8(1) << UInt8(random.below(8))
            pages.bytes[offset] ^= bit
            if pages.isIntact(offset / pages.size) { Issue.record("byte \(offset), bit \(bit)") }
            pages.bytes[offset] ^= bit
        }
        #expect(pages.damaged == [])
    }

    @Test func `random damage of any extent is found`() throws {
        let sound = try filledAndClosed()
        var random = SeededRandom.announced("random damage")
        for _ in 0..<150 {
            var pages = sound
            let start = random.below(pages.bytes.count)
            let length = min(pages.bytes.count - start, 1 + random.below([8, 100, 4_096, 20_000][random.below(4)]))
            let bytes = Bool.random(using: &random) ? random.bytes(length) : [UInt8](repeating: 0, count: length)
            pages.bytes.replaceSubrange(start..<start + length, with: bytes)
            let changed = (0..<pages.count).filter { pages.page($0) != sound.page($0) }
            #expect(pages.damaged == changed, "\(length) bytes at \(start)")
        }
    }

    @Test func `exchanged and copied pages are found`() throws {
        let sound = try filledAndClosed()
        for first in 0..<sound.count {
            for second in 0..<sound.count where first != second {
                var pages = sound
                pages.bytes.replaceSubrange(sound.range(first), with: sound.page(second))
                #expect(pages.damaged == [first])
                guard second > first else { continue }
                pages.bytes.replaceSubrange(sound.range(second), with: sound.page(first))
                #expect(pages.damaged == [first, second])
            }
        }
    }

    @Test func `a page written by an ordinary connection is found`() throws {
        let sound = try filledAndClosed()
        let ordinary = try Connection(path: path, mode: .readWrite)
        try ordinary.execute("UPDATE kept SET text = 'forged' WHERE number = 7; PRAGMA wal_checkpoint(TRUNCATE)")
        try ordinary.close()
        let pages = DatabasePages(try folder.bytes(of: "test.db"))
        let changed = (0..<sound.count).filter { pages.page($0) != sound.page($0) }
        #expect(!changed.isEmpty)
        #expect(pages.damaged == changed)
    }

    @Test func `a write-ahead log that another connection brings in is sealed by ours alone`() throws {
        let ours = try open()
        try fill(ours)
        let ordinary = try Connection(path: path, mode: .readWrite)
        try ordinary.execute("INSERT INTO kept VALUES (900, 'theirs', NULL)")
        try ours.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        #expect(DatabasePages(try folder.bytes(of: "test.db")).damaged == [])
        try ours.execute("INSERT INTO kept VALUES (901, 'ours', NULL)")
        try ordinary.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        #expect(DatabasePages(try folder.bytes(of: "test.db")).damaged != [])
    }

    @Test func `SQLite reads, checks and writes the file without our layer`() throws {
        let ours = try open()
        try fill(ours)
        let sum = try ours.text("SELECT group_concat(number || text || hex(value)) FROM kept")
        try ours.close()
        let ordinary = try Connection(path: path, mode: .readWrite)
        #expect(try ordinary.text("PRAGMA integrity_check") == "ok")
        #expect(try ordinary.text("SELECT group_concat(number || text || hex(value)) FROM kept") == sum)
        try ordinary.execute("INSERT INTO kept VALUES (900, 'theirs', NULL); VACUUM")
        #expect(try ordinary.text("PRAGMA integrity_check") == "ok")
        try ordinary.close()
        #expect(try open(.readOnly).integer("SELECT count(*) FROM kept") == 62)
    }

    @Test func `a copy that SQLite makes through our layer is sealed`() throws {
        let connection = try open()
        try fill(connection)
        try connection.execute("VACUUM INTO '\(folder.file("copy.db"))'")
        #expect(DatabasePages(try folder.bytes(of: "copy.db")).damaged == [])
    }

    @Test func `an empty file opened for writing is sealed like a new one`() throws {
        try folder.write([], to: "test.db")
        let connection = try open(.readWrite)
        try fill(connection)
        try connection.close()
        #expect(DatabasePages(try folder.bytes(of: "test.db")).damaged == [])
    }

    @Test(arguments: [Connection.Mode.create, .readWrite])
    func `a file made without room for checksums is never written`(
        mode: Connection.Mode
    ) throws {
        let ordinary = try Connection(path: path, mode: .create)
        try fill(ordinary, settings: "PRAGMA journal_mode = DELETE")
        try ordinary.close()
        let before = try folder.bytes(of: "test.db")
        let connection = try open(mode)
        #expect(try connection.integer("SELECT count(*) FROM kept") == 61)
        for sql in ["UPDATE kept SET text = 'x'", "VACUUM", "CREATE TABLE other (a)"] {
            let error = try #require(#expect(throws: SQLiteError.self) { try connection.execute(sql) })
            #expect(error.isReadOnly, "\(error)")
        }
        try connection.close()
        #expect(try folder.bytes(of: "test.db") == before)
        #expect(try Connection(path: path, mode: .readOnly).text("PRAGMA integrity_check") == "ok")
    }

    @Test func `a new file attached to a checksummed connection is refused rather than damaged`() throws {
        let connection = try open()
        try connection.execute("ATTACH '\(folder.file("other.db"))' AS other")
        #expect(throws: SQLiteError.self) { try connection.execute("CREATE TABLE other.t (a)") }
        try connection.execute("CREATE TEMP TABLE t (a); INSERT INTO t VALUES (1)")
        #expect(try connection.integer("SELECT a FROM t") == 1)
    }

    @Test func `the page that SQLite keeps for its locks is never written and must be zero`() {
        let lockPage = UInt64(0x4000_0000 / 4_096) + 1
        var page = [UInt8](repeating: 0, count: 4_096)
        #expect(page.withUnsafeBytes { PageChecksums.isIntact($0, number: lockPage) })
        #expect(!page.withUnsafeBytes { PageChecksums.isIntact($0, number: lockPage + 1) })
        page[4_095] = 1
        #expect(!page.withUnsafeBytes { PageChecksums.isIntact($0, number: lockPage) })
    }

    @Test func `what is too short for a page is not intact`() {
        for length in [0, 1, 8, 511] {
            let bytes = [UInt8](repeating: 0, count: length)
            #expect(!bytes.withUnsafeBytes { PageChecksums.isIntact($0, number: 1) })
        }
    }
}

/// The bytes of a database file, page by page (https://sqlite.org/fileformat.html); the first page is at index 0.
struct DatabasePages {
    var bytes: [UInt8]
    let size: Int
    var count: Int { bytes.count / size }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let written = Int(bytes[16]) << 8 | Int(bytes[17])
        // Two bytes cannot hold 65536, so the format writes 1 for it.
        size = written == 1 ? 65_536 : written
        precondition(bytes.count % size == 0)
    }

    func range(_ index: Int) -> Range<Int> { index * size..<(index + 1) * size }
    func page(_ index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    func isIntact(_ index: Int) -> Bool {
        bytes.withUnsafeBytes {
            PageChecksums.isIntact(UnsafeRawBufferPointer(rebasing: $0[range(index)]), number: UInt64(index) + 1)
        }
    }

    var damaged: [Int] { (0..<count).filter { !isIntact($0) } }
}

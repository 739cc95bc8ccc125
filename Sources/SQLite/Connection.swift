internal import CSQLite

/// One open database file, for one owner.
///
/// A connection and its statements are not `Sendable`: whoever opened them uses them alone, so SQLite's own mutexes are
/// switched off. Errors carry extended result codes. Text in double quotes is refused as a literal. Every size passed
/// to SQLite is in bytes, so NUL bytes and empty values survive unchanged.
package final class Connection {
    /// The version of the SQLite library that is linked, such as `3.40.1`.
    package static var libraryVersion: String { String(cString: sqlite3_libversion()) }

    package enum Mode: Sendable {
        /// The file must exist and is never written. In a folder that cannot be written to, a copy on other media for
        /// one, it is taken to be changed by nobody.
        case readOnly
        /// The file must exist.
        case readWrite
        /// The file is made when it is missing.
        case create
    }

    package let path: String
    // One owner uses a connection, and every call of a statement asks: checking that again costs a tenth of a fold.
    @exclusivity(unchecked) private var handle: OpaquePointer?

    /// Opens `path`.
    /// - Parameters:
    ///   - checksummed: seal every page that reaches the file with a checksum (see `PageChecksums`).
    ///   - busyTimeoutMilliseconds: how long to wait for another connection's lock before `isBusy` is thrown.
    package init(
        path: String, mode: Mode, checksummed: Bool = false, busyTimeoutMilliseconds: Int32 = 5_000
    ) throws(SQLiteError) {
        self.path = path
        // C would read the path, or the SQL, up to the NUL and take that for all of it.
        guard !path.utf8.contains(0) else { throw .misuse("a NUL byte stands in the path of a file", path) }
        if checksummed {
            let code = leadledger_register_checksum_vfs()
            guard code == SQLITE_OK else {
                throw SQLiteError(code: code, message: "the checksum file layer cannot be registered", path: path)
            }
        }
        let flags =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        // SQLite reads a write-ahead log only where it may make files.
        let isStill = mode == .readOnly && leadledger_is_still(path) != 0
        let code = sqlite3_open_v2(
            isStill ? Self.address(path) + "?immutable=1" : path, &handle,
            flags | (isStill ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            checksummed ? LEADLEDGER_CHECKSUM_VFS : nil)
        guard code == SQLITE_OK else {
            let error = lastError(code)
            sqlite3_close_v2(handle)
            handle = nil
            throw error
        }
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
        try check(leadledger_refuse_quoted_literals(handle))
        if checksummed && mode != .readOnly { try check(leadledger_reserve_checksum_bytes(handle)) }
    }

    /// The path as a URI (https://sqlite.org/uri.html).
    private static func address(_ path: String) -> String {
        "file:"
            + path.utf8.map { byte in
                switch byte {
                case 0x25, 0x23, 0x3f, 0x80...: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                default: String(UnicodeScalar(byte))
                }
            }.joined()
    }

    deinit { try? close() }

    package var isOpen: Bool { handle != nil }

    /// Finalizes every statement and closes the file; using the connection or a statement afterwards throws. A second
    /// call does nothing.
    package func close() throws(SQLiteError) {
        guard let open = handle else { return }
        while let statement = sqlite3_next_stmt(open, nil) { sqlite3_finalize(statement) }
        let code = sqlite3_close(open)
        guard code == SQLITE_OK else { throw lastError(code) }
        handle = nil
    }

    /// Compiles exactly one statement; anything but white space and comments after it is refused.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        let open = try requireOpen()
        try refuseNul(sql)
        var statement: OpaquePointer?
        var code = SQLITE_OK
        var length = 0
        var text = sql
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                var tail: UnsafePointer<CChar>?
                code = sqlite3_prepare_v3(
                    open, characters.baseAddress, Int32(characters.count), UInt32(SQLITE_PREPARE_PERSISTENT),
                    &statement, &tail)
                guard code == SQLITE_OK, let tail, let base = characters.baseAddress else { return }
                length = tail - base
            }
        }
        guard code == SQLITE_OK else { throw lastError(code, sql: sql) }
        guard let statement else { throw .misuse("there is no statement", path, sql: sql) }
        guard Self.isBlank(text.utf8.dropFirst(length)) else {
            sqlite3_finalize(statement)
            throw .misuse("there is more text after the statement", path, sql: sql)
        }
        return Statement(handle: statement, connection: self, sql: sql)
    }

    /// Whether nothing but white space, semicolons and comments is left. SQLite itself is not asked, because it already
    /// carries out some PRAGMAs when it compiles them.
    private static func isBlank(_ tail: Substring.UTF8View) -> Bool {
        var rest = tail
        while let byte = rest.first {
            if " \t\n\u{c}\r;".utf8.contains(byte) {
                rest.removeFirst()
            } else if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if rest.starts(with: "/*".utf8) {
                rest.removeFirst(2)
                while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest.removeFirst() }
                rest = rest.dropFirst(2)
            } else {
                return false
            }
        }
        return true
    }

    /// Runs each statement of `sql`, ignoring rows.
    package func execute(_ sql: String) throws(SQLiteError) {
        let open = try requireOpen()
        try refuseNul(sql)
        let code = sqlite3_exec(open, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw lastError(code, sql: sql) }
    }

    /// The first column of the first row as an integer; `nil` without a row.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The first column of the first row as text; `nil` without a row.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? try statement.text(0) : nil
    }

    /// Runs `body` in a transaction that takes the write lock at once; an error rolls it back and is thrown on.
    package func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends an open transaction without its changes; does nothing when SQLite already ended it.
    package func rollBack() {
        guard let handle, sqlite3_get_autocommit(handle) == 0 else { return }
        try? execute("ROLLBACK")
    }

    package var isInTransaction: Bool { handle.map { sqlite3_get_autocommit($0) == 0 } ?? false }
    /// The rows that the last INSERT, UPDATE or DELETE changed.
    package var changes: Int64 { handle.map { sqlite3_changes64($0) } ?? 0 }
    package var lastInsertRowID: Int64 { handle.map { sqlite3_last_insert_rowid($0) } ?? 0 }

    private func requireOpen() throws(SQLiteError) -> OpaquePointer {
        guard let handle else { throw .misuse("the connection is closed", path) }
        return handle
    }

    private func refuseNul(_ sql: String) throws(SQLiteError) {
        guard !sql.utf8.contains(0) else { throw .misuse("a NUL byte stands in SQL", path, sql: sql) }
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw lastError(code) }
    }

    func lastError(_ code: Int32, sql: String? = nil) -> SQLiteError {
        let words = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        return SQLiteError(code: code, message: words.map { String(cString: $0) } ?? "", path: path, sql: sql)
    }
}

internal import CSQLite

/// A compiled statement of one connection.
///
/// Parameters count from 1 and columns from 0, as in SQLite. `run` and `reset` clear the bindings, so that no value of
/// one use reaches the next.
package final class Statement {
    package let sql: String
    private let connection: Connection
    private let handle: OpaquePointer

    init(handle: OpaquePointer, connection: Connection, sql: String) {
        self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit {
        if connection.isOpen { sqlite3_finalize(handle) }
    }

    // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    package func bind(_ value: Int64, at index: Int32) throws(SQLiteError) {
        try check(sqlite3_bind_int64(try open(), index, value))
    }

    package func bind(_ value: Int64?, at index: Int32) throws(SQLiteError) {
        guard let value else { return try bindNull(at: index) }
        try bind(value, at: index)
    }

    package func bind(_ value: Double, at index: Int32) throws(SQLiteError) {
        try check(sqlite3_bind_double(try open(), index, value))
    }

    package func bindNull(at index: Int32) throws(SQLiteError) {
        try check(sqlite3_bind_null(try open(), index))
    }

    package func bind(_ text: String?, at index: Int32) throws(SQLiteError) {
        guard var text else { return try bindNull(at: index) }
        let handle = try open()
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty buffer may have no address, and a nil address would bind NULL.
                let start = characters.baseAddress ?? UnsafePointer(bitPattern: 1)
                return sqlite3_bind_text64(
                    handle, index, start, UInt64(characters.count), Self.copied, UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    /// Binds bytes as TEXT just as they are; they should be UTF-8.
    package func bindText(_ bytes: [UInt8], at index: Int32) throws(SQLiteError) {
        let handle = try open()
        let code = bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                let start = characters.baseAddress ?? UnsafePointer(bitPattern: 1)
                return sqlite3_bind_text64(
                    handle, index, start, UInt64(characters.count), Self.copied, UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    /// Binds bytes as BLOB; no bytes are a blob of length zero, which is not NULL.
    package func bind(_ bytes: [UInt8]?, at index: Int32) throws(SQLiteError) {
        guard let bytes else { return try bindNull(at: index) }
        let handle = try open()
        try check(bytes.withUnsafeBytes { Self.bindBlob(handle, index, $0) })
    }

    package func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) throws(SQLiteError) {
        try check(Self.bindBlob(try open(), index, bytes))
    }

    private static func bindBlob(_ handle: OpaquePointer, _ index: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        bytes.isEmpty
            ? sqlite3_bind_zeroblob(handle, index, 0)
            : sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), copied)
    }

    /// Moves to the next row; `false` when there is none. After an error the statement is reset, its bindings cleared.
    package func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(try open()) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = connection.lastError(code, sql: sql)
            try reset()
            throw error
        }
    }

    /// Steps once over a statement that returns no row, and makes it ready for the next use.
    package func run() throws(SQLiteError) {
        let hasRow = try step()
        try reset()
        if hasRow { throw .misuse("a row came back from a statement that should have none", connection.path, sql: sql) }
    }

    /// Makes the statement ready for the next use: no row, no bindings.
    package func reset() throws(SQLiteError) {
        sqlite3_reset(try open())
        sqlite3_clear_bindings(handle)
    }

    // Columns of the current row. Valid until the next step or reset.

    /// The handle, for reading columns. Closing the connection frees it; only debug builds look, because in a scan a
    /// check for each column is a third of the time.
    private var row: OpaquePointer {
        assert(connection.isOpen, "a column is read after its connection was closed")
        return handle
    }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_NULL }

    package func isInteger(_ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_INTEGER }

    package func isText(_ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_TEXT }

    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(row, column) }

    package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    package func double(_ column: Int32) -> Double { sqlite3_column_double(row, column) }

    /// Text, byte for byte. Throws when the bytes are not UTF-8, rather than repair them.
    package func text(_ column: Int32) throws(SQLiteError) -> String {
        let pointer = sqlite3_column_text(row, column)
        let bytes = UnsafeBufferPointer(start: pointer, count: Int(sqlite3_column_bytes(row, column)))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SQLiteError(
                code: SQLITE_MISMATCH, message: "column \(column) holds text that is not UTF-8", path: connection.path,
                sql: sql)
        }
        return text
    }

    package func optionalText(_ column: Int32) throws(SQLiteError) -> String? {
        isNull(column) ? nil : try text(column)
    }

    /// The bytes of a blob or text; empty for NULL.
    package func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }

    package func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    /// Calls `body` with the bytes of a blob or text where SQLite holds them, without a copy.
    package func withBytes<Result>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let start = sqlite3_column_blob(row, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(row, column))))
    }

    private func open() throws(SQLiteError) -> OpaquePointer {
        guard connection.isOpen else {
            throw .misuse("the connection of this statement is closed", connection.path, sql: sql)
        }
        return handle
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw connection.lastError(code, sql: sql) }
    }
}

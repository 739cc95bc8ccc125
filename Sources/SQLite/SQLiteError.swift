internal import CSQLite

/// What SQLite refused, with the file it was about.
///
/// Carries no bound values: they may be contact data.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// The extended result code (https://sqlite.org/rescode.html).
    package let code: Int32
    /// SQLite's own words, or ours where the layer itself refused.
    package let message: String
    /// The database file.
    package let path: String
    /// The statement, when one was being prepared or run.
    package var sql: String?

    package var description: String {
        sql.map { "\(path): \(message) (SQLite \(code)) in: \($0)" } ?? "\(path): \(message) (SQLite \(code))"
    }

    /// The primary result code: the low byte of the extended one.
    package var primaryCode: Int32 { code & 0xff }
    /// Another connection holds the lock that was needed.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
    /// The disk, or the page limit of the file, has no room. Beside a database in WAL mode even a reader needs some,
    /// for the file of shared memory, and SQLite calls the lack of it an input/output error.
    package var isFull: Bool { primaryCode == SQLITE_FULL || code == Self.sharedMemorySize }

    /// SQLITE_IOERR_SHMSIZE, a macro that Swift does not import.
    private static let sharedMemorySize = SQLITE_IOERR | 19 << 8
    /// The file or the connection does not allow writing.
    package var isReadOnly: Bool { primaryCode == SQLITE_READONLY }
    /// A constraint of the schema (unique, check, trigger) said no.
    package var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }
    /// The file is not a database, or its pages contradict each other.
    package var isDamaged: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }
    /// The file cannot be opened: it is missing, or permissions forbid it.
    package var isUnopenable: Bool { primaryCode == SQLITE_CANTOPEN || primaryCode == SQLITE_PERM }
    /// The operating system failed to read or write.
    package var isInputOutput: Bool { primaryCode == SQLITE_IOERR }

    /// The machine could not do it just now; the file may be as it should.
    package var isOfTheMoment: Bool {
        isBusy || isFull || isReadOnly || isUnopenable || isInputOutput || primaryCode == SQLITE_NOMEM
    }

    static func misuse(_ message: String, _ path: String, sql: String? = nil) -> SQLiteError {
        SQLiteError(code: SQLITE_MISUSE, message: message, path: path, sql: sql)
    }
}

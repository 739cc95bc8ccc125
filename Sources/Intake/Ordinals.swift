internal import Crypto
internal import SQLite

/// How many rows of one file said the same before.
///
/// Two equal rows of a file are two events, and the same file again is none: a row's identity is its content and its
/// ordinal among equal rows. Rows are told apart by the first 16 bytes of their content's SHA-256. Up to a limit of
/// distinct rows their counts stand in memory (a million take about 50 MB); those beyond it go to a database file that
/// has no name and vanishes with the connection, however the program ends.
package struct Ordinals {
    private struct Digest: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ content: [UInt8]) {
            (high, low) = SHA256.hash(data: content).withUnsafeBytes { bytes in
                (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        }

        // The digest is uniform already, so one half of it is enough to find its place.
        func hash(into hasher: inout Hasher) { hasher.combine(low) }
    }

    package static let defaultLimit = 1_000_000

    private var counts: [Digest: UInt32] = [:]
    private let limit: Int
    private var spilled: Spill?

    /// - Parameter limit: how many distinct rows are counted in memory.
    package init(limit: Int = Ordinals.defaultLimit) { self.limit = limit }

    /// The number of equal rows before this one; the row itself is counted.
    package mutating func next(_ content: [UInt8]) throws -> Int {
        let digest = Digest(content)
        if counts.count < limit {
            let ordinal = counts[digest, default: 0]
            counts[digest] = ordinal + 1
            return Int(ordinal)
        }
        if let ordinal = counts[digest] {
            counts[digest] = ordinal + 1
            return Int(ordinal)
        }
        let spill = try spilled ?? Spill()
        spilled = spill
        return try spill.next(high: digest.high, low: digest.low)
    }
}

/// The counts that found no place in memory.
private final class Spill {
    private let connection: Connection
    private let count: Statement

    init() throws {
        // An empty path is a temporary file of SQLite's own, already unlinked.
        connection = try Connection(path: "", mode: .create)
        try connection.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -32768;
            PRAGMA locking_mode = EXCLUSIVE;
            CREATE TABLE counts (
                high INTEGER NOT NULL, low INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (high, low)
            ) WITHOUT ROWID;
            BEGIN;
            """)
        count = try connection.prepare(
            """
            INSERT INTO counts (high, low, rows) VALUES (?1, ?2, 1)
            ON CONFLICT (high, low) DO UPDATE SET rows = rows + 1
            RETURNING rows
            """)
    }

    func next(high: UInt64, low: UInt64) throws -> Int {
        try count.bind(Int64(bitPattern: high), at: 1)
        try count.bind(Int64(bitPattern: low), at: 2)
        guard try count.step() else { return 0 }
        let rows = count.integer(0)
        try count.reset()
        return Int(rows) - 1
    }
}

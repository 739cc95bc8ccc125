internal import Dispatch
internal import SQLite
internal import Synchronization

/// Lookups that gathered in memory.
struct GatheredLookups: Sendable {
    /// Events by the first eight bytes of their identity, in the order of the ledger.
    var identities: [Int64: [Int64]] = [:]
    /// Subjects by the keyed hash of their match key.
    var matches: [[UInt8]: Int64] = [:]
    var count = 0
    /// The event up to which these and what is on disk are all there is.
    var upTo: Int64 = 0

    /// Takes in what was there before and could not be written.
    mutating func putBack(_ earlier: GatheredLookups) {
        identities.merge(earlier.identities) { later, earlier in earlier + later }
        matches.merge(earlier.matches) { _, earlier in earlier }
        count += earlier.count
    }
}

/// Writes lookups to disk on a thread of its own, with a connection of its own, one lot at a time.
///
/// A lot takes a hundredth of a second and more: on the writer's thread, every caller would wait that long now and
/// then.
final class LookupFlusher: Sendable {
    private let queue = DispatchQueue(label: "leadledger.lookup")
    /// Used on the queue alone.
    private nonisolated(unsafe) let connection: Connection
    private let outcome = Mutex<Result<Void, any Error>?>(nil)

    init(path: String) throws {
        connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 16384")
    }

    func close() throws { try queue.sync { try connection.close() } }

    /// Begins to write; `result` tells when it is done.
    func begin(_ gathered: GatheredLookups) {
        queue.async { [self] in
            let result = Result { try write(gathered) }
            outcome.withLock { $0 = result }
        }
    }

    /// How the last writing went, told once; `nil` while it is under way.
    func result() -> Result<Void, any Error>? {
        outcome.withLock { outcome in
            defer { outcome = nil }
            return outcome
        }
    }

    /// The same, once it is done.
    func end() -> Result<Void, any Error>? {
        queue.sync {}
        return result()
    }

    private func write(_ gathered: GatheredLookups) throws {
        try connection.transaction {
            let insertIdentity = try connection.prepare("INSERT OR IGNORE INTO identity (prefix, seq) VALUES (?, ?)")
            for (prefix, events) in gathered.identities.sorted(by: { $0.key < $1.key }) {
                for event in events {
                    try insertIdentity.bind(prefix, at: 1)
                    try insertIdentity.bind(event, at: 2)
                    try insertIdentity.run()
                }
            }
            let insertMatch = try connection.prepare("INSERT OR IGNORE INTO match (hash, subject) VALUES (?, ?)")
            for (hash, subject) in gathered.matches.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                try insertMatch.bind(hash, at: 1)
                try insertMatch.bind(subject, at: 2)
                try insertMatch.run()
            }
            try connection.execute("UPDATE progress SET seq = \(gathered.upTo)")
        }
    }
}

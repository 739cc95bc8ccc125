internal import Leads
internal import Migrations
internal import SQLite

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the writer looks up before it appends: which identities it has seen, and which subject a match key names.
///
/// It is built from the ledger and needs no sync of its own: entries gather in memory and go to disk many at a time, in
/// the order of the index, long after the commits they belong to. After a crash the writer adds what is missing from
/// the ledger's last events. The file can be deleted; the next writer builds it again.
final class Lookup {
    static let migrator = Migrator(applicationID: 0x4c4c_4931, steps: Migrations.lookup)  // "LLI1"
    static let flushLimit = 16_384

    private let connection: Connection
    private let selectIdentity: Statement
    private let selectMatch: Statement
    private var identities: [Int64: [Int64]] = [:]
    private var matches: [[UInt8]: Int64] = [:]
    private(set) var count = 0
    /// The last event whose entries are on disk.
    private(set) var savedSeq: Int64
    private var isEmptyOnDisk: Bool

    /// Opens the lookups of `ledger`; a file that is damaged, or not theirs, gives way to a new one.
    static func open(path: String, ledger: [UInt8]) throws -> Lookup {
        do {
            return try Lookup(path: path, ledger: ledger)
        } catch let error as SQLiteError where !error.isDamaged {
            throw error
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
            return try Lookup(path: path, ledger: ledger)
        }
    }

    private init(path: String, ledger: [UInt8]) throws {
        connection = try Connection(path: path, mode: .create)
        try Self.migrator.check(connection)
        try connection.execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
                + "PRAGMA wal_autocheckpoint = 16384")
        try Self.migrator.migrate(connection)
        let row = try connection.prepare("SELECT ledger, seq FROM progress")
        if try row.step() {
            guard row.bytes(0) == ledger else { throw LedgerError.otherLedger(file: path) }
            savedSeq = row.integer(1)
        } else {
            let insert = try connection.prepare("INSERT INTO progress (one, ledger, seq) VALUES (1, ?, 0)")
            try insert.bind(ledger, at: 1)
            try insert.run()
            savedSeq = 0
        }
        try row.reset()
        isEmptyOnDisk = savedSeq == 0
        selectIdentity = try connection.prepare("SELECT seq FROM identity WHERE prefix = ? ORDER BY seq DESC")
        selectMatch = try connection.prepare("SELECT subject FROM match WHERE hash = ?")
    }

    func close() throws { try connection.close() }

    /// Runs `body` on one state of the file, which takes its lock once and not for every question.
    func reading<Result>(_ body: () throws -> Result) throws -> Result {
        try connection.execute("BEGIN")
        defer { connection.rollBack() }
        return try body()
    }

    /// The events whose identity begins like this one, the latest first.
    func events(identity: [UInt8]) throws -> [Int64] {
        let prefix = Self.prefix(identity)
        var found = Array((identities[prefix] ?? []).reversed())
        if isEmptyOnDisk { return found }
        try selectIdentity.bind(prefix, at: 1)
        while try selectIdentity.step() { found.append(selectIdentity.integer(0)) }
        try selectIdentity.reset()
        return found
    }

    func subject(match hash: [UInt8]) throws -> Int64? {
        if let subject = matches[hash] { return subject }
        if isEmptyOnDisk { return nil }
        try selectMatch.bind(hash, at: 1)
        defer { try? selectMatch.reset() }
        return try selectMatch.step() ? selectMatch.integer(0) : nil
    }

    func add(identity: [UInt8], seq: Int64) {
        identities[Self.prefix(identity), default: []].append(seq)
        count += 1
    }

    /// Takes back the entry that was added last for this identity.
    func remove(identity: [UInt8]) {
        let prefix = Self.prefix(identity)
        identities[prefix]?.removeLast()
        if identities[prefix]?.isEmpty ?? false { identities[prefix] = nil }
        count -= 1
    }

    func add(match hash: [UInt8], subject: Int64) {
        matches[hash] = subject
        count += 1
    }

    func remove(match hash: [UInt8]) {
        matches[hash] = nil
        count -= 1
    }

    /// Writes what gathered; the file then covers the ledger up to `seq`.
    func flush(upTo seq: Int64) throws {
        guard seq > savedSeq || count > 0 else { return }
        try connection.transaction {
            let insertIdentity = try connection.prepare("INSERT OR IGNORE INTO identity (prefix, seq) VALUES (?, ?)")
            for (prefix, events) in identities.sorted(by: { $0.key < $1.key }) {
                for event in events {
                    try insertIdentity.bind(prefix, at: 1)
                    try insertIdentity.bind(event, at: 2)
                    try insertIdentity.run()
                }
            }
            let insertMatch = try connection.prepare("INSERT OR IGNORE INTO match (hash, subject) VALUES (?, ?)")
            for (hash, subject) in matches.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                try insertMatch.bind(hash, at: 1)
                try insertMatch.bind(subject, at: 2)
                try insertMatch.run()
            }
            try connection.execute("UPDATE progress SET seq = \(seq)")
        }
        identities.removeAll(keepingCapacity: true)
        matches.removeAll(keepingCapacity: true)
        count = 0
        savedSeq = seq
        isEmptyOnDisk = false
    }

    private static func prefix(_ identity: [UInt8]) -> Int64 {
        Int64(bitPattern: identity.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

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
/// the order of the index, long after the commits they belong to, and beside the writer's own work. After a crash the
/// writer adds what is missing from the ledger's last events. The file can be deleted; the next writer builds it again.
final class Lookup {
    static let migrator = Migrator(applicationID: 0x4c4c_4931, steps: Migrations.lookup)  // "LLI1"
    static let flushLimit = 32_768
    /// When so many flushes' worth has gathered behind one that is under way, the writer waits for it: bounds memory.
    private static let patience = 4

    private let connection: Connection
    private let selectIdentity: Statement
    private let selectMatch: Statement
    private let flusher: LookupFlusher
    private var gathered = GatheredLookups()
    /// What is being written just now.
    private var leaving: GatheredLookups?
    /// The last event whose entries are on disk.
    private(set) var savedSeq: Int64
    private var isEmptyOnDisk: Bool

    /// Entries in memory that no flush has taken yet.
    var count: Int { gathered.count }

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
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;"
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
        flusher = try LookupFlusher(path: path)
    }

    func close() throws {
        try connection.close()
        try flusher.close()
    }

    /// Runs `body` on one state of the file, which takes its lock once and not for every question.
    func reading<Result>(_ body: () throws -> Result) throws -> Result {
        try connection.execute("BEGIN")
        defer { connection.rollBack() }
        return try body()
    }

    /// The events whose identity begins like this one, the latest first.
    func events(identity: [UInt8]) throws -> [Int64] {
        let prefix = Self.prefix(identity)
        var found = Array((gathered.identities[prefix] ?? []).reversed())
        if let leaving = leaving?.identities[prefix] { found += leaving.reversed() }
        if isEmptyOnDisk { return found }
        try selectIdentity.bind(prefix, at: 1)
        while try selectIdentity.step() { found.append(selectIdentity.integer(0)) }
        try selectIdentity.reset()
        return found
    }

    func subject(match hash: [UInt8]) throws -> Int64? {
        if let subject = gathered.matches[hash] ?? leaving?.matches[hash] { return subject }
        if isEmptyOnDisk { return nil }
        try selectMatch.bind(hash, at: 1)
        defer { try? selectMatch.reset() }
        return try selectMatch.step() ? selectMatch.integer(0) : nil
    }

    func add(identity: [UInt8], seq: Int64) {
        gathered.identities[Self.prefix(identity), default: []].append(seq)
        gathered.count += 1
    }

    /// Takes back the entry that was added last for this identity.
    func remove(identity: [UInt8]) {
        let prefix = Self.prefix(identity)
        gathered.identities[prefix]?.removeLast()
        if gathered.identities[prefix]?.isEmpty ?? false { gathered.identities[prefix] = nil }
        gathered.count -= 1
    }

    func add(match hash: [UInt8], subject: Int64) {
        gathered.matches[hash] = subject
        gathered.count += 1
    }

    func remove(match hash: [UInt8]) {
        gathered.matches[hash] = nil
        gathered.count -= 1
    }

    /// Writes what gathered; the file then covers the ledger up to `seq`.
    func flush(upTo seq: Int64) throws {
        try settle(flusher.end())
        guard seq > savedSeq || count > 0 else { return }
        begin(upTo: seq)
        try settle(flusher.end())
    }

    /// The same, while the writer goes on: returns at once, unless far more gathered than is being written.
    /// - Throws: why an earlier flush failed, whose entries are in memory again.
    func flushAside(upTo seq: Int64) throws {
        try settle(count >= Self.flushLimit * Self.patience ? flusher.end() : flusher.result())
        if leaving == nil { begin(upTo: seq) }
    }

    private func begin(upTo seq: Int64) {
        gathered.upTo = seq
        leaving = gathered
        flusher.begin(gathered)
        gathered = GatheredLookups()
    }

    private func settle(_ result: Result<Void, any Error>?) throws {
        guard let result, let written = leaving else { return }
        leaving = nil
        switch result {
        case .success:
            savedSeq = written.upTo
            isEmptyOnDisk = false
        case .failure(let error):
            gathered.putBack(written)
            throw error
        }
    }

    private static func prefix(_ identity: [UInt8]) -> Int64 {
        Int64(bitPattern: identity.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

internal import Crypto
internal import Leads
internal import Migrations
package import SQLite

/// The keys of a home: one for each subject, one for each month, each made from the master key and a stored salt.
///
/// Deleting a salt forgets for ever what its key sealed, in every copy of the ledger. A salt is on disk before the
/// first event that its key seals, so salts of subjects to come are made ahead, many in one commit.
package final class Vault {
    static let migrator = Migrator(applicationID: 0x4c4c_5631, steps: Migrations.vault)  // "LLV1"

    let master: MasterKey
    private let connection: Connection
    private let select: Statement
    private let selectMonth: Statement
    private var keys: [Int64: SubjectKey] = [:]
    private var months: [Int64: [UInt8]] = [:]
    private var random = RandomBytes()
    /// Salts made ahead, whose subjects are about to come.
    private var ahead: [Int64: [UInt8]] = [:]
    private var lastMade: Int64 = 0
    private var batch: Int64 = 64

    /// Opens the vault of `ledger`. Only `create` makes one where it is missing: a new vault in place of a lost one
    /// would hide that what was sealed so far cannot be read any more.
    package init(files: LedgerFiles, ledger: [UInt8], mode: Connection.Mode) throws {
        let master = try MasterKey(file: files.keyFile)
        guard mode == .create || FileBytes.exists(files.vault) else {
            throw LedgerError.damaged(files.vault, "it is missing, and the ledger's events need its keys")
        }
        connection = try Connection(path: files.vault, mode: mode)
        try Self.migrator.check(connection)
        if mode != .readOnly {
            try connection.execute("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL")
            try Self.migrator.migrate(connection)
        }
        let row = try connection.prepare("SELECT ledger, key_check FROM vault")
        if try row.step() {
            guard row.bytes(0) == ledger else { throw LedgerError.otherLedger(file: files.vault) }
            guard row.bytes(1) == master.check else {
                throw LedgerError.wrongKey(keyFile: files.keyFile, vault: files.vault)
            }
        } else {
            guard mode == .create else { throw LedgerError.damaged(files.vault, "it holds no key check") }
            let insert = try connection.prepare("INSERT INTO vault (one, ledger, key_check) VALUES (1, ?, ?)")
            try insert.bind(ledger, at: 1)
            try insert.bind(master.check, at: 2)
            try insert.run()
        }
        try row.reset()
        self.master = master
        select = try connection.prepare("SELECT salt FROM subject_key WHERE subject = ?")
        selectMonth = try connection.prepare("SELECT salt FROM month_key WHERE month = ?")
        lastMade = try connection.integer("SELECT max(subject) FROM subject_key") ?? 0
    }

    package func close() throws { try connection.close() }

    /// The key of a subject; `nil` when it was destroyed or never made.
    func key(of subject: Int64) throws -> SubjectKey? {
        if let key = keys[subject] { return key }
        guard let salt = try ahead.removeValue(forKey: subject) ?? storedSalt(subject) else { return nil }
        if keys.count >= 65_536 { keys.removeAll(keepingCapacity: true) }
        let key = SubjectKey(master.derive("subject", salt: salt))
        keys[subject] = key
        return key
    }

    private func storedSalt(_ subject: Int64) throws -> [UInt8]? {
        try select.bind(subject, at: 1)
        defer { try? select.reset() }
        return try select.step() ? select.bytes(0) : nil
    }

    /// Makes sure that keys up to `subject` are on disk, and some ahead: a sync for each batch, not for each subject.
    func makeKeys(upTo subject: Int64) throws {
        guard subject > lastMade else { return }
        let last = subject + batch
        // A subject that is named already had its key: where it is gone, somebody destroyed it.
        let salts = (max(lastMade + 1, subject)...last).map { ($0, random.bytes(32)) }
        try connection.transaction {
            let insert = try connection.prepare("INSERT INTO subject_key (subject, salt) VALUES (?, ?)")
            for (number, salt) in salts {
                try insert.bind(number, at: 1)
                try insert.bind(salt, at: 2)
                try insert.run()
            }
        }
        ahead = Dictionary(uniqueKeysWithValues: salts)
        lastMade = last
        batch = min(batch * 2, 8_192)
    }

    /// The key of raw bodies of a subject in the month of `instant`; a writing vault makes the month's salt.
    func bodyKey(of subject: Int64, at instant: Instant, make: Bool) throws -> SymmetricKey? {
        guard let key = try key(of: subject), let salt = try monthSalt(instant.monthNumber, make: make) else {
            return nil
        }
        return key.bodyKey(month: salt)
    }

    private func monthSalt(_ month: Int64, make: Bool) throws -> [UInt8]? {
        if let salt = months[month] { return salt }
        try selectMonth.bind(month, at: 1)
        defer { try? selectMonth.reset() }
        if try selectMonth.step() {
            months[month] = selectMonth.bytes(0)
        } else if make {
            let salt = random.bytes(32)
            let insert = try connection.prepare("INSERT INTO month_key (month, salt) VALUES (?, ?)")
            try insert.bind(month, at: 1)
            try insert.bind(salt, at: 2)
            try insert.run()
            months[month] = salt
        }
        return months[month]
    }
}

/// The key of one subject: seals contact data, and gives the keys of raw bodies, one for each month.
struct SubjectKey {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var contactKey: SymmetricKey { SymmetricKey(data: bytes) }

    func bodyKey(month salt: [UInt8]) -> SymmetricKey {
        SymmetricKey(data: KeyedHash(key: bytes).full("body", salt))
    }
}

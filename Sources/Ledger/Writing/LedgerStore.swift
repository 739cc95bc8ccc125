internal import Leads
internal import Migrations
internal import SQLite

/// The ledger's file as its writer holds it: settings that make a commit durable, the head, and one insert statement.
///
/// Everything here is synchronous and for one owner, `LedgerWriter`.
final class LedgerStore {
    static let migrator = Migrator(applicationID: 0x4c4c_4c31, steps: Migrations.ledger)  // "LLL1"

    let connection: Connection
    let id: [UInt8]
    private(set) var head: LedgerHead
    var terms = Terms()
    private let insert: Statement
    private let insertTerm: Statement
    private let updateHead: Statement
    private let selectKnown: Statement

    init(files: LedgerFiles, createdAt: Instant, newID: [UInt8]) throws {
        connection = try Connection(path: files.ledger, mode: .create, checksummed: true)
        // First of all, so that a file which is not ours is left as it is.
        try Self.migrator.check(connection)
        try Self.makeDurable(connection)
        try Self.migrator.migrate(connection)
        if try connection.integer("SELECT count(*) FROM ledger") == 0 {
            try Self.begin(connection, id: newID, createdAt: createdAt)
        }
        id = try LedgerHead.ledgerID(connection)
        head = try LedgerHead(connection)
        try terms.catchUp(connection)
        insert = try connection.prepare(
            """
            INSERT INTO event (seq, type, subject, occurred_at, recorded_at, source, action, offer, country, flags,
                actor, cause, id, identity, digest, leaf, detail, contact, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertTerm = try connection.prepare("INSERT INTO term (number, text) VALUES (?, ?)")
        updateHead = try connection.prepare(
            "UPDATE head SET size = ?, frontier = ?, subjects = ?, recorded_at = ? WHERE one = 1")
        selectKnown = try connection.prepare(
            "SELECT identity, digest, recorded_at, id, subject FROM event WHERE seq = ?")
    }

    /// Sets what a commit needs to survive a power cut, and reads it back: SQLite ignores settings it cannot follow.
    private static func makeDurable(_ connection: Connection) throws {
        let path = connection.path
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw LedgerError.notDurable(path, "no write-ahead log")
        }
        try connection.execute(
            "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = 16384;"
                + "PRAGMA cache_size = -16384; PRAGMA recursive_triggers = ON")
        guard try connection.integer("PRAGMA synchronous") == 2 else {
            throw LedgerError.notDurable(path, "synchronous is not FULL")
        }
    }

    private static func begin(_ connection: Connection, id: [UInt8], createdAt: Instant) throws {
        try connection.transaction {
            let ledger = try connection.prepare("INSERT INTO ledger (one, id, created_at) VALUES (1, ?, ?)")
            try ledger.bind(id, at: 1)
            try ledger.bind(createdAt.micros, at: 2)
            try ledger.run()
            let term = try connection.prepare("INSERT INTO term (number, text) VALUES (?, ?)")
            for (index, text) in Terms.reserved.enumerated() {
                try term.bind(Int64(index + 1), at: 1)
                try term.bind(text, at: 2)
                try term.run()
            }
            try connection.execute(
                "INSERT INTO head (one, size, frontier, subjects, recorded_at) VALUES (1, 0, zeroblob(0), 0, 0)")
        }
    }

    /// Runs `body` as one commit and moves the head to what it returns; on an error nothing of it stays.
    func commit(_ body: () throws -> LedgerHead) throws {
        let known = terms.texts.count
        do {
            head = try connection.transaction {
                let next = try body()
                try updateHead.bind(next.size, at: 1)
                try updateHead.bind(next.tree.frontier, at: 2)
                try updateHead.bind(next.subjects, at: 3)
                try updateHead.bind(next.recordedAt.micros, at: 4)
                try updateHead.run()
                return next
            }
        } catch {
            terms.truncate(to: known)
            throw error
        }
    }

    /// The number of a text, which is stored when it is new.
    func term(_ text: String) throws -> Int64 {
        if let number = terms.number(text) { return number }
        let number = terms.add(text)
        try insertTerm.bind(number, at: 1)
        try insertTerm.bind(text, at: 2)
        try insertTerm.run()
        return number
    }

    func insert(_ event: StoredEvent, leaf: TreeHash) throws {
        try insert.bind(event.seq, at: 1)
        try insert.bind(event.type, at: 2)
        try insert.bind(event.subject, at: 3)
        try insert.bind(event.occurredAt.micros, at: 4)
        try insert.bind(event.recordedAt.micros, at: 5)
        try insert.bind(try term(event.source), at: 6)
        try insert.bind(try term(event.action), at: 7)
        try insert.bind(try term(event.offer), at: 8)
        try insert.bind(try term(event.country), at: 9)
        try insert.bind(Int64(event.flags.rawValue), at: 10)
        try insert.bind(try term(event.actor), at: 11)
        try insert.bind(event.cause, at: 12)
        if let bytes = event.id.uuidBytes {
            try insert.bind(bytes, at: 13)
        } else {
            try insert.bind(event.id.description, at: 13)
        }
        try insert.bind(event.identity, at: 14)
        try insert.bind(event.digest, at: 15)
        try insert.bind(leaf, at: 16)
        try insert.bind(event.detail, at: 17)
        try insert.bind(event.contact, at: 18)
        try insert.bind(event.body, at: 19)
        try insert.run()
    }

    /// What must be known of an event to tell whether another is the same.
    struct Known {
        let identity: [UInt8]
        let digest: [UInt8]
        let receipt: Receipt
    }

    func known(_ seq: Int64) throws -> Known? {
        try selectKnown.bind(seq, at: 1)
        defer { try? selectKnown.reset() }
        guard try selectKnown.step() else { return nil }
        let id = try EventRecord.id(selectKnown, column: 3)
        return Known(
            identity: selectKnown.bytes(0), digest: selectKnown.bytes(1),
            receipt: Receipt(
                seq: seq, id: id, subject: selectKnown.integer(4),
                recordedAt: Instant(micros: selectKnown.integer(2))))
    }
}

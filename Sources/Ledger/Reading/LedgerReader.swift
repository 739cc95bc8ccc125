package import Leads
internal import SQLite

/// The plain columns of one event as a fold reads them; texts are numbers of terms, 0 for none.
package struct EventColumns: Hashable, Sendable {
    package let seq: Int64
    package let type: Int64
    package let subject: Int64
    package let occurredAt: Int64
    package let recordedAt: Int64
    package let source: Int64
    package let action: Int64
    package let offer: Int64
    package let country: Int64
    package let flags: EventFlags
    package let actor: Int64
}

/// A read-only view of the ledger for one owner.
///
/// Each call reads one consistent state; a later call may see more events, never fewer or others.
package final class LedgerReader {
    package let id: [UInt8]
    private let connection: Connection
    private let keys: IdentityKeys
    private let vault: Vault
    private let lookupPath: String
    /// Kept for lists, which look up an event a row. Only `event` uses it, and is done with it when it returns.
    private let selectEvent: Statement
    private let selectEventWithoutBody: Statement
    private var terms = Terms()

    package init(files: LedgerFiles) throws(LedgerError) {
        try files.requireHome()
        do {
            connection = try Connection(path: files.ledger, mode: .readOnly)
            guard try LedgerStore.migrator.check(connection) > 0 else { throw LedgerError.noHome(files.home) }
            id = try LedgerHead.ledgerID(connection)
            vault = try Vault(files: files, ledger: id, mode: .readOnly)
            keys = IdentityKeys(vault.master)
            lookupPath = files.lookup
            selectEvent = try connection.prepare("SELECT \(EventRecord.columns) FROM event WHERE seq = ?")
            selectEventWithoutBody = try connection.prepare(
                "SELECT \(EventRecord.columnsWithoutBody) FROM event WHERE seq = ?")
        } catch {
            throw LedgerError(error, path: files.ledger)
        }
    }

    package func head() throws -> LedgerHead { try LedgerHead(connection) }

    /// The term with this number; reads terms that came since.
    package func text(_ number: Int64) throws -> String {
        if terms.text(number) == nil { try terms.catchUp(connection) }
        guard let text = terms.text(number) else {
            throw LedgerError.damaged(connection.path, "term \(number) is missing")
        }
        return text
    }

    /// All terms so far.
    package func allTerms() throws -> Terms {
        try terms.catchUp(connection)
        return terms
    }

    /// Calls `body` with the columns of events from `first` to `last`, in order. Nothing is decrypted.
    ///
    /// `detail` looks up the event's plain JSON, which few events have and which stands far back in the row.
    package func scan(
        from first: Int64, to last: Int64, _ body: (EventColumns, _ detail: () throws -> [UInt8]) throws -> Void
    ) throws {
        let select = try connection.prepare(
            """
            SELECT seq, type, subject, occurred_at, recorded_at, source, action, offer, country, flags, actor
            FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq
            """)
        let selectDetail = try connection.prepare("SELECT detail FROM event WHERE seq = ?")
        try select.bind(first, at: 1)
        try select.bind(last, at: 2)
        while try select.step() {
            let columns = EventColumns(
                seq: select.integer(0), type: select.integer(1), subject: select.integer(2),
                occurredAt: select.integer(3), recordedAt: select.integer(4), source: select.integer(5),
                action: select.integer(6), offer: select.integer(7), country: select.integer(8),
                flags: EventFlags(rawValue: Int32(truncatingIfNeeded: select.integer(9))),
                actor: select.integer(10))
            try body(columns) {
                try selectDetail.bind(columns.seq, at: 1)
                defer { try? selectDetail.reset() }
                return try selectDetail.step() ? selectDetail.bytes(0) : []
            }
        }
        try select.reset()
    }

    /// Calls `body` with whole events from `first` to `last`, in order, until it returns `false`.
    /// - Parameter bodies: `false` leaves the sealed bodies on the disk.
    package func events(
        from first: Int64, to last: Int64, type: EventType? = nil, bodies: Bool = true,
        _ body: (StoredEvent) throws -> Bool
    ) throws {
        try terms.catchUp(connection)
        let select = try connection.prepare(
            """
            SELECT \(bodies ? EventRecord.columns : EventRecord.columnsWithoutBody) FROM event
            WHERE seq BETWEEN ? AND ? \(type == nil ? "" : "AND type = ?") ORDER BY seq
            """)
        try select.bind(first, at: 1)
        try select.bind(last, at: 2)
        if let type { try select.bind(type.rawValue, at: 3) }
        while try select.step() {
            if try !body(try stored(select)) { break }
        }
        try select.reset()
    }

    /// - Parameter body: `false` leaves the sealed body on the disk.
    package func event(_ seq: Int64, body: Bool = true) throws -> StoredEvent? {
        let select = body ? selectEvent : selectEventWithoutBody
        try select.bind(seq, at: 1)
        defer { try? select.reset() }
        return try select.step() ? try stored(select) : nil
    }

    /// The event in the current row; reads terms that a writer added since.
    private func stored(_ row: Statement) throws -> StoredEvent {
        let needed = EventRecord.termColumns.lazy.map { row.integer($0) }.max() ?? 0
        if terms.text(needed) == nil { try terms.catchUp(connection) }
        return try EventRecord.event(row, terms: terms)
    }

    /// Whether the key of a subject was destroyed.
    package func isErased(subject: Int64) throws -> Bool { try vault.key(of: subject) == nil }

    /// The contact data of an event, unsealed; `nil` when it has none or its key was destroyed.
    package func contact(of event: StoredEvent) throws -> [UInt8]? {
        guard let sealed = event.contact, let key = try vault.key(of: event.subject) else { return nil }
        return Sealing.open(sealed, .contact, of: event.id, with: key.contactKey)
    }

    /// The raw bytes of an event, unsealed; `nil` when it has none or a key was destroyed.
    package func body(of event: StoredEvent) throws -> [UInt8]? {
        guard let sealed = event.body,
            let key = try vault.bodyKey(of: event.subject, at: event.recordedAt, make: false)
        else { return nil }
        return Sealing.open(sealed, .body, of: event.id, with: key)
    }

    /// The subject that a match key names. What the lookups lack, because a writer is at work, or all of it, because
    /// they are missing or damaged, is read from the events' sealed parts.
    package func subject(matchKey: String, rules: UnicodeRules) throws -> Int64? {
        let hash = keys.hash(matchKey: matchKey)
        // Lookups that cannot be read are as good as none: the next writer builds them again.
        let (found, covered) = (try? lookedUp(hash)) ?? (nil, 0)
        if let found { return found }
        let match = SealedMatch(vault: vault, keys: keys, rules: rules)
        let select = try connection.prepare(
            "SELECT \(SealedMatch.columns) FROM event WHERE seq > ? ORDER BY seq")
        try select.bind(covered, at: 1)
        while try select.step() {
            if try match.hash(select, first: 0) == hash { return select.integer(2) }
        }
        return nil
    }

    /// What the lookups say, and up to which event they know the ledger.
    private func lookedUp(_ hash: [UInt8]) throws -> (subject: Int64?, upTo: Int64) {
        let lookup = try Connection(path: lookupPath, mode: .readOnly)
        // First how far they go: what a writer adds in between is then read twice rather than never.
        let progress = try lookup.prepare("SELECT ledger, seq FROM progress")
        guard try progress.step(), progress.bytes(0) == id else { return (nil, 0) }
        let seq = progress.integer(1)
        try progress.reset()
        // Those of a ledger that was longer, as before a backup was restored, may name other customers.
        guard try seq <= head().size else { return (nil, 0) }
        let select = try lookup.prepare("SELECT subject FROM match WHERE hash = ?")
        try select.bind(hash, at: 1)
        return (try select.step() ? select.integer(0) : nil, seq)
    }
}

internal import Leads
internal import SQLite

/// How a row of the event table is read as a whole.
enum EventRecord {
    static let columns = """
        seq, type, subject, occurred_at, recorded_at, source, action, offer, country, flags, actor, cause, id, identity,
        digest, detail, contact, body, leaf
        """
    /// The same places without the body, by far the largest part, of which then no page is read.
    static let columnsWithoutBody = """
        seq, type, subject, occurred_at, recorded_at, source, action, offer, country, flags, actor, cause, id, identity,
        digest, detail, contact, NULL, leaf
        """

    /// Those that hold numbers of terms.
    static let termColumns: [Int32] = [5, 6, 7, 8, 10]
    static let leafColumn: Int32 = 18

    /// The event in the current row of a statement that selects `columns`.
    static func event(_ row: Statement, terms: Terms) throws -> StoredEvent {
        func text(_ column: Int32) throws -> String {
            guard let text = terms.text(row.integer(column)) else {
                throw LedgerError.damaged("ledger.db", "event \(row.integer(0)) names a term that is missing")
            }
            return text
        }
        guard let flags = Int32(exactly: row.integer(9)) else {
            throw LedgerError.damaged("ledger.db", "event \(row.integer(0)) has flags that do not exist")
        }
        return StoredEvent(
            seq: row.integer(0), type: row.integer(1), subject: row.integer(2),
            occurredAt: Instant(micros: row.integer(3)), recordedAt: Instant(micros: row.integer(4)),
            source: try text(5), action: try text(6), offer: try text(7), country: try text(8),
            flags: EventFlags(rawValue: flags), actor: try text(10),
            cause: row.integer(11), id: try id(row, column: 12), identity: row.bytes(13), digest: row.bytes(14),
            detail: row.optionalBytes(15), contact: row.optionalBytes(16), body: row.optionalBytes(17))
    }

    static func id(_ row: Statement, column: Int32) throws -> EventID {
        if row.isText(column) {
            let text = try row.text(column)
            // A UUID is stored as bytes: the same one as text would have the same leaf hash, yet open no sealed part.
            guard case .text = EventID(text) else {
                throw LedgerError.damaged("ledger.db", "an event's id is a UUID stored as text")
            }
            return .text(text)
        }
        guard let id = EventID(uuidBytes: row.bytes(column)) else {
            throw LedgerError.damaged("ledger.db", "an event's id is neither text nor a UUID")
        }
        return id
    }
}

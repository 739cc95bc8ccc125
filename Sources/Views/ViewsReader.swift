package import Leads
package import Ledger
internal import SQLite

/// The views as reports read them: one consistent state, for one owner.
package final class ViewsReader {
    /// The last event that is folded in.
    package let seq: Int64
    /// How many leads and subjects there are; lead numbers and subjects run from 1 to these.
    package let leadCount: Int64
    package let subjectCount: Int64
    package let destinations: [Destination]
    /// Who may come in, as of `seq`; `sources` likewise.
    package let access: Access
    package let sources: PullSources
    private let connection: Connection
    private let eventFile: OpenEventFile
    /// Kept for lists, which look these up for each row. Each is used by the one method that looks up such a row, and
    /// that is done with it when it returns.
    private let selectCustomer: Statement
    private let selectLead: Statement
    private let selectDelivery: Statement

    /// Opens the views; `nil` when there are none, or they are of another ledger, version or policy.
    package init?(files: LedgerFiles, ledger: [UInt8], policy: Policy) throws {
        guard let (connection, state, eventFile) = try Self.open(files, ledger, policy) else { return nil }
        self.connection = connection
        self.eventFile = eventFile
        seq = state.seq
        leadCount = state.leads
        subjectCount = try connection.integer("SELECT max(subject) FROM customer") ?? 0
        destinations = try Destinations(connection).all
        access = try Access(connection)
        sources = try PullSources(connection)
        selectCustomer = try Self.select(CustomerRow.self, "WHERE subject = ?", connection)
        selectLead = try Self.select(LeadRow.self, "WHERE key = ?", connection)
        selectDelivery = try Self.select(DeliveryRow.self, "WHERE key = ?", connection)
    }

    /// Opens the database and the event file of one generation of views: where a rebuild was swapped in between, those
    /// of the next one.
    private static func open(
        _ files: LedgerFiles, _ ledger: [UInt8], _ policy: Policy
    ) throws -> (Connection, ViewsState, OpenEventFile)? {
        for _ in 0..<100 {
            guard let file = FileBytes.serialNumber(files.views) else { return nil }
            let connection = try Connection(path: files.views, mode: .readOnly)
            let found = Result { try read(connection, files, ledger, policy) }
            // What was read while another file took the place may be of both.
            if FileBytes.serialNumber(files.views) == file { return try found.get().map { (connection, $0, $1) } }
        }
        throw ViewsError.outOfStep(files.views)
    }

    private static func read(
        _ connection: Connection, _ files: LedgerFiles, _ ledger: [UInt8], _ policy: Policy
    ) throws -> (ViewsState, OpenEventFile)? {
        guard (try? ViewsStore.migrator.check(connection)) == ViewsStore.migrator.steps.count else { return nil }
        // All that this reader answers comes from the state of this moment.
        try connection.execute("BEGIN")
        let state = try ViewsState(connection)
        guard state.ledger == ledger, state.fingerprint == ViewsStore.fingerprint(policy) else { return nil }
        return (state, try OpenEventFile(path: ViewsStore.folder(of: files.views) + state.eventFile))
    }

    /// The plain columns of every event, mapped into memory.
    package func events() throws -> EventMap { try EventMap(eventFile, rows: Int(seq)) }

    package func customer(_ subject: Int64) throws -> Customer? {
        try selectCustomer.bind(subject, at: 1)
        defer { try? selectCustomer.reset() }
        return try selectCustomer.step() ? try CustomerRow(reading: selectCustomer).customer : nil
    }

    /// The leads of a customer, in the order of their offers' numbers.
    package func leads(of subject: Int64) throws -> [LeadRow] {
        var rows: [LeadRow] = []
        let first = LeadRow.key(subject: subject, offer: 0)
        try leads(after: first - 1) { row in
            guard row.subject == subject else { return false }
            rows.append(row)
            return true
        }
        return rows
    }

    /// Calls `body` with leads whose key is above `key`, in the order of their keys, until it returns `false`.
    package func leads(after key: Int64, _ body: (LeadRow) throws -> Bool) throws {
        let select = try connection.prepare(ListQueries.leads)
        try select.bind(key, at: 1)
        while try select.step() {
            if try !body(try LeadRow(reading: select)) { break }
        }
    }

    /// Calls `body` with the deliveries of a destination (or all) whose key is above `key`, in the order of their keys,
    /// until it returns `false`.
    package func deliveries(
        destination: Int64? = nil, after key: Int64 = -1, _ body: (DeliveryRow) throws -> Bool
    ) throws {
        let select = try connection.prepare(ListQueries.deliveries)
        try select.bind(max(key, destination.map { ($0 << 32) - 1 } ?? -1), at: 1)
        try select.bind(destination.map { $0 << 32 | 0xffff_ffff } ?? .max, at: 2)
        while try select.step() {
            if try !body(try DeliveryRow(reading: select)) { break }
        }
    }

    /// The deliveries of some leads: of their state, and of each of their actions where a destination takes every one.
    /// O(the customers' events).
    package func deliveries(ofLeads keys: Set<Int64>) throws -> [DeliveryRow] {
        var rows: [DeliveryRow] = []
        let takesEveryAction = destinations.contains(where: \.takesEveryAction)
        for key in keys {
            guard let number = try lead(key)?.lead.number else { continue }
            let actions = takesEveryAction ? try self.actions(of: number, subject: key >> 32) : []
            for destination in destinations {
                for unit in destination.takesEveryAction ? actions : [Int64(number)] {
                    let delivery = DeliveryRow.key(destination: destination.number, unit: unit)
                    if let row = try self.delivery(delivery) { rows.append(row) }
                }
            }
        }
        return rows.sorted { $0.key < $1.key }
    }

    /// The `seq` of each action of a lead, found on the way back through its customer's events.
    private func actions(of lead: UInt32, subject: Int64) throws -> [Int64] {
        let events = try events()
        var found: [Int64] = []
        var seq = try customer(subject)?.lastEvent ?? 0
        // Each step goes further back, so that there is an end whatever the file holds.
        while 1...Int64(events.count) ~= seq {
            let row = events[seq]
            if row.lead == lead, row.type == UInt16(EventType.actionRecorded.rawValue) { found.append(seq) }
            guard Int64(row.previous) < seq else { break }
            seq = Int64(row.previous)
        }
        return found.reversed()
    }

    package func lead(_ key: Int64) throws -> LeadRow? {
        try selectLead.bind(key, at: 1)
        defer { try? selectLead.reset() }
        return try selectLead.step() ? try LeadRow(reading: selectLead) : nil
    }

    package func delivery(_ key: Int64) throws -> DeliveryRow? {
        try selectDelivery.bind(key, at: 1)
        defer { try? selectDelivery.reset() }
        return try selectDelivery.step() ? try DeliveryRow(reading: selectDelivery) : nil
    }

    /// How many deliveries of a destination are still to be made. O(open).
    package func openDeliveries(of destination: Int64) throws -> Int {
        let select = try connection.prepare(
            "SELECT count(*) FROM delivery INDEXED BY delivery_due WHERE key >> 32 = ? AND due_at IS NOT NULL")
        try select.bind(destination, at: 1)
        return try select.step() ? Int(select.integer(0)) : 0
    }

    /// Calls `body` with attempts after `seq`, in the order of the ledger, until it returns `false`.
    package func attempts(
        subject: Int64? = nil, after seq: Int64 = 0, _ body: (AttemptRow) throws -> Bool
    ) throws {
        let select = try connection.prepare(
            subject == nil ? ListQueries.attempts : ListQueries.attemptsOfSubject)
        try select.bind(seq, at: 1)
        if let subject {
            try select.bind(LeadRow.key(subject: subject, offer: 0), at: 2)
            try select.bind(LeadRow.key(subject: subject, offer: 0xffff_ffff), at: 3)
        }
        while try select.step() {
            if try !body(try AttemptRow(reading: select)) { break }
        }
    }

    /// Calls `body` with what was quarantined after event `seq`, in the order of the ledger, until it returns `false`.
    package func quarantine(after seq: Int64, _ body: (QuarantineRow) throws -> Bool) throws {
        let select = try connection.prepare(ListQueries.quarantine)
        try select.bind(seq, at: 1)
        while try select.step() {
            let row = QuarantineRow(seq: select.integer(0), releasedBy: select.optionalInteger(1))
            if try !body(row) { break }
        }
    }

    /// What was quarantined as event `seq`; `nil` when that is another kind of event, or none.
    package func quarantined(_ seq: Int64) throws -> QuarantineRow? {
        guard seq > 0 else { return nil }
        var found: QuarantineRow?
        try quarantine(after: seq - 1) { row in
            if row.seq == seq { found = row }
            return false
        }
        return found
    }

    /// One for each offer, endpoint and source that something came from; offers first, each in order of appearance.
    package func heartbeats() throws -> [Heartbeat] {
        let select = try connection.prepare("SELECT key, name, state FROM heartbeat ORDER BY key")
        var heartbeats: [Heartbeat] = []
        while try select.step() {
            heartbeats.append(try HeartbeatTable.heartbeat(select, path: connection.path))
        }
        return heartbeats
    }

    /// The deliveries that a worker is sending just now, or was when it was killed.
    package func claims() throws -> Set<Int64> {
        let select = try connection.prepare("SELECT delivery FROM claim")
        var claims: Set<Int64> = []
        while try select.step() { claims.insert(select.integer(0)) }
        return claims
    }

    private func select<Row: TableRow>(_ row: Row.Type, _ rest: String) throws -> Statement {
        try Self.select(row, rest, connection)
    }

    private static func select<Row: TableRow>(
        _ row: Row.Type, _ rest: String, _ connection: Connection
    ) throws -> Statement {
        try connection.prepare("SELECT \(Row.columns.joined(separator: ", ")) FROM \(Row.table) \(rest)")
    }
}

/// A row of the view `attempts`.
package struct AttemptRow: Hashable, Sendable {
    package let seq: Int64
    package let delivery: Int64
    /// The key of the lead (`LeadRow.key`).
    package let lead: Int64
    /// 1 for the first attempt of this delivery.
    package let attempt: Int64
    package let at: Instant
    package let version: Int64
    package let outcome: String
    package let status: Int64?
    package let remoteID: String?
    package let reason: String?
    package let sha256: [UInt8]
    /// What was changed of the lead to fit, parted by commas.
    package let adjusted: String?

    package var destination: Int64 { delivery >> 32 }

    static let columns =
        "seq, delivery, lead, attempt, at, version, outcome, status, remote_id, reason, sha256, adjusted"

    init(reading row: Statement) throws {
        seq = row.integer(0)
        delivery = row.integer(1)
        lead = row.integer(2)
        attempt = row.integer(3)
        at = Instant(micros: row.integer(4))
        version = row.integer(5)
        outcome = try row.text(6)
        status = row.optionalInteger(7)
        remoteID = try row.optionalText(8)
        reason = try row.optionalText(9)
        sha256 = row.bytes(10)
        adjusted = try row.optionalText(11)
    }
}

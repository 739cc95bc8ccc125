internal import Leads
internal import Ledger
internal import SQLite

/// Folds events into every view, one batch in one transaction, checkpoint included.
///
/// Each view is a key and a pure evolve: the event names the row, the core's `Customer`, `Lead` and `Delivery` say what
/// becomes of it. Rows are read when first touched and written when the batch ends.
final class Projector {
    let connection: Connection
    var customers: Table<CustomerRow>
    var leads: Table<LeadRow>
    var deliveries: Table<DeliveryRow>
    let insertAttempt: Statement
    let deleteClaim: Statement
    private let events: EventFile
    private let policy: Policy
    let reader: LedgerReader
    var destinations: Destinations
    private(set) var seq: Int64
    private(set) var leadCount: Int64
    private var stages: StageTable
    private var stageTerms = -1
    var active: [Destination] = []
    private(set) var intake: IntakeFold
    /// What is held in memory may be of a batch that did not commit.
    private var isStale = false

    /// Rows that may be changed before they are written; bounds the memory of a batch.
    static let dirtyLimit = 65_536

    init(_ connection: Connection, reader: LedgerReader, events: EventFile, policy: Policy) throws {
        self.connection = connection
        self.reader = reader
        self.events = events
        self.policy = policy
        customers = try Table(connection)
        leads = try Table(connection)
        deliveries = try Table(connection)
        insertAttempt = try connection.prepare(
            """
            INSERT INTO attempt
                (seq, delivery, lead, attempt, at, version, outcome, status, remote_id, reason, sha256, adjusted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        deleteClaim = try connection.prepare("DELETE FROM claim WHERE delivery = ?")
        destinations = try Destinations(connection)
        active = destinations.active
        intake = try IntakeFold(connection)
        seq = try connection.integer("SELECT seq FROM progress") ?? 0
        leadCount = try connection.integer("SELECT leads FROM progress") ?? 0
        stages = StageTable(policy) { _ in nil }
    }

    /// Folds events after the checkpoint until `last`, or until enough rows changed; returns the new checkpoint.
    /// - Parameter isBuilding: the files are not in use yet, and whoever puts them to use syncs them first.
    func project(upTo last: Int64, isBuilding: Bool = false) throws -> Int64 {
        if isStale { try readAgain() }
        try readStages()
        let before = (seq, leadCount)
        do {
            try connection.transaction {
                try reader.scan(from: seq + 1, to: min(last, seq + Int64(Self.dirtyLimit))) { event, detail in
                    try fold(event, detail)
                }
                try write()
                try destinations.save(connection)
                try intake.save()
                if !isBuilding { try events.sync() }
                try connection.execute("UPDATE progress SET seq = \(seq), leads = \(leadCount)")
            }
        } catch {
            (seq, leadCount) = before
            isStale = true
            // What made the batch fail may keep the file from being read as well; then the next batch tries again.
            try? readAgain()
            throw error
        }
        return seq
    }

    /// Takes everything back to what the file holds, after a batch that did not commit.
    private func readAgain() throws {
        try customers.reset()
        try leads.reset()
        try deliveries.reset()
        destinations = try Destinations(connection)
        active = destinations.active
        intake = try IntakeFold(connection)
        events.reset(to: seq)
        isStale = false
    }

    func write() throws {
        try customers.flush()
        try leads.flush()
        try deliveries.flush()
        try events.flush()
    }

    /// Stages by action number; a user's policy may name an action that gets its number later.
    private func readStages() throws {
        let terms = try reader.allTerms()
        guard terms.texts.count != stageTerms else { return }
        stageTerms = terms.texts.count
        stages = StageTable(policy) { terms.number($0) }
    }

    private func fold(_ event: EventColumns, _ detail: () throws -> [UInt8]) throws {
        var row = EventRow(
            type: UInt16(clamping: event.type), subject: UInt32(truncatingIfNeeded: event.subject),
            occurredAt: event.occurredAt, recordedAt: event.recordedAt,
            source: UInt32(truncatingIfNeeded: event.source), action: UInt32(truncatingIfNeeded: event.action),
            offer: UInt32(truncatingIfNeeded: event.offer), country: UInt32(truncatingIfNeeded: event.country),
            flags: event.flags.rawValue)
        switch EventType(rawValue: event.type) {
        case .actionRecorded:
            try act(event, &row)
            try intake.arrive(event) { try reader.text($0) }
        case .intakeQuarantined:
            try intake.quarantine(event.seq)
            try intake.arrive(event) { try reader.text($0) }
        case .deliveryAttempted: try attempt(event, AttemptDetail(try detail()), &row)
        case .deliveryReleased: try release(event, ReleaseDetail(try detail()), &row)
        case .replayRequested: try replay(event, ReplayDetail(try detail()))
        case .destinationChanged, .destinationPaused, .destinationResumed:
            try change(event, try detail())
        case .destinationAlerted: AlertDetail(try detail()).map { destinations.alert($0) }
        case .destinationTested: break
        case .quarantineReleased, .endpointAdded, .endpointRevoked, .keyCreated, .keyRevoked, .sourceChanged,
            .sourcePulled:
            if let type = EventType(rawValue: event.type) { try intake.evolve(type, event, detail: try detail()) }
        case nil: break
        }
        events.append(row)
        seq = event.seq
    }

    private func act(_ event: EventColumns, _ row: inout EventRow) throws {
        let action = ActionFact(
            seq: event.seq, at: event.occurredAt, action: event.action, country: event.country, flags: event.flags)
        let subject = event.subject
        row.previous = try customers.update(subject, fresh: { CustomerRow(subject: subject) }) { row in
            defer { row.customer.lastEvent = action.seq }
            row.customer.evolve(action)
            return UInt32(truncatingIfNeeded: row.customer.lastEvent)
        }
        let key = LeadRow.key(subject: subject, offer: event.offer)
        let next = UInt32(truncatingIfNeeded: leadCount + 1)
        let lead = try leads.update(key, fresh: { LeadRow(key: key, lead: Lead(number: next)) }) { row in
            row.lead.evolve(action)
            return active.isEmpty ? Lead(number: row.lead.number) : row.lead
        }
        if lead.number == next { leadCount += 1 }
        row.lead = lead.number
        if !active.isEmpty { try want(key, lead, action) }
    }

    /// Tells each destination what the lead became.
    private func want(_ key: Int64, _ lead: Lead, _ action: ActionFact) throws {
        let texts = try texts(key, lead)
        for destination in active {
            let suppression = destination.suppression(of: lead, texts)
            if destination.takesEveryAction {
                try update(destination, unit: action.seq, key) {
                    $0.want(action.seq, suppression: action.isTest ? "test" : suppression)
                }
                if suppression != nil { try suppressOpen(destination, key, suppression) }
            } else {
                try update(destination, unit: Int64(lead.number), key) {
                    $0.want(lead.version, suppression: suppression)
                }
            }
        }
    }

    func texts(_ key: Int64, _ lead: Lead) throws -> LeadTexts {
        let row = LeadRow(key: key, lead: lead)
        return LeadTexts(
            offer: Offer(try reader.text(row.offer)), country: Country.reading(try reader.text(lead.country)),
            stages: stages)
    }

    func update(
        _ destination: Destination, unit: Int64, _ lead: Int64, _ change: (inout Delivery) -> Void
    ) throws {
        let key = DeliveryRow.key(destination: destination.number, unit: unit)
        try deliveries.update(key, fresh: { DeliveryRow(key: key, lead: lead) }) { change(&$0.delivery) }
    }

    /// Stops actions of the lead that were not sent yet: the customer must not be contacted any more.
    private func suppressOpen(_ destination: Destination, _ lead: Int64, _ reason: String?) throws {
        try deliveries.flush()
        let select = try connection.prepare(
            "SELECT key FROM delivery WHERE lead = ? AND due_at IS NOT NULL AND key >> 32 = ?")
        try select.bind(lead, at: 1)
        try select.bind(destination.number, at: 2)
        var open: [Int64] = []
        while try select.step() { open.append(select.integer(0)) }
        for key in open {
            try deliveries.update(key, fresh: { DeliveryRow(key: key, lead: lead) }) { row in
                row.delivery.want(row.delivery.wanted, suppression: reason)
            }
        }
    }
}

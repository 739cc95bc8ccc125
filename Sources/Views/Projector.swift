internal import Leads
internal import Ledger
internal import SQLite

/// Folds events into every view, one batch in one transaction, checkpoint included.
///
/// Each view is a key and a pure evolve: the event names the row, the core's `Customer`, `Lead` and `Delivery` say what
/// becomes of it. Rows are read when first touched and written when the batch ends.
final class Projector {
    private let connection: Connection
    private var customers: Table<CustomerRow>
    private var leads: Table<LeadRow>
    private var deliveries: Table<DeliveryRow>
    private let insertAttempt: Statement
    private let deleteClaim: Statement
    private let events: EventFile
    private let policy: Policy
    private let reader: LedgerReader
    private(set) var destinations: Destinations
    private(set) var seq: Int64
    private(set) var leadCount: Int64
    private var stages: StageTable
    private var stageTerms = -1
    private var active: [Destination] = []
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
            INSERT INTO attempt (seq, delivery, lead, attempt, at, version, outcome, status, remote_id, reason, sha256)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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

    private func write() throws {
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
        case .destinationChanged, .destinationPaused, .destinationResumed:
            try change(event, try detail())
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

    private func texts(_ key: Int64, _ lead: Lead) throws -> LeadTexts {
        let row = LeadRow(key: key, lead: lead)
        return LeadTexts(
            offer: Offer(try reader.text(row.offer)), country: Country.reading(try reader.text(lead.country)),
            stages: stages)
    }

    private func update(
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

    private func attempt(_ event: EventColumns, _ detail: AttemptDetail?, _ row: inout EventRow) throws {
        let subject = event.subject
        let key = LeadRow.key(subject: subject, offer: event.offer)
        guard let detail, let lead = try leads.row(key) else { return }
        row.lead = lead.lead.number
        destinations.evolve(detail)
        row.previous = try customers.update(subject, fresh: { CustomerRow(subject: subject) }) { row in
            defer { row.customer.lastEvent = event.seq }
            return UInt32(truncatingIfNeeded: row.customer.lastEvent)
        }
        let unit = detail.action == 0 ? Int64(lead.lead.number) : detail.action
        let delivery = DeliveryRow.key(destination: detail.destination, unit: unit)
        let attempts = try deliveries.update(delivery, fresh: { DeliveryRow(key: delivery, lead: key) }) { row in
            row.delivery.evolve(
                Delivery.Attempt(
                    outcome: detail.outcome, version: detail.version, at: event.occurredAt,
                    retryAt: detail.retryAt?.micros, reason: detail.reason, digest: detail.content))
            return row.delivery.attempts
        }
        try insertAttempt.bind(event.seq, at: 1)
        try insertAttempt.bind(delivery, at: 2)
        try insertAttempt.bind(key, at: 3)
        try insertAttempt.bind(attempts, at: 4)
        try insertAttempt.bind(event.occurredAt, at: 5)
        try insertAttempt.bind(detail.version, at: 6)
        try insertAttempt.bind(detail.outcome.rawValue, at: 7)
        try insertAttempt.bind(detail.status, at: 8)
        try insertAttempt.bind(detail.remoteID, at: 9)
        try insertAttempt.bind(detail.reason, at: 10)
        try insertAttempt.bind(detail.sha256, at: 11)
        try insertAttempt.run()
        try deleteClaim.bind(delivery, at: 1)
        try deleteClaim.run()
    }

    /// Takes in a destination's event. New settings concern every lead so far, which is a walk over the view of leads.
    private func change(_ event: EventColumns, _ detail: [UInt8]) throws {
        guard let type = EventType(rawValue: event.type),
            let destination = destinations.evolve(type, seq: event.seq, detail: detail)
        else { return }
        active = destinations.active
        guard type != .destinationPaused else { return }
        try write()
        if type == .destinationResumed {
            // What failed before the mending is tried again at once.
            try settle(destination, "due_at = \(Delivery.atOnce), failures = 0 WHERE due_at IS NOT NULL")
        } else if destination.state == .removed {
            let delivered = Delivery.State.delivered.rawValue
            try settle(
                destination,
                """
                due_at = NULL, state = \(Delivery.State.suppressed.rawValue), reason = 'destination removed'
                WHERE state <> \(delivered)
                """)
        } else if destination.takesEveryAction {
            try wantEveryAction(destination)
        } else {
            let select = try connection.prepare(
                "SELECT \(LeadRow.columns.joined(separator: ", ")) FROM lead ORDER BY number")
            while try select.step() {
                let row = try LeadRow(reading: select)
                let suppression = destination.suppression(of: row.lead, try texts(row.key, row.lead))
                try update(destination, unit: Int64(row.lead.number), row.key) {
                    $0.want(row.lead.version, suppression: suppression, isMended: true)
                }
                if deliveries.dirtyCount >= Self.dirtyLimit { try deliveries.flush() }
            }
            try deliveries.flush()
        }
    }

    /// Changes what stands in the file about a destination's deliveries.
    private func settle(_ destination: Destination, _ change: String) throws {
        try connection.execute("UPDATE delivery SET \(change) AND key >> 32 = \(destination.number)")
        try deliveries.reset()
    }

    /// The same for a destination that takes every action: a walk over the ledger so far.
    private func wantEveryAction(_ destination: Destination) throws {
        try reader.scan(from: 1, to: destination.seq - 1) { event, _ in
            guard event.type == EventType.actionRecorded.rawValue else { return }
            let key = LeadRow.key(subject: event.subject, offer: event.offer)
            guard let row = try leads.row(key) else { return }
            let suppression =
                event.flags.contains(.test) ? "test" : destination.suppression(of: row.lead, try texts(key, row.lead))
            try update(destination, unit: event.seq, key) {
                $0.want(event.seq, suppression: suppression, isMended: true)
            }
            if deliveries.dirtyCount >= Self.dirtyLimit {
                try deliveries.flush()
                try leads.flush()
            }
        }
        try deliveries.flush()
    }
}

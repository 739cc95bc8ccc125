internal import Leads
internal import Ledger
internal import SQLite

/// What events about destinations and deliveries do to the views.
extension Projector {
    /// Puts an event at the end of its subject's history; returns the event before it.
    private func previous(_ event: EventColumns) throws -> UInt32 {
        try customers.update(event.subject, fresh: { CustomerRow(subject: event.subject) }) { row in
            defer { row.customer.lastEvent = event.seq }
            return UInt32(truncatingIfNeeded: row.customer.lastEvent)
        }
    }

    func attempt(_ event: EventColumns, _ detail: AttemptDetail?, _ row: inout EventRow) throws {
        let key = LeadRow.key(subject: event.subject, offer: event.offer)
        guard let detail, let lead = try leads.row(key) else { return }
        row.lead = lead.lead.number
        destinations.evolve(detail, at: Instant(micros: event.occurredAt))
        row.previous = try previous(event)
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
        try insertAttempt.bind(detail.adjusted.isEmpty ? nil : detail.adjusted.joined(separator: ", "), at: 12)
        try insertAttempt.run()
        try deleteClaim.bind(delivery, at: 1)
        try deleteClaim.run()
    }

    /// Takes in a destination's event. New settings concern every lead so far, which is a walk over the view of leads.
    func change(_ event: EventColumns, _ detail: [UInt8]) throws {
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
        } else {
            try wantAll(destination, before: event.seq) { _ in true }
        }
    }

    /// Says anew of everything so far whether it is wanted, where `concerns` says so of what stood there.
    private func wantAll(
        _ destination: Destination, before seq: Int64, _ concerns: (Delivery?) -> Bool
    ) throws {
        func want(_ unit: Int64, _ version: Int64, _ lead: Int64, _ suppression: String?) throws {
            let key = DeliveryRow.key(destination: destination.number, unit: unit)
            guard concerns(try deliveries.row(key)?.delivery) else { return }
            try update(destination, unit: unit, lead) {
                $0.want(version, suppression: suppression, isMended: true)
            }
            if deliveries.dirtyCount >= Self.dirtyLimit { try deliveries.flush() }
        }
        if destination.takesEveryAction {
            try eachAction(before: seq) { action, key, lead in
                let isTest = action.flags.contains(.test)
                try want(
                    action.seq, action.seq, key,
                    isTest ? "test" : destination.suppression(of: lead, try texts(key, lead)))
            }
        } else {
            try eachLead { row in
                try want(
                    Int64(row.lead.number), row.lead.version, row.key,
                    destination.suppression(of: row.lead, try texts(row.key, row.lead)))
            }
        }
        try deliveries.flush()
    }

    /// A walk over the leads as the file has them.
    private func eachLead(_ body: (LeadRow) throws -> Void) throws {
        let select = try connection.prepare(
            "SELECT \(LeadRow.columns.joined(separator: ", ")) FROM lead ORDER BY number")
        while try select.step() { try body(try LeadRow(reading: select)) }
    }

    /// A walk over the actions that the ledger has before event `seq`, each with its lead as it stands now.
    private func eachAction(before seq: Int64, _ body: (EventColumns, Int64, Lead) throws -> Void) throws {
        var seen = 0
        try reader.scan(from: 1, to: seq - 1) { event, _ in
            guard event.type == EventType.actionRecorded.rawValue else { return }
            let key = LeadRow.key(subject: event.subject, offer: event.offer)
            guard let row = try leads.row(key) else { return }
            try body(event, key, row.lead)
            // What is only read stays in memory as well, until a flush forgets it.
            seen += 1
            if seen % Self.dirtyLimit == 0 { try leads.flush() }
        }
    }

    /// Changes what stands in the file about a destination's deliveries.
    private func settle(_ destination: Destination, _ change: String) throws {
        try connection.execute("UPDATE delivery SET \(change) AND key >> 32 = \(destination.number)")
        try deliveries.reset()
    }

    /// Takes in what a person did to one delivery.
    func release(_ event: EventColumns, _ detail: ReleaseDetail?, _ row: inout EventRow) throws {
        let key = LeadRow.key(subject: event.subject, offer: event.offer)
        guard let detail, let lead = try leads.row(key) else { return }
        row.lead = lead.lead.number
        row.previous = try previous(event)
        let unit = detail.action == 0 ? Int64(lead.lead.number) : detail.action
        let delivery = DeliveryRow.key(destination: detail.destination, unit: unit)
        guard try deliveries.row(delivery) != nil else { return }
        try deliveries.update(delivery, fresh: { DeliveryRow(key: delivery, lead: key) }) { row in
            row.delivery.evolve(detail.release, seq: event.seq)
        }
    }

    /// Takes in that leads of one destination are wanted again, or from an earlier time on.
    func replay(_ event: EventColumns, _ detail: ReplayDetail?) throws {
        guard let detail else { return }
        switch detail.kind {
        case .backfill:
            guard let destination = destinations.backfill(detail.name, since: detail.since) else { return }
            active = destinations.active
            try write()
            // What was filtered for another reason stays so; what is wanted already is left alone.
            try wantAll(destination, before: event.seq) { $0 == nil || $0?.state == .suppressed }
        case .replay:
            guard let destination = destinations.named(detail.name) else { return }
            try write()
            let since = detail.since?.micros ?? .min
            if destination.takesEveryAction {
                try eachAction(before: event.seq) { action, key, _ in
                    guard action.occurredAt >= since else { return }
                    try sendAgain(destination, unit: action.seq, key, as: event.seq)
                }
            } else {
                try eachLead { row in
                    guard row.lead.latest.at >= since else { return }
                    try sendAgain(destination, unit: Int64(row.lead.number), row.key, as: event.seq)
                }
            }
            try deliveries.flush()
        }
    }

    private func sendAgain(_ destination: Destination, unit: Int64, _ lead: Int64, as seq: Int64) throws {
        let key = DeliveryRow.key(destination: destination.number, unit: unit)
        guard try deliveries.row(key) != nil else { return }
        try deliveries.update(key, fresh: { DeliveryRow(key: key, lead: lead) }) { $0.delivery.sendAgain(as: seq) }
        if deliveries.dirtyCount >= Self.dirtyLimit { try deliveries.flush() }
    }
}

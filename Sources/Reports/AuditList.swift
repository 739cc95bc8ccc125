package import Leads
internal import Ledger
package import OrderedJSON
internal import Views

/// Every attempt to deliver: when, where, what, and what came back.
package struct AuditList {
    package struct Filter: Sendable {
        package var subject: Int64?
        package var destination: String?
        package var since: Instant?
        package var until: Instant?
        package var outcome: Outcome?

        package init() {}
    }

    private let snapshot: Snapshot

    package init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Calls `body` for each attempt that fits, in the order of the ledger.
    package func each(_ filter: Filter, _ body: (JSON) throws -> Void) throws {
        try snapshot.views.attempts(subject: filter.subject) { row in
            let destination = snapshot.destination(row.destination)
            guard filter.destination == nil || destination?.name == filter.destination,
                filter.since.map({ $0 <= row.at }) ?? true, filter.until.map({ row.at < $0 }) ?? true,
                filter.outcome == nil || filter.outcome?.rawValue == row.outcome
            else { return }
            try body(try json(row, destination))
        }
    }

    private func json(_ row: AttemptRow, _ destination: Destination?) throws -> JSON {
        [
            "delivery": .string(snapshot.deliveryID(row.delivery)),
            "attempt": .number(row.attempt),
            "seq": .number(row.seq),
            "at": .string(row.at.description),
            "destination": .optional(destination?.name),
            "kind": .optional(destination?.settings.kind.rawValue),
            "customer": .string(snapshot.customerID(row.lead >> 32)),
            "lead": .string(snapshot.leadID(row.lead)),
            "offer": .optional(try snapshot.text(row.lead & 0xffff_ffff)),
            "outcome": .string(row.outcome),
            "status": row.status.map { .number($0) } ?? .null,
            "remoteId": .optional(row.remoteID),
            "reason": .optional(row.reason.flatMap { $0.isEmpty ? nil : $0 }),
            "sha256": .string(Hexadecimal.text(row.sha256)),
        ]
    }
}

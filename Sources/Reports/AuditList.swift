package import Leads
internal import Ledger
package import OrderedJSON
internal import Views

/// Every attempt to deliver: when, where, what, and what came back.
package struct AuditList {
    package struct Filter: Sendable {
        package var subject: Int64?
        /// The name of a destination; a removed one is known too.
        package var destination: String?
        package var since: Instant?
        package var until: Instant?
        package var outcome: Outcome?

        package init() {}
    }

    private let snapshot: Snapshot

    package init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Calls `body` for each attempt that fits, in the order of the ledger.
    /// - Throws: `QuestionError` for a destination that never was, and for a period that ends before it begins.
    package func each(_ filter: Filter, _ body: (JSON) throws -> Void) throws {
        try check(filter)
        try snapshot.views.attempts(subject: filter.subject) { row in
            if let item = try item(row, filter) { try body(item) }
            return true
        }
    }

    /// The attempts after `cursor`, in the same order. Nothing before it is read.
    /// - Throws: as `each`, and `InvalidCursor`.
    package func page(_ filter: Filter, limit: Int, cursor: String?) throws -> Page {
        try check(filter)
        let start = try Cursor.key(.attempts, cursor, snapshot.ids)
        var filler = PageFiller(limit: limit)
        try snapshot.views.attempts(subject: filter.subject, after: start ?? 0) { row in
            guard filler.takesMore() else { return false }
            if let item = try item(row, filter) { filler.add(row.seq, item) }
            return true
        }
        return filler.page(.attempts, snapshot.ids)
    }

    private func check(_ filter: Filter) throws {
        try QuestionError.check(since: filter.since, until: filter.until)
        if let name = filter.destination { _ = try snapshot.destinations(named: name) }
    }

    /// The attempt as it is shown; `nil` when it does not fit.
    private func item(_ row: AttemptRow, _ filter: Filter) throws -> JSON? {
        let destination = snapshot.destination(row.destination)
        guard filter.destination == nil || destination?.name == filter.destination,
            filter.since.map({ $0 <= row.at }) ?? true, filter.until.map({ row.at < $0 }) ?? true,
            filter.outcome == nil || filter.outcome?.rawValue == row.outcome
        else { return nil }
        return try json(row, destination)
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
            "adjusted": .optional(row.adjusted),
            "sha256": .string(Hexadecimal.text(row.sha256)),
        ]
    }
}

internal import Leads
package import OrderedJSON
package import Views

/// What is to be brought to destinations and how far that has come.
package struct DeliveryList {
    package struct Filter: Sendable {
        /// One of `states`.
        package var state: String?
        /// The name of a destination; a removed one is known too.
        package var destination: String?

        package init() {}
    }

    private let snapshot: Snapshot
    private let claims: Set<Int64>

    package init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        claims = (try? snapshot.views.claims()) ?? []
    }

    /// The states that are shown: those of the fold, and two that depend on what is around it.
    package static let states = Delivery.State.allCases.map(\.name) + ["running", "held"]

    /// Calls `body` for each delivery that fits, destination after destination, up to `limit` of them.
    package func each(
        state: String?, destination: Destination?, limit: Int = .max, _ body: (JSON) throws -> Void
    ) throws {
        var left = limit
        try snapshot.views.deliveries(destination: destination?.number) { row in
            guard state == nil || shownState(row) == state else { return true }
            try body(try json(row))
            left -= 1
            return left > 0
        }
    }

    /// The deliveries after `cursor`, in the same order. Nothing before it is read.
    /// - Throws: `QuestionError` for a destination or state that there is not, `InvalidCursor`.
    package func page(_ filter: Filter, limit: Int, cursor: String?) throws -> Page {
        if let state = filter.state, !Self.states.contains(state) {
            throw QuestionError.unknownState(state, known: Self.states)
        }
        let start = try Cursor.key(.deliveries, cursor, snapshot.ids) ?? -1
        var filler = PageFiller(limit: limit)
        var isFull = false
        for destination in try numbers(filter) where !isFull {
            try snapshot.views.deliveries(destination: destination, after: start) { row in
                isFull = !filler.takesMore()
                if isFull { return false }
                if filter.state == nil || shownState(row) == filter.state { filler.add(row.key, try json(row)) }
                return true
            }
        }
        return filler.page(.deliveries, snapshot.ids)
    }

    /// The destinations to walk through, in the order of their numbers; one `nil` for all.
    private func numbers(_ filter: Filter) throws -> [Int64?] {
        guard let name = filter.destination else { return [nil] }
        return try snapshot.destinations(named: name).map(\.number)
    }

    func json(_ row: DeliveryRow) throws -> JSON {
        let destination = snapshot.destination(row.destination)
        let state = shownState(row)
        return [
            "delivery": .string(snapshot.deliveryID(row.key)),
            "destination": .optional(destination?.name),
            "lead": .string(snapshot.leadID(row.lead)),
            "offer": .optional(try snapshot.text(row.lead & 0xffff_ffff)),
            "state": .string(state),
            "attempts": .number(row.delivery.attempts),
            "nextAttemptAt": .optional(
                state == "retry" || state == "unknown"
                    ? row.delivery.dueAt.map { Instant(micros: $0).description } : nil),
            "reason": .optional(state == "held" ? destination?.reason ?? row.delivery.reason : row.delivery.reason),
        ]
    }

    private func shownState(_ row: DeliveryRow) -> String {
        if claims.contains(row.key) { return "running" }
        if row.delivery.dueAt != nil, snapshot.destination(row.destination)?.state != .active { return "held" }
        return row.delivery.state.name
    }
}

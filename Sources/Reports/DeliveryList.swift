internal import Leads
package import OrderedJSON
package import Views

/// What is to be brought to destinations and how far that has come.
package struct DeliveryList {
    private let snapshot: Snapshot
    private let claims: Set<Int64>

    package init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        claims = (try? snapshot.views.claims()) ?? []
    }

    /// The states that are shown: those of the fold, and two that depend on what is around it.
    package static let states = Delivery.State.allCases.map(\.name) + ["running", "held"]

    /// Calls `body` for each delivery that fits, destination after destination.
    package func each(state: String?, destination: Destination?, _ body: (JSON) throws -> Void) throws {
        try snapshot.views.deliveries(destination: destination?.number) { row in
            guard state == nil || shownState(row) == state else { return }
            try body(try json(row))
        }
    }

    func json(_ row: DeliveryRow) throws -> JSON {
        let destination = snapshot.destination(row.destination)
        let state = shownState(row)
        return [
            "delivery": .string(snapshot.deliveryID(row.key)),
            "destination": .optional(destination?.name),
            "lead": .string(snapshot.leadID(row.lead)),
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

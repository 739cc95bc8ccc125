package import Leads
internal import SQLite

/// A row of the view `deliveries`.
package struct DeliveryRow: Hashable, Sendable {
    /// Destination × 2³² + what is delivered: the lead's number, or the `seq` of an action.
    package let key: Int64
    /// The key of the lead (`LeadRow.key`).
    package let lead: Int64
    package var delivery = Delivery()

    package var destination: Int64 { key >> 32 }

    package static func key(destination: Int64, unit: Int64) -> Int64 { destination << 32 | unit }
}

extension DeliveryRow: TableRow {
    static let table = "delivery"
    static let columns = [
        "key", "lead", "state", "wanted", "delivered", "attempts", "failures", "due_at", "reason", "digest",
    ]

    init(reading row: Statement) throws {
        key = row.integer(0)
        lead = row.integer(1)
        guard let state = Delivery.State(rawValue: row.integer(2)) else {
            throw ViewsError.damaged("views.db", "a delivery has an unknown state")
        }
        delivery.state = state
        delivery.wanted = row.integer(3)
        delivery.delivered = row.integer(4)
        delivery.attempts = row.integer(5)
        delivery.failures = row.integer(6)
        delivery.dueAt = row.optionalInteger(7)
        delivery.reason = try row.optionalText(8)
        delivery.digest = row.bytes(9)
    }

    func bind(to statement: Statement) throws {
        try statement.bind(key, at: 1)
        try statement.bind(lead, at: 2)
        try statement.bind(delivery.state.rawValue, at: 3)
        try statement.bind(delivery.wanted, at: 4)
        try statement.bind(delivery.delivered, at: 5)
        try statement.bind(delivery.attempts, at: 6)
        try statement.bind(delivery.failures, at: 7)
        try statement.bind(delivery.dueAt, at: 8)
        try statement.bind(delivery.reason, at: 9)
        try statement.bind(delivery.digest, at: 10)
    }
}

package import Leads
internal import SQLite

/// A delivery that a worker took on, with the lead and the customer it is about.
package struct Claim: Hashable, Sendable {
    package let row: DeliveryRow
    package let lead: Lead
    package let customer: Customer

    /// The `seq` of the action to send, at a destination that takes every action; 0 for the lead's state.
    package let action: Int64

    private static let columns = DeliveryRow.columns.map { "d.\($0)" }.joined(separator: ", ")

    /// What is due at a destination (1) by a time (2), the longest due first, up to a number (3).
    static func dueQuery(everyAction: Bool) -> String {
        // An action waits for the earlier ones of its lead that are still to be sent; parked ones hold up nobody.
        let first = """
            AND NOT EXISTS (SELECT 1 FROM delivery e INDEXED BY delivery_open
                WHERE e.lead = d.lead AND e.due_at IS NOT NULL AND e.key >= ?1 << 32 AND e.key < d.key)
            """
        return """
            SELECT \(columns) FROM delivery d INDEXED BY delivery_due
            WHERE d.key >> 32 = ?1 AND d.due_at BETWEEN ?4 AND ?2 AND d.due_at IS NOT NULL
                AND d.key NOT IN (SELECT delivery FROM claim) \(everyAction ? first : "")
            ORDER BY d.due_at, d.key LIMIT ?3
            """
    }

    /// CROSS JOIN keeps SQLite from walking over the deliveries, which it takes for the smaller table.
    static let interruptedQuery =
        "SELECT \(columns), c.version FROM claim c CROSS JOIN delivery d ON d.key = c.delivery ORDER BY c.delivery"

    static let nextDueQuery =
        "SELECT min(due_at) FROM delivery INDEXED BY delivery_due WHERE key >> 32 = ? AND due_at IS NOT NULL"
}

extension ViewsWriter {
    /// Takes up to `limit` deliveries that are due at a destination and writes down that they are being sent, so that a
    /// crash leaves a trace of each. At most one of a lead: at a destination that takes every action, the first.
    ///
    /// None when the destination was paused, removed or set anew since the caller looked at it.
    ///
    /// O(log due) a claim, whatever was delivered before; at a destination that takes every action, O(due) in all.
    package func claim(destination: Destination, now: Instant, limit: Int) throws -> [Claim] {
        let isCurrent = destinations.contains {
            $0.number == destination.number && $0.state == .active && $0.seq == destination.seq
        }
        guard isCurrent else { return [] }
        return try withConnection { connection in
            let due = try dueRows(connection, destination, now, limit)
            guard !due.isEmpty else { return [] }
            // Where a repeat is not known by its key, not even a power cut may forget what was about to be sent.
            let isSynced = destination.settings.repeats != .keyed
            if isSynced { try connection.execute("PRAGMA synchronous = FULL") }
            defer { if isSynced { try? connection.execute("PRAGMA synchronous = NORMAL") } }
            return try connection.transaction {
                let insert = try connection.prepare("INSERT INTO claim (delivery, version, at) VALUES (?, ?, ?)")
                let lead = try connection.prepare(
                    "SELECT \(LeadRow.columns.joined(separator: ", ")) FROM lead WHERE key = ?")
                let customer = try connection.prepare(
                    "SELECT \(CustomerRow.columns.joined(separator: ", ")) FROM customer WHERE subject = ?")
                return try due.map { row in
                    try insert.bind(row.key, at: 1)
                    try insert.bind(row.delivery.wanted, at: 2)
                    try insert.bind(now.micros, at: 3)
                    try insert.run()
                    try lead.bind(row.lead, at: 1)
                    guard try lead.step() else {
                        throw ViewsError.damaged(connection.path, "a delivery is about a lead that is missing")
                    }
                    let found = try LeadRow(reading: lead)
                    try lead.reset()
                    try customer.bind(found.subject, at: 1)
                    guard try customer.step() else {
                        throw ViewsError.damaged(connection.path, "a lead is of a customer that is missing")
                    }
                    defer { try? customer.reset() }
                    return Claim(
                        row: row, lead: found.lead, customer: try CustomerRow(reading: customer).customer,
                        action: destination.takesEveryAction ? row.key & 0xffff_ffff : 0)
                }
            }
        }
    }

    private func dueRows(
        _ connection: Connection, _ destination: Destination, _ now: Instant, _ limit: Int
    ) throws -> [DeliveryRow] {
        let select = try connection.prepare(Claim.dueQuery(everyAction: destination.takesEveryAction))
        var rows: [DeliveryRow] = []
        // No wait is so long: what is due later was written by a clock that ran ahead, and must not be held back by it.
        let longest = Swift.max(now.micros, now.micros &+ (2 * Span.day).micros)
        for (from, until) in [(Int64.min, now.micros), (longest, .max)] where rows.count < limit {
            try select.bind(destination.number, at: 1)
            try select.bind(until, at: 2)
            try select.bind(Int64(limit - rows.count), at: 3)
            try select.bind(from, at: 4)
            while try select.step() { rows.append(try DeliveryRow(reading: select)) }
            try select.reset()
        }
        return rows
    }

    /// The deliveries of claims of which something else is wanted by now, or nothing at all.
    package func changed(since claims: [Claim]) throws -> Set<Int64> {
        try withConnection { connection in
            let select = try connection.prepare("SELECT wanted, state FROM delivery WHERE key = ?")
            var changed: Set<Int64> = []
            for claim in claims {
                try select.bind(claim.row.key, at: 1)
                let isSame =
                    try select.step() && select.integer(0) == claim.row.delivery.wanted
                    && select.integer(1) != Delivery.State.suppressed.rawValue
                if !isSame { changed.insert(claim.row.key) }
                try select.reset()
            }
            return changed
        }
    }

    /// Claims that no attempt followed: what a crash interrupted. Only before workers start.
    package func interruptedClaims() throws -> [(row: DeliveryRow, version: Int64)] {
        try withConnection { connection in
            let select = try connection.prepare(Claim.interruptedQuery)
            var claims: [(row: DeliveryRow, version: Int64)] = []
            while try select.step() {
                claims.append((try DeliveryRow(reading: select), select.integer(Int32(DeliveryRow.columns.count))))
            }
            return claims
        }
    }

    /// Gives back a claim that was not sent.
    package func release(_ deliveries: [Int64]) throws {
        try withConnection { connection in
            try connection.transaction {
                let delete = try connection.prepare("DELETE FROM claim WHERE delivery = ?")
                for key in deliveries {
                    try delete.bind(key, at: 1)
                    try delete.run()
                }
            }
        }
    }

    /// When the next delivery of a destination is due; `nil` when none waits.
    package func nextDue(destination: Int64) throws -> Instant? {
        try withConnection { connection in
            let select = try connection.prepare(Claim.nextDueQuery)
            try select.bind(destination, at: 1)
            return try select.step() ? select.optionalInteger(0).map { Instant(micros: $0) } : nil
        }
    }
}

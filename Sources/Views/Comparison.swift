internal import SQLite

/// Compares the views of two databases row by row.
struct Comparison {
    let live: Connection
    let fresh: Connection

    /// The name of each view, and what is compared of it in which order.
    private static let tables = [
        ("customers", CustomerRow.table, CustomerRow.columns), ("leads", LeadRow.table, LeadRow.columns),
        ("deliveries", DeliveryRow.table, DeliveryRow.columns),
        (
            "attempts", "attempt",
            [
                "seq", "delivery", "lead", "attempt", "at", "version", "outcome", "status", "remote_id", "reason",
                "sha256", "adjusted",
            ]
        ),
        ("access", "access", Access.columns), ("sources", "source", PullSources.columns),
        ("quarantine", "quarantine", ["seq", "released_by"]),
        ("heartbeats", "heartbeat", ["key", "name", "state"]),
    ]

    /// O(rows), both read in the order of their keys.
    func run() throws -> [Rebuild.View] {
        var views = try Self.tables.map { name, table, columns in
            let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(table) ORDER BY \(columns[0])"
            let (rows, differences) = try compare(sql, columns: Int32(columns.count))
            return Rebuild.View(name: name, rows: rows, differences: differences)
        }
        views.insert(try compareEvents(), at: 2)
        return views
    }

    private func compare(_ sql: String, columns: Int32) throws -> (rows: Int64, differences: Int64) {
        let old = try live.prepare(sql)
        let new = try fresh.prepare(sql)
        var rows: Int64 = 0
        var differences: Int64 = 0
        var hasOld = try old.step()
        var hasNew = try new.step()
        while hasOld || hasNew {
            let oldKey = hasOld ? old.integer(0) : .max
            let newKey = hasNew ? new.integer(0) : .max
            if oldKey != newKey || !same(old, new, columns) { differences += 1 }
            if hasNew && newKey <= oldKey { rows += 1 }
            let stepsOld = hasOld && oldKey <= newKey
            let stepsNew = hasNew && newKey <= oldKey
            if stepsOld { hasOld = try old.step() }
            if stepsNew { hasNew = try new.step() }
        }
        return (rows, differences)
    }

    private func same(_ old: Statement, _ new: Statement, _ columns: Int32) -> Bool {
        (0..<columns).allSatisfy { column in
            if old.isInteger(column) && new.isInteger(column) { return old.integer(column) == new.integer(column) }
            return old.isNull(column) == new.isNull(column)
                && old.isInteger(column) == new.isInteger(column)
                && old.withBytes(column) { left in new.withBytes(column) { left.elementsEqual($0) } }
        }
    }

    private func compareEvents() throws -> Rebuild.View {
        let maps = try [live, fresh].map { connection in
            let state = try ViewsState(connection)
            let file = try OpenEventFile(path: ViewsStore.folder(of: connection.path) + state.eventFile)
            return try EventMap(file, rows: Int(state.seq))
        }
        let differences = maps[0].withRows { old in
            maps[1].withRows { new in
                let common = min(old.count, new.count)
                let changed = (0..<common).lazy.filter { old[$0] != new[$0] }.count
                return changed + max(old.count, new.count) - common
            }
        }
        return Rebuild.View(name: "funnel", rows: Int64(maps[1].count), differences: Int64(differences))
    }
}

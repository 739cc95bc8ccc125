internal import Leads
internal import OrderedJSON

/// The tables of an account and what is written into them. A value: a batch works on a copy, which is kept or dropped.
struct AzureTableStore {
    private var tables: [String: AzureTableRows] = [:]
    /// Names in the spelling they were made with.
    private var names: [String: String] = [:]
    private var writings: [Key: Writing] = [:]
    private var nextPlace = 0
    private(set) var created = 0
    private(set) var updated = 0

    private struct Key: Hashable {
        let table: String
        let partition: String
        let row: String
    }

    /// How often a row was written, and its place in the order of making.
    private struct Writing {
        let place: Int
        var count: Int
    }

    /// What a write did; no fate for one that took a row away.
    struct Outcome {
        let row: AzureTableRow
        let fate: RecordFate.Fate?
    }

    static let tableNotFound = AzureFault(404, "TableNotFound", "The table specified does not exist.")

    init(tables: [String]) {
        for name in tables { make(name) }
    }

    var tableNames: [String] { tables.keys.sorted().map { names[$0] ?? $0 } }

    /// Makes a table; `false` when it is there already.
    @discardableResult
    mutating func make(_ name: String) -> Bool {
        guard tables[name.lowercased()] == nil else { return false }
        tables[name.lowercased()] = AzureTableRows()
        names[name.lowercased()] = name
        return true
    }

    mutating func removeTable(_ name: String) throws(AzureFault) {
        guard tables.removeValue(forKey: name.lowercased()) != nil else { throw Self.tableNotFound }
        writings = writings.filter { $0.key.table != name.lowercased() }
    }

    func rows(of table: String) throws(AzureFault) -> AzureTableRows {
        guard let rows = tables[table.lowercased()] else { throw Self.tableNotFound }
        return rows
    }

    func row(_ partition: String, _ row: String, of table: String) throws(AzureFault) -> AzureTableRow? {
        let rows = try rows(of: table)
        let (index, isThere) = rows.place(partition, row)
        return isThere ? rows.all[index] : nil
    }

    /// Keeps a row without asking what was there.
    mutating func put(_ row: AzureTableRow, in table: String) {
        make(table)
        tables[table.lowercased()]?.put(row)
        let key = Key(table: table.lowercased(), partition: row.partitionKey, row: row.rowKey)
        if writings[key] == nil {
            writings[key] = Writing(place: nextPlace, count: 0)
            nextPlace += 1
        }
        writings[key]?.count += 1
    }

    mutating func apply(_ write: AzureTableWrite) throws(AzureFault) -> Outcome {
        let known = try row(write.partition, write.row, of: write.table)
        try write.checkCondition(known)
        switch write.change {
        case .delete:
            guard let known else { throw AzureTableWrite.resourceNotFound }
            tables[write.table.lowercased()]?.remove(known.partitionKey, known.rowKey)
            writings[Key(table: write.table.lowercased(), partition: write.partition, row: write.row)] = nil
            return Outcome(row: known, fate: nil)
        case .insert(let row):
            guard known == nil else {
                throw AzureFault(409, "EntityAlreadyExists", "The specified entity already exists.")
            }
            return try keep(row, over: nil, in: write.table)
        case .replace(let row):
            return try keep(row, over: known, in: write.table)
        case .merge(let row):
            return try keep(known?.merged(with: row) ?? row, over: known, in: write.table)
        }
    }

    private mutating func keep(
        _ row: AzureTableRow, over known: AzureTableRow?, in table: String
    ) throws(AzureFault) -> Outcome {
        try AzureTableLimits.check(row)
        put(row, in: table)
        if known == nil { created += 1 } else { updated += 1 }
        return Outcome(row: row, fate: known == nil ? .created : .updated)
    }

    var rowCount: Int { writings.count }

    /// All rows in the order of making.
    var records: [JSON] {
        writings.sorted { $0.value.place < $1.value.place }.compactMap { key, writing in
            guard let row = try? row(key.partition, key.row, of: key.table) else { return nil }
            return [
                "key": .string(AzureTableWrite.key(key.partition, key.row)), "written": .number(writing.count),
                "table": .string(names[key.table] ?? key.table),
                "fields": .object(row.properties.filter { !$0.name.contains("@") }),
            ]
        }
    }
}

/// Rows in the order of the service: by partition, then by row.
struct AzureTableRows {
    private(set) var all: [AzureTableRow] = []

    /// The place of a key, or where it would stand.
    func place(_ partition: String, _ row: String) -> (index: Int, isThere: Bool) {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes((all[middle].partitionKey, all[middle].rowKey), (partition, row)) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let isThere = low < all.count && all[low].partitionKey == partition && all[low].rowKey == row
        return (low, isThere)
    }

    mutating func put(_ row: AzureTableRow) {
        let (index, isThere) = place(row.partitionKey, row.rowKey)
        if isThere { all[index] = row } else { all.insert(row, at: index) }
    }

    mutating func remove(_ partition: String, _ row: String) {
        let (index, isThere) = place(partition, row)
        if isThere { all.remove(at: index) }
    }

    private static func precedes(_ left: (String, String), _ right: (String, String)) -> Bool {
        left.0 == right.0
            ? left.1.utf16.lexicographicallyPrecedes(right.1.utf16)
            : left.0.utf16.lexicographicallyPrecedes(right.0.utf16)
    }
}

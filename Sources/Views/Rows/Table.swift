internal import SQLite

/// A row that a table of the views keeps under an integer key.
protocol TableRow: Equatable {
    /// `SELECT key, …` and `INSERT OR REPLACE … (key, …)` name the columns in this order.
    static var table: String { get }
    static var columns: [String] { get }
    init(reading row: Statement) throws
    func bind(to statement: Statement) throws
}

/// The rows of one view while events are folded into them: read when first touched, written when the batch ends.
///
/// A key above every stored one is new without a look at the file; subjects and leads are numbered in order, so most
/// new rows are.
final class Table<Row: TableRow> {
    private struct Entry {
        let key: Int64
        var row: Row
        var isDirty: Bool
    }

    private let select: Statement
    private let upsert: Statement
    private let maximum: Statement
    /// Where each key's entry stands: one hash for an event's change, the rest is array work.
    private var places: [Int64: Int] = [:]
    private var entries: ContiguousArray<Entry> = []
    private var dirty: ContiguousArray<Int> = []
    private var highestStored: Int64

    var dirtyCount: Int { dirty.count }

    init(_ connection: Connection) throws {
        let columns = Row.columns.joined(separator: ", ")
        let marks = Row.columns.map { _ in "?" }.joined(separator: ", ")
        let key = Row.columns[0]
        select = try connection.prepare("SELECT \(columns) FROM \(Row.table) WHERE \(key) = ?")
        upsert = try connection.prepare("INSERT OR REPLACE INTO \(Row.table) (\(columns)) VALUES (\(marks))")
        maximum = try connection.prepare("SELECT max(\(key)) FROM \(Row.table)")
        highestStored = 0
        try readHighest()
    }

    private func readHighest() throws {
        highestStored = try maximum.step() ? maximum.integer(0) : 0
        try maximum.reset()
    }

    /// The row as it stands, changes of this batch included.
    func row(_ key: Int64) throws -> Row? {
        if let place = places[key] { return entries[place].row }
        guard let stored = try stored(key) else { return nil }
        add(key, stored)
        return stored
    }

    /// Changes a row in place, made by `fresh` when there is none.
    func update<Result>(_ key: Int64, fresh: () -> Row, _ change: (inout Row) throws -> Result) throws -> Result {
        var place = places[key] ?? -1
        if place < 0 { place = add(key, try stored(key) ?? fresh()) }
        if !entries[place].isDirty {
            entries[place].isDirty = true
            dirty.append(place)
        }
        return try change(&entries[place].row)
    }

    @discardableResult
    private func add(_ key: Int64, _ row: Row) -> Int {
        places[key] = entries.count
        entries.append(Entry(key: key, row: row, isDirty: false))
        return entries.count - 1
    }

    private func stored(_ key: Int64) throws -> Row? {
        guard key <= highestStored else { return nil }
        try select.bind(key, at: 1)
        defer { try? select.reset() }
        return try select.step() ? try Row(reading: select) : nil
    }

    /// Writes the changed rows, in the order of their keys.
    func flush() throws {
        dirty.sort { entries[$0].key < entries[$1].key }
        for place in dirty {
            try entries[place].row.bind(to: upsert)
            try upsert.run()
            entries[place].isDirty = false
        }
        if let last = dirty.last { highestStored = max(highestStored, entries[last].key) }
        dirty.removeAll(keepingCapacity: true)
        if entries.count > 65_536 { forget() }
    }

    /// Forgets everything that is not in the file, after a transaction that did not commit.
    func reset() throws {
        forget()
        dirty.removeAll()
        try readHighest()
    }

    private func forget() {
        places.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}

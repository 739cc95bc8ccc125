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
struct Table<Row: TableRow> {
    private struct Entry {
        var row: Row
        /// The file has a row of this key, which may be an older one.
        var isStored: Bool
        var isDirty: Bool
    }

    private struct Change {
        let key: Int64
        let place: Int
    }

    private let select: Statement
    private let insert: Statement
    private let replace: Statement
    private let maximum: Statement
    /// Where each key's entry stands: one hash for an event's change, the rest is array work.
    private var places: [Int64: Int] = [:]
    private var entries: ContiguousArray<Entry> = []
    private var dirty: ContiguousArray<Change> = []
    private var highestStored: Int64

    var dirtyCount: Int { dirty.count }

    init(_ connection: Connection) throws {
        let columns = Row.columns.joined(separator: ", ")
        let marks = Row.columns.map { _ in "?" }.joined(separator: ", ")
        let key = Row.columns[0]
        select = try connection.prepare("SELECT \(columns) FROM \(Row.table) WHERE \(key) = ?")
        // REPLACE undoes more when it fails and so keeps more books: a row known to be new is simply inserted.
        insert = try connection.prepare("INSERT INTO \(Row.table) (\(columns)) VALUES (\(marks))")
        replace = try connection.prepare("REPLACE INTO \(Row.table) (\(columns)) VALUES (\(marks))")
        maximum = try connection.prepare("SELECT max(\(key)) FROM \(Row.table)")
        highestStored = 0
        try readHighest()
    }

    private mutating func readHighest() throws {
        highestStored = try maximum.step() ? maximum.integer(0) : 0
        try maximum.reset()
    }

    /// The row as it stands, changes of this batch included.
    mutating func row(_ key: Int64) throws -> Row? {
        if let place = places[key] { return entries[place].row }
        guard let stored = try stored(key) else { return nil }
        add(key, stored, isStored: true)
        return stored
    }

    /// Changes a row in place, made by `fresh` when there is none.
    mutating func update<Result>(_ key: Int64, fresh: () -> Row, _ change: (inout Row) throws -> Result) throws
        -> Result
    {
        var place = places[key] ?? -1
        if place < 0 {
            let stored = try stored(key)
            place = add(key, stored ?? fresh(), isStored: stored != nil)
        }
        if !entries[place].isDirty {
            entries[place].isDirty = true
            dirty.append(Change(key: key, place: place))
        }
        return try change(&entries[place].row)
    }

    @discardableResult
    private mutating func add(_ key: Int64, _ row: Row, isStored: Bool) -> Int {
        places[key] = entries.count
        entries.append(Entry(row: row, isStored: isStored, isDirty: false))
        return entries.count - 1
    }

    private func stored(_ key: Int64) throws -> Row? {
        guard key <= highestStored else { return nil }
        try select.bind(key, at: 1)
        defer { try? select.reset() }
        return try select.step() ? try Row(reading: select) : nil
    }

    /// Writes the changed rows, in the order of their keys.
    mutating func flush() throws {
        dirty.sort { $0.key < $1.key }
        for change in dirty {
            let statement = entries[change.place].isStored ? replace : insert
            try entries[change.place].row.bind(to: statement)
            try statement.run()
            entries[change.place].isStored = true
            entries[change.place].isDirty = false
        }
        if let last = dirty.last { highestStored = max(highestStored, last.key) }
        dirty.removeAll(keepingCapacity: true)
        if entries.count > 65_536 { forget() }
    }

    /// Forgets everything that is not in the file, after a transaction that did not commit.
    mutating func reset() throws {
        forget()
        dirty.removeAll()
        try readHighest()
    }

    private mutating func forget() {
        places.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}

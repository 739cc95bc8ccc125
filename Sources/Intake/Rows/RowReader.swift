/// Reads the rows of one file as they come.
protocol RowReader: AnyObject {
    func append(_ bytes: UnsafeRawBufferPointer)

    /// Says that there are no more bytes.
    func finish()

    /// The next row and what it turned out to be; `nil` when more bytes are needed, or none are left.
    func next() throws(ImportError) -> (row: RawRow, reading: ActionReading)?
}

/// Rows of a CSV file with a header.
final class CSVRows: RowReader {
    private var reader = CSVReader()
    private var columns: ActionColumns?
    private var entityColumns: AzureColumns?
    private let entities: Entities

    /// Whether the rows are entities of a table.
    enum Entities { case never, byHeader, always }

    init(entities: Entities) { self.entities = entities }

    func append(_ bytes: UnsafeRawBufferPointer) { reader.append(bytes) }

    func finish() { reader.finish() }

    func next() throws(ImportError) -> (row: RawRow, reading: ActionReading)? {
        while let item = reader.next() {
            switch item {
            case .reject(let reject):
                guard columns != nil || entityColumns != nil else {
                    throw ImportError("the header in line \(reject.row.line) cannot be read: \(reject.error)")
                }
                return (reject.row, .refused(reject.error))
            case .record(let record):
                if let reading = columns?.read(record) ?? entityColumns?.read(record) { return (record.row, reading) }
                try readHeader(record)
            }
        }
        return nil
    }

    private func readHeader(_ record: CSVRecord) throws(ImportError) {
        if entities != .never {
            entityColumns = AzureColumns(header: record)
            if entityColumns != nil { return }
        }
        if entities == .always {
            throw ImportError(
                "line \(record.row.line) does not name the columns PartitionKey and RowKey; an export of an Azure "
                    + "table begins with them")
        }
        columns = ActionColumns(header: record)
        if columns == nil {
            throw ImportError(
                "line \(record.row.line) names no column that is known; a CSV file begins with a header, such as "
                    + "\"occurredAt,source,action,offer,email\"")
        }
    }
}

/// Rows that are JSON objects, one a line.
final class JSONRows: RowReader {
    private var reader = LineReader()
    private var objects = ActionObjects()
    private let requiresCloudEvent: Bool

    init(requiresCloudEvent: Bool) { self.requiresCloudEvent = requiresCloudEvent }

    func append(_ bytes: UnsafeRawBufferPointer) { reader.append(bytes) }

    func finish() { reader.finish() }

    func next() throws(ImportError) -> (row: RawRow, reading: ActionReading)? {
        switch reader.next() {
        case .line(let row): (row, objects.read(row.bytes, requiresCloudEvent: requiresCloudEvent))
        case .reject(let reject): (reject.row, .refused(reject.error))
        case nil: nil
        }
    }
}

/// Rows that are the elements of one JSON array.
final class ArrayRows: RowReader {
    private var reader = ArrayReader()
    private var objects = ActionObjects()
    private var items: [LineReader.Item] = []
    private var taken = 0
    private let requiresCloudEvent: Bool

    init(requiresCloudEvent: Bool) { self.requiresCloudEvent = requiresCloudEvent }

    func append(_ bytes: UnsafeRawBufferPointer) { reader.read(bytes) { items.append($0) } }

    func finish() { reader.finish { items.append($0) } }

    func next() throws(ImportError) -> (row: RawRow, reading: ActionReading)? {
        guard taken < items.count else {
            items.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        switch items[taken] {
        case .line(let row): return (row, objects.read(row.bytes, requiresCloudEvent: requiresCloudEvent))
        case .reject(let reject): return (reject.row, .refused(reject.error))
        }
    }
}

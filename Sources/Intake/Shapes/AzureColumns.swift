internal import Leads
internal import OrderedJSON

/// The columns of a table's CSV export: `PartitionKey`, `RowKey`, `Timestamp` and the properties, each of which may
/// have a companion `NAME@type`.
struct AzureColumns {
    private struct Column {
        let index: Int
        let name: String
        /// The column that says the property's type.
        let type: Int?
    }

    private let columns: [Column]
    private let count: Int
    private var entities = AzureEntities()

    /// `nil` when the header does not name both keys.
    init?(header: CSVRecord) {
        let names = header.texts.map { $0.trimmed }
        let normalized = Set(names.map { ActionField.normalized($0) })
        guard normalized.isSuperset(of: ["partitionkey", "rowkey"]) else { return nil }
        count = names.count
        columns = names.enumerated().compactMap { index, name in
            guard !name.hasSuffix("@type"), !name.hasSuffix("@odata.type") else { return nil }
            let type = names.firstIndex { $0 == name + "@type" || $0 == name + "@odata.type" }
            return Column(index: index, name: name.isEmpty ? "column \(index + 1)" : name, type: type)
        }
    }

    /// Reads a record of the file; one with another number of fields than the header is refused.
    mutating func read(_ record: CSVRecord) -> ActionReading {
        guard record.count >= count, record.fields[count...].allSatisfy({ $0.count == 0 }) else {
            return .refused(.fieldCount(found: record.count, expected: count))
        }
        let texts = record.texts
        var entity: [JSON.Member] = []
        entity.reserveCapacity(columns.count)
        for column in columns {
            let text = texts[column.index]
            if let type = column.type, texts[type] == "Edm.Null" { continue }
            entity.append(JSON.Member(column.name, .string(text)))
        }
        return entities.read(entity)
    }
}

package import Leads
package import OrderedJSON

/// An entity as the service keeps it.
package struct AzureTableRow: Sendable {
    package let partitionKey: String
    package let rowKey: String
    /// When it was written last.
    package let timestamp: Instant
    /// Without keys and system time; types only beside properties whose type does not show.
    package let properties: [JSON.Member]

    package init(partitionKey: String, rowKey: String, timestamp: Instant, properties: [JSON.Member]) {
        self.partitionKey = partitionKey
        self.rowKey = rowKey
        self.timestamp = timestamp
        self.properties = properties
    }

    /// Reads the body of a write.
    /// - Parameter partitionKey: the one that the address names; `nil` when only the body does. `rowKey` likewise.
    init(_ members: [JSON.Member], partitionKey: String?, rowKey: String?, now: Instant) throws(AzureFault) {
        func text(_ name: String) -> String? { members.first { $0.name == name }?.value.string }
        guard let partitionKey = partitionKey ?? text("PartitionKey"), let rowKey = rowKey ?? text("RowKey") else {
            throw AzureFault(
                400, "PropertiesNeedValue", "The values are not specified for all properties in the entity.")
        }
        guard [("PartitionKey", partitionKey), ("RowKey", rowKey)].allSatisfy({ text($0.0) ?? $0.1 == $0.1 }) else {
            throw .invalid("the body names another key than the address")
        }
        for key in [partitionKey, rowKey] { try AzureTableLimits.check(key: key) }
        try AzureTableLimits.check(members: members)
        var properties: [JSON.Member] = []
        for member in members where !Self.systemNames.contains(Self.owner(of: member.name)) {
            if member.name.hasPrefix("odata.") || member.value == .null { continue }
            if member.name.hasSuffix("@odata.type"), Self.shownTypes.contains(member.value.string ?? "") { continue }
            properties.append(member)
        }
        self.init(partitionKey: partitionKey, rowKey: rowKey, timestamp: now, properties: properties)
    }

    private static let systemNames = ["PartitionKey", "RowKey", "Timestamp"]
    /// Types that the JSON of a value shows by itself.
    private static let shownTypes = ["Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.Double"]

    private static func owner(of name: String) -> String { String(name.prefix { $0 != "@" }) }

    /// This row with the properties of another write over it: what it does not name stays.
    func merged(with write: AzureTableRow) -> AzureTableRow {
        let written = Set(write.properties.map { Self.owner(of: $0.name) })
        return AzureTableRow(
            partitionKey: partitionKey, rowKey: rowKey, timestamp: write.timestamp,
            properties: properties.filter { !written.contains(Self.owner(of: $0.name)) } + write.properties)
    }

    /// With seven digits of a second, as the service writes it.
    var timestampText: String {
        let text = timestamp.description.dropLast()
        let parts = text.split(separator: ".")
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        return parts[0] + "." + fraction + String(repeating: "0", count: 7 - fraction.count) + "Z"
    }

    var etag: String {
        "W/\"datetime'" + timestampText.replacing(":", with: "%3A") + "'\""
    }

    func value(_ name: String) -> JSON? {
        switch name {
        case "PartitionKey": .string(partitionKey)
        case "RowKey": .string(rowKey)
        case "Timestamp": .string(timestampText)
        default: properties.first { $0.name == name }?.value
        }
    }

    /// - Parameter types: whether `odata.etag` and the types of properties are told.
    func json(types: Bool) -> [JSON.Member] {
        let system = [
            JSON.Member("PartitionKey", .string(partitionKey)), JSON.Member("RowKey", .string(rowKey)),
            JSON.Member("Timestamp", .string(timestampText)),
        ]
        guard types else { return system + properties.filter { !$0.name.hasSuffix("@odata.type") } }
        return [JSON.Member("odata.etag", .string(etag))] + system + properties
    }
}

package import Leads

/// A question to one table: which entities, and from where on.
package struct TableQuery: Hashable, Sendable {
    package let table: String
    /// OData; `nil` for all entities.
    package var filter: String?
    /// Entities in an answer at most; the service itself never gives more than 1,000.
    package var top: Int
    package var continuation: TableContinuation?

    package static let maximumTop = 1_000

    package init(table: String, filter: String? = nil, top: Int = Self.maximumTop) {
        self.table = table
        self.filter = filter
        self.top = top
    }

    /// The filter for entities whose system time is at or after `instant`.
    package static func filter(changedSince instant: Instant) -> String {
        "Timestamp ge datetime'\(max(instant, earliest))'"
    }

    /// The service knows no times before this one.
    private static let earliest = Instant(
        micros: CivilDate(year: 1601, month: 1, day: 1).daysSince1970 * Span.day.micros)

    var target: String {
        var parameters = filter.map { ["$filter=" + PercentEncoding.encode($0)] } ?? []
        parameters.append("$top=\(top)")
        if let continuation {
            parameters.append("NextPartitionKey=" + PercentEncoding.encode(continuation.partitionKey))
            if let rowKey = continuation.rowKey { parameters.append("NextRowKey=" + PercentEncoding.encode(rowKey)) }
        }
        return "/\(table)()?" + parameters.joined(separator: "&")
    }
}

/// Where an answer ended, in the words of the service: to be sent back as it came.
package struct TableContinuation: Hashable, Sendable {
    package let partitionKey: String
    package let rowKey: String?

    package init(partitionKey: String, rowKey: String?) {
        self.partitionKey = partitionKey
        self.rowKey = rowKey
    }
}

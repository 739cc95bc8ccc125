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

/// The table service of one account.
package struct TableService: Sendable {
    /// Without anything after its path.
    package let endpoint: EndpointURL
    private let credential: StorageCredential

    /// The version of the service whose answers are understood.
    package static let version = "2019-02-02"

    package init(endpoint: EndpointURL, credential: StorageCredential) {
        self.endpoint = endpoint
        self.credential = credential
    }

    /// The request that asks `query`, signed at `now`.
    package func request(_ query: TableQuery, now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        var base = endpoint.description
        while base.hasSuffix("/") { base.removeLast() }
        var target = query.target
        if case .signature(let signature) = credential { target = signature.appended(to: target) }
        let request = StorageRequest(
            method: "GET", url: try EndpointURL(base + target),
            headers: [
                .init("x-ms-date", now.httpDate), .init("x-ms-version", Self.version),
                .init("DataServiceVersion", "3.0"), .init("MaxDataServiceVersion", "3.0;NetFx"),
                .init("Accept", "application/json;odata=minimalmetadata"), .init("User-Agent", "leadledger"),
            ])
        guard case .key(let key) = credential else { return request }
        return key.signed(request, service: .table)
    }
}

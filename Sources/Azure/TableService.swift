package import Leads
package import OrderedJSON

/// The table service of one account.
package struct TableService: Sendable {
    package let service: StorageService

    package init(endpoint: EndpointURL, credential: StorageCredential, scheme: SharedKey.Scheme = .sharedKey) {
        service = StorageService(.table, endpoint: endpoint, credential: credential, scheme: scheme)
    }

    package var endpoint: EndpointURL { service.endpoint }

    /// The request that asks `query`, signed at `now`.
    package func request(_ query: TableQuery, now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request(
            "GET", query.target, headers: Self.headers(accept: "application/json;odata=minimalmetadata"), now: now)
    }

    /// The request for one write, signed at `now`.
    package func request(_ write: TableWrite, now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request(
            write.method, write.target,
            headers: Self.headers(accept: Self.plain) + [.init("Content-Type", Self.json)],
            body: write.entity.encoded(), now: now)
    }

    /// One request for several writes, of which all happen or none: an entity group transaction.
    ///
    /// Nothing within is signed: the signature of the whole holds for its parts.
    /// - Parameter writes: 1 ... 100, of one partition, no two of one row.
    package func request(batch writes: [TableWrite], now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request(
            "POST", "/$batch",
            headers: Self.headers(accept: Self.plain) + [
                .init("Content-Type", "multipart/mixed; boundary=\(Self.batch)")
            ], body: body(of: writes), now: now)
    }

    /// The request that makes a table, signed at `now`.
    package func request(makeTable name: String, now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        let body: JSON = ["TableName": .string(name)]
        return try service.request(
            "POST", "/Tables",
            headers: Self.headers(accept: Self.plain) + [
                .init("Content-Type", Self.json), .init("Prefer", "return-no-content"),
            ], body: body.encoded(), now: now)
    }

    /// Bytes that `write` adds to a batch, at most.
    package func batchBytes(of write: TableWrite) -> Int {
        part(of: write).utf8.count + write.entity.encoded().count + 2
    }

    /// Bytes of a batch around its parts, at most.
    package static let batchFrameBytes = 512

    // JSON has no line break within, so no lead can hold a line that looks like one of these.
    private static let batch = "batch_leadledger"
    private static let changeset = "changeset_leadledger"
    private static let json = "application/json"
    private static let plain = "application/json;odata=nometadata"

    private static func headers(accept: String) -> [StorageRequest.Header] {
        [
            .init("DataServiceVersion", "3.0"), .init("MaxDataServiceVersion", "3.0;NetFx"), .init("Accept", accept),
        ]
    }

    private func body(of writes: [TableWrite]) -> [UInt8] {
        var body = Array(
            "--\(Self.batch)\r\nContent-Type: multipart/mixed; boundary=\(Self.changeset)\r\n\r\n".utf8)
        for write in writes {
            body += part(of: write).utf8
            body += write.entity.encoded()
            body += "\r\n".utf8
        }
        body += "--\(Self.changeset)--\r\n\r\n--\(Self.batch)--\r\n".utf8
        return body
    }

    private func part(of write: TableWrite) -> String {
        [
            "--\(Self.changeset)", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "",
            "\(write.method) \(service.address(of: write.target)) HTTP/1.1",
            "x-ms-version: \(StorageService.version(of: .table))", "DataServiceVersion: 3.0",
            "Accept: \(Self.plain)", "Content-Type: \(Self.json)", "Content-Length: \(write.entity.encoded().count)",
            "",
            "",
        ].joined(separator: "\r\n")
    }
}

/// One entity that is to be written, whether or not it is there.
package struct TableWrite: Hashable, Sendable {
    package let table: String
    package let partitionKey: String
    package let rowKey: String
    package let mode: Mode
    package let entity: JSON

    package enum Mode: String, Sendable {
        /// Properties that are not named stay: Insert Or Merge Entity.
        case merge
        /// Only what is named is left: Insert Or Replace Entity.
        case replace
    }

    package init(table: String, partitionKey: String, rowKey: String, mode: Mode, entity: JSON) {
        self.table = table
        self.partitionKey = partitionKey
        self.rowKey = rowKey
        self.mode = mode
        self.entity = entity
    }

    /// No header names a state that the entity must have, which is what makes it an insert as well.
    var method: String { mode == .merge ? "PATCH" : "PUT" }

    var target: String { "/\(table)(PartitionKey='\(Self.encoded(partitionKey))',RowKey='\(Self.encoded(rowKey))')" }

    private static func encoded(_ key: String) -> String {
        PercentEncoding.encode(key.replacing("'", with: "''"))
    }

    /// UTF-16 units of a key, which are 1 KiB.
    private static let keyUnits = 512

    /// `text` as a key may be: what no key takes is percent-encoded, the percent sign with it, so that no two texts
    /// become one key unless they are longer than any key.
    package static func key(_ text: String) -> String {
        var key = ""
        var units = 0
        for scalar in text.unicodeScalars {
            let isFit = !"/\\#?%".unicodeScalars.contains(scalar) && scalar.properties.generalCategory != .control
            let piece = isFit ? String(scalar) : PercentEncoding.encode(String(scalar))
            units += piece.utf16.count
            guard units <= keyUnits else { break }
            key += piece
        }
        return key
    }

    /// Whether a property may be called so: as identifiers of C# are, and not as one of the service's own.
    package static func isPropertyName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (1...255).contains(name.utf16.count) else { return false }
        let isWord = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
        return isWord && !(48...57).contains(first) && !["PartitionKey", "RowKey", "Timestamp"].contains(name)
    }
}

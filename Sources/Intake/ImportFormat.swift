/// The form of a file's rows.
package enum ImportFormat: String, CaseIterable, Sendable {
    /// Told by the first character: `{` is JSON lines, `[` one JSON array, anything else CSV. CSV whose header has the
    /// columns PartitionKey and RowKey is the export of an Azure table.
    case auto
    case csv
    case ndjson
    /// JSON lines or an array in which every row is a CloudEvent.
    case cloudevents
    /// The CSV that Storage Explorer exports a table to.
    case azureTable = "azure-table"

    /// The reader of a file that begins with `bytes`; `nil` while they are all blank and more may come.
    func reader(_ bytes: [UInt8]) throws(ImportError) -> (any RowReader)? {
        try Self.refuseForeign(bytes)
        let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        let first = bytes.dropFirst(start).first { !Mark.isBlank($0) }
        switch (self, first) {
        case (.csv, _): return CSVRows(entities: .never)
        case (.azureTable, _): return CSVRows(entities: .always)
        case (_, nil): return nil
        case (_, UInt8(ascii: "[")): return ArrayRows(requiresCloudEvent: self == .cloudevents)
        case (.ndjson, _), (.cloudevents, _), (_, UInt8(ascii: "{")):
            return JSONRows(requiresCloudEvent: self == .cloudevents)
        default: return CSVRows(entities: .byHeader)
        }
    }

    private static func refuseForeign(_ bytes: [UInt8]) throws(ImportError) {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            throw ImportError("the file is UTF-16; save it as UTF-8 and import that")
        }
        if bytes.starts(with: [0x1f, 0x8b]) {
            throw ImportError(
                "the file is compressed twice; unpack it once, as in: gunzip -c FILE | leadledger import -")
        }
        if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
            throw ImportError("the file is a workbook or a ZIP archive; save the sheet as CSV (UTF-8) and import that")
        }
    }
}

/// One record of a CSV file: its bytes as they stand there, and where its fields are.
package struct CSVRecord: Sendable {
    package let row: RawRow
    let fields: [Field]

    /// A field's place in the record, without its quotes.
    struct Field: Sendable {
        let start: Int32
        let end: Int32
        /// Whether quotes stand in it doubled.
        let hasDoubledQuotes: Bool

        var count: Int { Int(end - start) }
    }

    package var count: Int { fields.count }

    /// The content of each field.
    package var texts: [String] {
        row.bytes.withUnsafeBufferPointer { bytes in fields.map { Self.text(of: $0, in: bytes) } }
    }

    static func text(of field: Field, in bytes: UnsafeBufferPointer<UInt8>) -> String {
        let content = UnsafeBufferPointer(rebasing: bytes[Int(field.start)..<Int(field.end)])
        guard field.hasDoubledQuotes else { return String(decoding: content, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: content.count) { target in
            var written = 0
            var read = 0
            while read < content.count {
                target[written] = content[read]
                written += 1
                // The quote after a quote is its double; the scanner made sure that it is there.
                read += content[read] == Mark.quote ? 2 : 1
            }
            return written
        }
    }
}

/// One row of a file as it stands there.
package struct RawRow: Hashable, Sendable {
    /// The line it starts on, from 1.
    package let line: Int
    /// Its bytes without the line end.
    package let bytes: [UInt8]
    /// Whether `bytes` is all of it; of a row beyond the limit only the beginning is kept.
    package let isWhole: Bool

    package init(line: Int, bytes: [UInt8], isWhole: Bool = true) {
        self.line = line
        self.bytes = bytes
        self.isWhole = isWhole
    }
}

/// A row that cannot be taken, and why.
package struct Reject: Hashable, Sendable {
    package let row: RawRow
    package let error: IntakeError

    package init(row: RawRow, error: IntakeError) {
        self.row = row
        self.error = error
    }

    package var line: Int { row.line }
    package var reason: String { error.description }
}

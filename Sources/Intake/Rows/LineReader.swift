/// Parts the bytes of a file into lines, as they come, in bounded memory.
///
/// Lines end in LF, CRLF or CR. A byte order mark at the start and blank lines are passed over. A line over the limit
/// is given back as a reject, of which only the beginning is kept, and reading goes on with the line after it.
package struct LineReader {
    package enum Item: Sendable {
        case line(RawRow)
        case reject(Reject)
    }

    private var pending = PendingBytes()
    private var hasStarted = false
    private var isSkipping = false
    private var skipsLineFeed = false
    /// Bytes of the current line that hold no line end.
    private var scanned = 0
    private var line = 1
    private let lineLimit: Int

    package init(lineLimit: Int = IntakeLimits.row) { self.lineLimit = lineLimit }

    /// Takes the next bytes of the file; take every line with `next` before the next call, to keep memory small.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { pending.append(bytes) }

    /// Says that there are no more bytes.
    package mutating func finish() { pending.isComplete = true }

    /// The next line or reject; `nil` when more bytes are needed, or none are left after `finish`.
    package mutating func next() -> Item? {
        if !hasStarted {
            guard pending.dropByteOrderMark() else { return nil }
            hasStarted = true
        }
        while pending.count > 0 {
            if skipsLineFeed {
                if pending[0] == Mark.lineFeed { pending.drop(1) }
                skipsLineFeed = false
                continue
            }
            let from = scanned
            let end = pending.withBytes { bytes in
                UnsafeBufferPointer(rebasing: bytes[from...]).firstLineEnd.map { from + $0 }
            }
            let length = end ?? pending.count
            if isSkipping {
                take(length, isEnded: end != nil)
                isSkipping = end == nil
                scanned = 0
            } else if length > lineLimit {
                let row = RawRow(line: line, bytes: pending.first(lineLimit + 1), isWhole: false)
                isSkipping = true
                scanned = 0
                return .reject(Reject(row: row, error: .rowTooLong(limit: lineLimit)))
            } else if end != nil || pending.isComplete {
                let row = RawRow(line: line, bytes: pending.first(length))
                take(length, isEnded: end != nil)
                scanned = 0
                if !row.bytes.allSatisfy(Mark.isBlank) { return .line(row) }
            } else {
                scanned = length
                return nil
            }
        }
        return nil
    }

    private mutating func take(_ length: Int, isEnded: Bool) {
        if isEnded {
            skipsLineFeed = pending[length] == Mark.carriageReturn
            line += 1
        }
        pending.drop(isEnded ? length + 1 : length)
    }
}

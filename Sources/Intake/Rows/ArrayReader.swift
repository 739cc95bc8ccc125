/// Parts the bytes of one JSON array into its elements, as they come, in bounded memory.
///
/// Only brackets, quotes and commas are looked at; whether an element is JSON is seen when it is read. An element over
/// the limit is given back as a reject, of which only the beginning is kept, and reading goes on with the one after it.
/// Text after the array is given back as one more element, which then cannot be read.
package struct ArrayReader {
    private enum Phase { case before, elements, after }

    private var phase = Phase.before
    private var line = 1
    private var element: [UInt8] = []
    private var elementLine = 1
    private var isTooLong = false
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var endsWithCarriageReturn = false
    private let elementLimit: Int

    package init(elementLimit: Int = IntakeLimits.row) { self.elementLimit = elementLimit }

    /// Takes the next bytes of the file; the elements that end in them are passed to `found`.
    package mutating func read(_ bytes: UnsafeRawBufferPointer, _ found: (LineReader.Item) -> Void) {
        for byte in bytes {
            countLine(byte)
            if isInString {
                keep(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == Mark.quote {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "[") where phase == .before: phase = .elements
            case Mark.comma where depth == 0 && phase == .elements: take(found)
            case UInt8(ascii: "]") where depth == 0 && phase == .elements:
                take(found)
                phase = .after
            default:
                if Mark.isBlank(byte), element.isEmpty { continue }
                if phase == .before { continue }
                follow(byte)
                keep(byte)
            }
        }
    }

    /// Says that there are no more bytes. What is left unfinished is passed to `found`.
    package mutating func finish(_ found: (LineReader.Item) -> Void) { take(found) }

    private mutating func follow(_ byte: UInt8) {
        switch byte {
        case Mark.quote: isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(0, depth - 1)
        default: break
        }
    }

    private mutating func keep(_ byte: UInt8) {
        if element.isEmpty { elementLine = line }
        guard element.count <= elementLimit else {
            isTooLong = true
            return
        }
        element.append(byte)
    }

    private mutating func take(_ found: (LineReader.Item) -> Void) {
        defer {
            element = []
            isTooLong = false
        }
        guard !element.isEmpty else { return }
        let isTooLong = isTooLong || element.count > elementLimit
        let row = RawRow(line: elementLine, bytes: element, isWhole: !isTooLong)
        found(isTooLong ? .reject(Reject(row: row, error: .rowTooLong(limit: elementLimit))) : .line(row))
    }

    private mutating func countLine(_ byte: UInt8) {
        if byte == Mark.carriageReturn || byte == Mark.lineFeed && !endsWithCarriageReturn { line += 1 }
        endsWithCarriageReturn = byte == Mark.carriageReturn
    }
}

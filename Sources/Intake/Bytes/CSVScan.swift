/// The scan of one CSV record (RFC 4180), which stops where the bytes end and goes on when more have come.
///
/// States and what moves between them:
///
///     fieldStart     --quote-->      quoted        --else-->  plain
///     plain          --delimiter-->  fieldStart    --line end--> the record ends
///     quoted         --quote-->      quoteInQuoted
///     quoteInQuoted  --quote-->      quoted        --delimiter--> fieldStart  --line end--> the record ends
///                    --else-->       plain, and the record is faulty
///
/// A record that is held to one line ends at the line end inside quotes, too, and is faulty then.
///
/// A quote inside a field that does not begin with one is an ordinary character.
struct CSVScan {
    private enum State { case fieldStart, plain, quoted, quoteInQuoted }

    private(set) var fields: [CSVRecord.Field] = []
    /// Bytes of the record that have been looked at.
    private(set) var position = 0
    /// Line ends inside quoted fields.
    private(set) var innerLines = 0
    private(set) var fault: IntakeError?
    private var state = State.fieldStart
    private var start = 0
    private var hasDoubledQuotes = false
    /// Whether the record may not cross lines; to be said before any of it is looked at.
    var isHeldToLine = false

    var isInQuotes: Bool { state == .quoted }

    init(expectedFields: Int) { fields.reserveCapacity(expectedFields) }

    /// Looks at `bytes`, which begin where the record begins, up to `end`; whether the record ends in them, at
    /// `position`.
    mutating func run(_ bytes: UnsafeBufferPointer<UInt8>, to end: Int, delimiter: UInt8) -> Bool {
        var index = position
        defer { position = index }
        while index < end {
            let byte = bytes[index]
            switch state {
            case .fieldStart:
                hasDoubledQuotes = false
                if byte == Mark.quote {
                    state = .quoted
                    index += 1
                } else {
                    state = .plain
                }
                start = index
            case .plain:
                while index < end {
                    let byte = bytes[index]
                    if byte == delimiter || byte == Mark.lineFeed || byte == Mark.carriageReturn { break }
                    index += 1
                }
                guard index < end else { return false }
                if closeField(at: index, before: bytes[index], delimiter) { return true }
                index += 1
            case .quoted:
                index = skipQuoted(bytes, from: index, to: end)
                guard index < end else { return false }
                if bytes[index] != Mark.quote {
                    fault = .quoteStaysOpen
                    return true
                }
                state = .quoteInQuoted
                index += 1
            case .quoteInQuoted:
                if byte == Mark.quote {
                    hasDoubledQuotes = true
                    state = .quoted
                } else if byte == delimiter || Mark.endsLine(byte) {
                    if closeField(at: index - 1, before: byte, delimiter) { return true }
                } else {
                    fault = .textAfterQuote
                    hasDoubledQuotes = false
                    state = .plain
                }
                index += 1
            }
        }
        return false
    }

    /// Ends the last field where the file ends.
    mutating func finish() {
        switch state {
        case .fieldStart: add(from: position, to: position)
        case .plain: add(from: start, to: position)
        case .quoted: fault = .quoteStaysOpen
        case .quoteInQuoted: add(from: start, to: position - 1)
        }
    }

    /// Adds the field that ends at `end`; whether the record ends with it.
    private mutating func closeField(at end: Int, before byte: UInt8, _ delimiter: UInt8) -> Bool {
        add(from: start, to: end)
        state = .fieldStart
        return byte != delimiter
    }

    private mutating func add(from start: Int, to end: Int) {
        guard fields.count < IntakeLimits.columns else {
            fault = .tooManyColumns(limit: IntakeLimits.columns)
            return
        }
        fields.append(
            CSVRecord.Field(start: Int32(start), end: Int32(end), hasDoubledQuotes: hasDoubledQuotes))
    }

    /// The position of the next quote, or of the line end that a held record may not cross, or `end`. CRLF counts as
    /// one line end.
    private mutating func skipQuoted(_ bytes: UnsafeBufferPointer<UInt8>, from first: Int, to end: Int) -> Int {
        var index = first
        while index < end, bytes[index] != Mark.quote {
            if Mark.endsLine(bytes[index]) {
                if isHeldToLine { break }
                if bytes[index] == Mark.carriageReturn || bytes[index - 1] != Mark.carriageReturn { innerLines += 1 }
            }
            index += 1
        }
        return index
    }
}

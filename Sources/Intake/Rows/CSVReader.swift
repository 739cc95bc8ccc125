/// Parts the bytes of a CSV file (RFC 4180) into records, as they come, in bounded memory.
///
/// Lines end in CRLF, LF or CR; a byte order mark at the start and blank lines are passed over; the delimiter is the
/// comma, semicolon or tab that the first line has most of. What is read does not depend on how the bytes were cut into
/// chunks. A record that cannot be read is given back as a reject and reading goes on with the record after it. Where
/// quotes stay open to the end of the file or over the limit of a record, nobody can know where that record should have
/// ended: its first line alone is rejected and reading goes on with its second, so that one stray quote never
/// swallows the rest of a file. The records that begin in what was looked at in vain are held to one line each: were
/// they let across lines, each line of a hostile file could make the reader look at the next 1 MiB again.
package struct CSVReader {
    package enum Item: Sendable {
        case record(CSVRecord)
        case reject(Reject)
    }

    private enum Phase { case start, records, skippingLine }

    private var pending = PendingBytes()
    private var phase = Phase.start
    private var scan = CSVScan(expectedFields: 16)
    private var delimiter = Mark.comma
    private var line = 1
    /// The last record ended in CR, so that an LF right after it belongs to the same line end.
    private var skipsLineFeed = false
    private var expectedFields = 16
    /// How many of the pending bytes were looked at in vain; records that begin in them may not cross lines.
    private var heldBytes = 0
    /// How many bytes were looked at in search of the ends of records, each as often as it was.
    private(set) var work = 0
    private let recordLimit: Int

    package init(recordLimit: Int = IntakeLimits.row) { self.recordLimit = recordLimit }

    /// Takes the next bytes of the file; take every record with `next` before the next call, to keep memory small.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { pending.append(bytes) }

    /// Says that there are no more bytes.
    package mutating func finish() { pending.isComplete = true }

    /// The next record or reject; `nil` when more bytes are needed, or none are left after `finish`.
    package mutating func next() -> Item? {
        if phase == .start {
            guard pending.isComplete || pending.count >= 3 else { return nil }
            guard detectDelimiter() else { return nil }
            _ = pending.dropByteOrderMark()
            phase = .records
        }
        while true {
            if phase == .skippingLine, !skipLine() { return nil }
            if skipsLineFeed {
                guard pending.count > 0 else { return nil }
                if pending[0] == Mark.lineFeed { drop(1) }
                skipsLineFeed = false
            }
            guard pending.count > 0 else { return nil }
            if scan.position == 0 { scan.isHeldToLine = heldBytes > 0 }
            let end = min(pending.count, recordLimit + 1)
            let delimiter = delimiter
            if pending.withBytes({ scan.run($0, to: end, delimiter: delimiter) }) {
                if let item = takeRecord(isEndedByLine: true) { return item }
            } else if scan.position > recordLimit {
                return rejectFirstLine(scan.isInQuotes ? .quoteStaysOpen : .rowTooLong(limit: recordLimit))
            } else if pending.isComplete {
                scan.finish()
                if scan.fault == .quoteStaysOpen { return rejectFirstLine(.quoteStaysOpen) }
                if let item = takeRecord(isEndedByLine: false) { return item }
            } else {
                return nil
            }
        }
    }

    /// Gives out the scanned record; `nil` when it is a blank line.
    private mutating func takeRecord(isEndedByLine: Bool) -> Item? {
        let length = scan.position
        let done = scan
        let (isBlank, isUTF8) = pending.withBytes { bytes in
            let record = UnsafeBufferPointer(rebasing: bytes[0..<length])
            return (done.fields.count == 1 && record.allSatisfy(Mark.isBlank), record.isUTF8)
        }
        let row = RawRow(line: line, bytes: isBlank ? [] : pending.first(length))
        if isEndedByLine {
            skipsLineFeed = pending[length] == Mark.carriageReturn
            drop(length + 1)
            line += done.innerLines + 1
        } else {
            drop(length)
        }
        expectedFields = done.fields.count
        restart()
        if isBlank { return nil }
        if let fault = done.fault { return .reject(Reject(row: row, error: fault)) }
        guard isUTF8 else { return .reject(Reject(row: row, error: .notUTF8)) }
        return .record(CSVRecord(row: row, fields: done.fields))
    }

    private mutating func rejectFirstLine(_ error: IntakeError) -> Item {
        heldBytes = max(heldBytes, scan.position)
        let limit = min(pending.count, recordLimit + 1)
        let end = pending.withBytes { UnsafeBufferPointer(rebasing: $0[0..<limit]).firstLineEnd }
        let row: RawRow
        if let end {
            row = RawRow(line: line, bytes: pending.first(end))
            skipsLineFeed = pending[end] == Mark.carriageReturn
            drop(end + 1)
            line += 1
        } else {
            row = RawRow(line: line, bytes: pending.first(limit), isWhole: limit == pending.count && pending.isComplete)
            drop(limit)
            phase = .skippingLine
        }
        restart()
        return .reject(Reject(row: row, error: error))
    }

    private mutating func restart() {
        work += scan.position
        scan = CSVScan(expectedFields: expectedFields)
    }

    private mutating func drop(_ count: Int) {
        pending.drop(count)
        heldBytes = max(0, heldBytes - count)
    }

    /// Passes over what is left of a line that is too long; `false` while its end has not come.
    private mutating func skipLine() -> Bool {
        guard let end = pending.withBytes({ $0.firstLineEnd }) else {
            drop(pending.count)
            return false
        }
        skipsLineFeed = pending[end] == Mark.carriageReturn
        drop(end + 1)
        line += 1
        phase = .records
        return true
    }

    /// Chooses the delimiter by the first line that is not blank; `false` while that line has not come whole.
    private mutating func detectDelimiter() -> Bool {
        let limit = min(pending.count, recordLimit)
        let isComplete = pending.isComplete || pending.count > recordLimit
        let found: UInt8? = pending.withBytes { bytes in
            var counts: [UInt8: Int] = [Mark.comma: 0, Mark.semicolon: 0, Mark.tab: 0]
            var isQuoted = false
            var isBlank = true
            var isEnded = isComplete
            for byte in bytes[0..<limit] {
                if byte == Mark.quote { isQuoted.toggle() }
                if Mark.endsLine(byte), !isQuoted, !isBlank {
                    isEnded = true
                    break
                }
                if !isQuoted, counts[byte] != nil { counts[byte, default: 0] += 1 }
                if !Mark.isBlank(byte) { isBlank = false }
            }
            guard isEnded else { return nil }
            let most = counts.values.max() ?? 0
            // In this order where two are equally many.
            return [Mark.comma, Mark.semicolon, Mark.tab].first { counts[$0] == most } ?? Mark.comma
        }
        delimiter = found ?? delimiter
        return found != nil
    }
}

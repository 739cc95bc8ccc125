internal import Leads
internal import Ledger

/// The rows of one file, made ready for the ledger batch by batch.
struct RowStream {
    private let source: ByteSource
    private let options: ImportOptions
    private let rules: UnicodeRules
    private var reader: (any RowReader)?
    /// Bytes at the start of the file, until they tell its format.
    private var beginning: [UInt8] = []
    private var ordinals = Ordinals()
    private var isAtEnd = false
    /// Whether it was stopped before all rows were given out.
    private(set) var isCancelled = false
    /// Why no more rows can be read; those before it were given out.
    private(set) var failure: ImportError?

    /// How many bytes of the file were read, compressed as they stand there.
    var bytesRead: Int64 { source.bytesRead }

    init(source: ByteSource, options: ImportOptions, rules: UnicodeRules) {
        self.source = source
        self.options = options
        self.rules = rules
    }

    /// The next rows, as many as make a batch or are left; `nil` when there are none, or `isStopped`, which is asked
    /// before each row, says that nobody wants them.
    mutating func nextBatch(isStopped: () -> Bool) throws -> ImportBatch? {
        var batch = ImportBatch()
        while !batch.isFull, !isStopped() {
            if let (row, reading) = try reader?.next() {
                try add(row, reading, to: &batch)
            } else if isAtEnd {
                return batch.isEmpty ? nil : batch
            } else {
                try readMore()
            }
        }
        isCancelled = isStopped()
        return isCancelled ? nil : batch
    }

    private mutating func readMore() throws(ImportError) {
        let hasMore: Bool
        do throws(ImportError) {
            hasMore =
                if let reader { try source.read { reader.append($0) } } else { try source.read { beginning += $0 } }
        } catch {
            // What the file said before stands. Its last row may not be whole, so the reader never learns of the end.
            failure = error
            isAtEnd = true
            return
        }
        if reader == nil { try chooseReader() }
        if !hasMore {
            isAtEnd = true
            reader?.finish()
        }
    }

    private mutating func chooseReader() throws(ImportError) {
        reader = try options.format.reader(beginning)
        // Of nothing but blanks nothing has to be kept.
        if let reader { beginning.withUnsafeBytes { reader.append($0) } }
        beginning = []
    }

    private mutating func add(_ row: RawRow, _ reading: ActionReading, to batch: inout ImportBatch) throws {
        switch reading {
        case .refused(let error): batch.add(Reject(row: row, error: error))
        case .quarantine(let reason, let identity):
            var event = NewEvent.quarantine(
                reason: reason, body: row.bytes, identity: identity ?? .none, actor: options.actor)
            if identity == nil { event.identity = .row(ordinal: try ordinals.next(event.content)) }
            batch.add(event, row: row)
        case .action(let action, let identity):
            // The row's bytes are not kept: every field of it, known or not, is in the sealed contact part.
            var event = action.asEvent(
                identity: identity ?? .none, actor: options.actor, rules: rules, body: nil, offer: options.offer,
                source: options.source)
            if identity == nil { event.identity = .row(ordinal: try ordinals.next(event.content)) }
            batch.add(event, row: row)
        }
    }
}

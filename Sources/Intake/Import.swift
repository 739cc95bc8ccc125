package import Leads
package import Ledger

/// How a file is imported.
package struct ImportOptions: Sendable {
    package var format = ImportFormat.auto
    /// The offer of rows that name none.
    package var offer: Offer?
    /// The source of rows that name none.
    package var source: Source?
    /// Reads and counts, and appends nothing.
    package var isDryRun = false
    /// Where the rows go that were not taken.
    package var rejectsPath: String?
    package var actor = "import"

    package init() {}
}

/// How far an import has come.
package struct ImportProgress: Hashable, Sendable {
    package let bytesRead: Int64
    /// `nil` where the size is not known, as of a pipe.
    package let bytesTotal: Int64?
    package let counts: ImportCounts
}

/// What an import did.
package struct ImportResult: Hashable, Sendable {
    package var counts = ImportCounts()
    /// Whether it was stopped before the end of the file.
    package var isCancelled = false
    /// The first rejects, for people to see at once.
    package var firstRejects: [Reject] = []

    static let shownRejects = 10
}

/// Takes a file of actions into the ledger, in bounded memory and in the order of its rows.
///
/// Running it again adds nothing twice, so an import that ended early, however it ended, is run again whole. While one
/// batch is being appended the next one is read.
package struct Import: Sendable {
    private let options: ImportOptions
    private let rules: UnicodeRules
    private let append: @Sendable ([NewEvent]) async throws -> [Appended]
    private let progress: @Sendable (ImportProgress) -> Void
    private let isCancelled: @Sendable () -> Bool

    /// - Parameters:
    ///   - append: appends a batch and answers for each event in order, once all are durable.
    ///   - progress: is told how far the import has come, at most ten times a second and at its end.
    ///   - isCancelled: once true, the batch in flight is finished and the import ends.
    package init(
        options: ImportOptions, rules: UnicodeRules = .system,
        append: @escaping @Sendable ([NewEvent]) async throws -> [Appended],
        progress: @escaping @Sendable (ImportProgress) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.options = options
        self.rules = rules
        self.append = append
        self.progress = progress
        self.isCancelled = isCancelled
    }

    /// Imports the file at `path`; `-` is the standard input.
    /// - Throws: `ImportError` when the file cannot be read or is none that can be imported, and what `append` throws.
    package func run(path: String) async throws -> ImportResult {
        let source = try ByteSource(path: path, isCancelled: isCancelled)
        if let rejects = options.rejectsPath, source.isSameFile(as: rejects) {
            throw ImportError("the rejects cannot go to the file that is imported; name another file")
        }
        var settling = Settling(
            rejects: try options.rejectsPath.map { path throws(ImportError) in try RejectsFile(path: path) },
            bytesTotal: source.bytesTotal, progress: progress)
        var stream = RowStream(source: source, options: options, rules: rules)
        if options.isDryRun {
            while let batch = try nextBatch(&stream) {
                try settling.settle(batch, nil, bytesRead: stream.bytesRead)
            }
        } else {
            try await appendAll(&stream, &settling)
        }
        let result = try settling.finished(isCancelled: stream.isCancelled, bytesRead: stream.bytesRead)
        if let failure = stream.failure { throw failed(failure, result.counts) }
        return result
    }

    private func failed(_ failure: ImportError, _ counts: ImportCounts) -> ImportError {
        if options.isDryRun { return ImportError("\(failure). \(counts.read) rows could be read before that") }
        return ImportError(
            "\(failure). Of \(counts.read) rows before that \(counts.recorded) were recorded, "
                + "\(counts.duplicates) were known, \(counts.quarantined) quarantined and \(counts.rejected) rejected. "
                + "That stays; running it again adds nothing twice")
    }

    private func nextBatch(_ stream: inout RowStream) throws -> ImportBatch? {
        try stream.nextBatch(isStopped: isCancelled)
    }

    private func appendAll(_ stream: inout RowStream, _ settling: inout Settling) async throws {
        let append = append
        try await withThrowingTaskGroup(of: [Appended].self) { group in
            var inFlight: ImportBatch?
            while let batch = try nextBatch(&stream) {
                if let previous = inFlight, let answers = try await group.next() {
                    try settling.settle(previous, answers, bytesRead: stream.bytesRead)
                }
                let events = batch.events
                group.addTask { events.isEmpty ? [] : try await append(events) }
                inFlight = batch
            }
            if let last = inFlight, let answers = try await group.next() {
                try settling.settle(last, answers, bytesRead: stream.bytesRead)
            }
        }
    }
}

/// The account of an import while it runs.
private struct Settling {
    private var result = ImportResult()
    private var lastProgress: ContinuousClock.Instant?
    private let rejects: RejectsFile?
    private let bytesTotal: Int64?
    private let progress: (ImportProgress) -> Void

    init(rejects: RejectsFile?, bytesTotal: Int64?, progress: @escaping (ImportProgress) -> Void) {
        self.rejects = rejects
        self.bytesTotal = bytesTotal
        self.progress = progress
    }

    /// - Parameter answers: the ledger's; `nil` when nothing was appended.
    mutating func settle(_ batch: ImportBatch, _ answers: [Appended]?, bytesRead: Int64) throws {
        if let answers, answers.count != batch.events.count {
            throw ImportError("the ledger answered for \(answers.count) of \(batch.events.count) rows")
        }
        let refused =
            answers.map { batch.settle($0, into: &result.counts) } ?? batch.settleUnrecorded(into: &result.counts)
        for reject in refused {
            if result.firstRejects.count < ImportResult.shownRejects { result.firstRejects.append(reject) }
            try rejects?.write(reject)
        }
        let now = ContinuousClock.now
        if let lastProgress, now - lastProgress < .milliseconds(100) { return }
        lastProgress = now
        tell(bytesRead)
    }

    consuming func finished(isCancelled: Bool, bytesRead: Int64) throws -> ImportResult {
        try rejects?.flush()
        tell(bytesRead)
        result.isCancelled = isCancelled
        return result
    }

    private func tell(_ bytesRead: Int64) {
        progress(ImportProgress(bytesRead: bytesRead, bytesTotal: bytesTotal, counts: result.counts))
    }
}

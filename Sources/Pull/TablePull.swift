internal import Azure
internal import Leads

/// How far one pull has come: which rows it asks for, and where the next one begins.
///
/// Rows come in the order of their keys and not of their times, so the cursor moves only when the whole pull is done;
/// one that was interrupted begins anew, and the identity of the rows keeps them from being recorded twice.
struct TablePull {
    /// Where the pull before left off; `nil` for the first.
    let cursor: Instant?
    private let place: String
    /// By the clock of the table service, which stamps the rows, as soon as it is known; until then by ours.
    private var startedAt: Instant
    private var isTimed = false
    private let overlap: Span
    private var highest: Instant?

    /// A cursor that moves on without any news is recorded no more often than this.
    private static let quietMove = Span.hour

    /// - Parameters:
    ///   - stored: the cursor as the ledger keeps it. One of another place counts as none: its times say nothing here.
    ///   - place: the service and the table.
    init(stored: String?, place: String, startedAt: Instant, overlap: Span) {
        let parts = stored?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
        cursor = parts.count == 2 && parts[1] == place ? Instant(parts[0]) : nil
        self.place = place
        self.startedAt = startedAt
        self.overlap = overlap
    }

    /// Rows that were written since; `nil` for all.
    var filter: String? { cursor.map { TableQuery.filter(changedSince: $0 - overlap) } }

    /// Notes when an answer was given. The first tells the start of the pull where our clock is ahead of the service's.
    mutating func noteAnswer(at time: Instant?) {
        guard !isTimed, let time else { return }
        isTimed = true
        startedAt = min(startedAt, time)
    }

    /// Notes the system time of a row. One later than the start of the pull is passed over: rows written while it ran
    /// may stand before the place it had come to.
    mutating func note(_ timestamp: Instant?) {
        guard let timestamp, timestamp <= startedAt else { return }
        highest = highest.map { max($0, timestamp) } ?? timestamp
    }

    /// The cursor after the whole pull, as the ledger keeps it; `nil` when it is not worth an event.
    func cursorToRecord(isNews: Bool) -> String? {
        guard let end = [cursor, highest].compactMap(\.self).max() else { return nil }
        guard let cursor else { return text(end) }
        return isNews || end - cursor >= Self.quietMove ? text(end) : nil
    }

    private func text(_ instant: Instant) -> String { "\(instant) \(place)" }
}

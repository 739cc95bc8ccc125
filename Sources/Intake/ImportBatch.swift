internal import Leads
internal import Ledger

/// What an import did with the rows it read: `read` is the sum of the others.
package struct ImportCounts: Hashable, Sendable {
    package var read = 0
    /// Actions that are new in the ledger.
    package var recorded = 0
    /// Rows the ledger had already.
    package var duplicates = 0
    /// Rows that say nothing and are kept, sealed.
    package var quarantined = 0
    /// Rows that were not taken.
    package var rejected = 0

    package init() {}
}

/// Rows that go to the ledger in one commit, and the rejects between them.
struct ImportBatch {
    private(set) var events: [NewEvent] = []
    /// The row of each event. Its bytes only where the ledger may refuse it: another event may have its id.
    private var rows: [RawRow] = []
    private var rejects: [Reject] = []
    private var bytes = 0

    /// A batch is full at 4,096 rows or 8 MiB, whichever comes first.
    static let rowLimit = 4_096
    private static let byteLimit = 8 << 20

    init() {
        events.reserveCapacity(Self.rowLimit)
        rows.reserveCapacity(Self.rowLimit)
    }

    var isEmpty: Bool { events.isEmpty && rejects.isEmpty }
    var isFull: Bool { events.count + rejects.count >= Self.rowLimit || bytes >= Self.byteLimit }

    mutating func add(_ event: NewEvent, row: RawRow) {
        let kept = event.identity.mayConflict ? row : RawRow(line: row.line, bytes: [], isWhole: row.isWhole)
        bytes += (event.body?.count ?? 0) + kept.bytes.count
        events.append(event)
        rows.append(kept)
    }

    mutating func add(_ reject: Reject) {
        bytes += reject.row.bytes.count
        rejects.append(reject)
    }

    /// Counts the batch by the ledger's answers, and gives its rejects in the order of their lines.
    func settle(_ answers: [Appended], into counts: inout ImportCounts) -> [Reject] {
        var rejects = rejects
        for (index, answer) in answers.enumerated() {
            let event = events[index]
            switch answer {
            case .recorded where event.type == .intakeQuarantined: counts.quarantined += 1
            case .recorded: counts.recorded += 1
            case .duplicate: counts.duplicates += 1
            case .conflict(let seq):
                rejects.append(Reject(row: rows[index], error: .conflict(id: event.identity.shownID, seq: seq)))
            }
        }
        counts.rejected += rejects.count
        counts.read += events.count + self.rejects.count
        return rejects.sorted { $0.row.line < $1.row.line }
    }

    /// Counts the batch as if each of its events were new.
    func settleUnrecorded(into counts: inout ImportCounts) -> [Reject] {
        counts.quarantined += events.count { $0.type == .intakeQuarantined }
        counts.recorded += events.count { $0.type != .intakeQuarantined }
        counts.rejected += rejects.count
        counts.read += events.count + rejects.count
        return rejects
    }
}

extension Identity {
    fileprivate var shownID: String {
        switch self {
        case .id(_, let id), .own(_, let id): id
        case .row, .window, .none: ""
        }
    }

    fileprivate var mayConflict: Bool {
        switch self {
        case .id, .own: true
        case .row, .window, .none: false
        }
    }
}

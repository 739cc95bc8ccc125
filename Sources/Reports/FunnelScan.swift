package import Leads
package import Views

/// Answers funnel queries from the event file.
///
/// The counted actions are laid out lead after lead, then each lead's path is followed; no text is read and nothing is
/// hashed for an event. O(events); scratch is at most about 16 bytes an event and 4 a lead, freed with the answer.
package struct FunnelScan {
    private let rows: UnsafeBufferPointer<EventRow>
    private let leads: Int
    private let subjects: Int
    private let term: (UInt32) -> String?

    /// - Parameters:
    ///   - rows: row `seq - 1` is event `seq`; must outlive the scan.
    ///   - leads: at least the highest lead number in the rows.
    ///   - subjects: at least the highest subject number in the rows.
    ///   - term: the text of a term of the ledger; asked once for each term that matters to a query.
    package init(
        rows: UnsafeBufferPointer<EventRow>, leads: Int, subjects: Int, term: @escaping (UInt32) -> String?
    ) {
        self.rows = rows
        self.leads = leads
        self.subjects = subjects
        self.term = term
    }

    package func report(_ query: FunnelQuery) -> FunnelReport {
        let owners = query.unit == .lead ? leads : subjects
        let counted = CountedActions(rows: rows, owners: owners, query: query, term: term)
        defer { counted.deallocate() }
        var tally = FunnelTally(query: query, rows: rows, repeatedOwners: counted.repeatedOwners, term: term)
        defer { tally.deallocate() }
        follow(counted, query: query, into: &tally)
        return FunnelReport(query, groups: tally.groups(), accounting: counted.accounting)
    }

    private func follow(_ counted: CountedActions, query: FunnelQuery, into tally: inout FunnelTally) {
        let rule = FunnelRule(mode: query.mode, window: query.window)
        let since = query.since?.micros ?? .min
        let until = query.until?.micros
        let actions = counted.actions
        var end = 0
        for owner in counted.owners {
            let start = end
            end = Int(counted.ends[owner])
            guard start < end else { continue }
            if end &- start > 1 { counted.order(from: start, to: end) }
            let entry = actions[start]
            guard entry.occurredAt >= since, until.map({ entry.occurredAt < $0 }) ?? true else { continue }
            var path = rule.begin(step: Int(entry.step), at: entry.occurredAt)
            var index = start &+ 1
            while index < end {
                rule.advance(&path, step: Int(actions[index].step), at: actions[index].occurredAt)
                index &+= 1
            }
            tally.add(path, entryRow: Int(entry.row))
        }
    }
}

package import Leads
package import Views

/// What rows of an event file say that no fold can have written.
package struct DamagedRows: Error, Hashable {
    package let what: String

    init(_ what: String) { self.what = what }
}

/// Answers funnel queries from the event file.
///
/// One pass over the rows finds the counted actions and parts them by lead; then the path of each lead is followed. No
/// text is read and nothing is hashed for an event. O(events); scratch is 16 bytes for each counted action and 12 for
/// each time taken, freed with the answer.
package struct FunnelScan {
    private let rows: UnsafeBufferPointer<EventRow>
    private let leads: Int
    private let subjects: Int
    private let terms: Int
    private let term: (UInt32) -> String?

    /// - Parameters:
    ///   - rows: row `seq - 1` is event `seq`; must outlive the scan.
    ///   - leads: at least the highest lead number in the rows.
    ///   - subjects: at least the highest subject number in the rows.
    ///   - terms: at least the highest number of a term in the rows.
    ///   - term: the text of a term of the ledger; asked once for each term that matters to a query.
    package init(
        rows: UnsafeBufferPointer<EventRow>, leads: Int, subjects: Int, terms: Int,
        term: @escaping (UInt32) -> String?
    ) {
        self.rows = rows
        self.leads = leads
        self.subjects = subjects
        self.terms = terms
        self.term = term
    }

    /// Rows may hold anything: nothing that they say is taken for a place in memory before it was looked at.
    package func report(_ query: FunnelQuery) throws(DamagedRows) -> FunnelReport {
        let owners = query.unit == .lead ? leads : subjects
        var buckets = ActionBuckets(owners: owners, capacity: rows.count)
        defer { buckets.deallocate() }
        let accounting = try collect(query, owners: owners, into: &buckets)
        // A time is taken only of an owner with two actions or more.
        var tally = FunnelTally(
            query: query, rows: rows, timesCapacity: buckets.count / 2, terms: terms, term: term)
        defer { tally.deallocate() }
        follow(buckets, query: query, into: &tally)
        let groups = tally.groups()
        guard tally.isSound else { throw DamagedRows("an offer, source or country has a number that no text has") }
        return FunnelReport(query, groups: groups, accounting: accounting)
    }

    /// Reads every row once: gathers the counted actions, and accounts for all events of the period.
    private func collect(
        _ query: FunnelQuery, owners: Int, into buckets: inout ActionBuckets
    ) throws(DamagedRows) -> FunnelReport.Accounting {
        typealias Verdict = ActionReading.Verdict
        let reading = ActionReading(policy: query.policy, terms: terms, term: term)
        defer { reading.deallocate() }
        let isLead = query.unit == .lead
        let knownUntil = query.asOf?.micros ?? .max
        let since = query.since?.micros ?? .min
        /// The last microsecond of the period.
        let last = query.until.map { $0.micros &- 1 } ?? .max
        let tallies = UnsafeMutablePointer<Int>.allocate(capacity: Verdict.count)
        tallies.initialize(repeating: 0, count: Verdict.count)
        defer { tallies.deallocate() }
        for index in 0..<rows.count {
            let row = rows.baseAddress! + index
            guard row.pointee.recordedAt <= knownUntil else { continue }
            let verdict = try reading.verdict(row)
            let occurredAt = row.pointee.occurredAt
            tallies[verdict] &+= occurredAt >= since && occurredAt <= last ? 1 : 0
            guard 1...3 ~= verdict else { continue }
            let owner = isLead ? row.pointee.lead : row.pointee.subject
            guard owner > 0 else { continue }
            guard Int(owner) <= owners else { throw DamagedRows("event \(index + 1) belongs to nobody there is") }
            buckets.append(
                CountedAction(
                    occurredAt: occurredAt, row: UInt32(truncatingIfNeeded: index),
                    ownerAndStep: owner &<< 2 | UInt32(truncatingIfNeeded: verdict)))
        }
        return FunnelReport.Accounting(
            counted: tallies[1] + tallies[2] + tallies[3],
            excluded: [
                .test: tallies[Verdict.test], .doNotContact: tallies[Verdict.doNotContact],
                .noStage: tallies[Verdict.noStage], .quarantined: tallies[Verdict.quarantined],
            ])
    }

    private func follow(_ buckets: ActionBuckets, query: FunnelQuery, into tally: inout FunnelTally) {
        let rule = FunnelRule(mode: query.mode, window: query.window)
        let since = query.since?.micros ?? .min
        let last = query.until.map { $0.micros &- 1 } ?? .max
        let largest = (0..<ActionBuckets.bucketCount).map { buckets.count(of: $0) }.max() ?? 0
        let actions = UnsafeMutablePointer<CountedAction>.allocate(capacity: largest)
        defer { actions.deallocate() }
        let ends = UnsafeMutablePointer<UInt32>.allocate(capacity: buckets.ownersPerBucket)
        defer { ends.deallocate() }
        for bucket in 0..<ActionBuckets.bucketCount where buckets.count(of: bucket) > 0 {
            buckets.sort(bucket, into: actions, ends: ends)
            var end = 0
            for owner in 0..<buckets.ownersPerBucket {
                let start = end
                end = Int(ends[owner])
                guard start < end else { continue }
                actions.order(from: start, to: end)
                let entry = actions[start]
                guard entry.occurredAt >= since, entry.occurredAt <= last else { continue }
                var path = rule.begin(step: entry.step, at: entry.occurredAt)
                var index = start &+ 1
                while index < end {
                    rule.advance(&path, step: actions[index].step, at: actions[index].occurredAt)
                    index &+= 1
                }
                tally.add(path, entryRow: entry.row)
            }
        }
    }
}

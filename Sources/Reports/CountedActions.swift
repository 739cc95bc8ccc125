internal import Leads
internal import Views

/// The counted actions of a ledger, owner after owner, and the accounting of all its events.
///
/// An owner is a lead or a customer, as the query's unit says. The actions of each owner are counted first, which gives
/// every owner its place; then each action is written there, so that an owner's actions stand in order of `seq`.
struct CountedActions {
    /// One counted action, in 16 bytes.
    struct Element: BitwiseCopyable {
        var occurredAt: Int64
        /// The row of the event: its `seq` less one.
        var row: UInt32
        /// The stage it shows: 1, 2 or 3.
        var step: UInt8
    }

    let owners: Range<Int>
    let actions: UnsafeMutablePointer<Element>
    /// Where the actions of each owner end, by owner; those of the next one begin there. Owner 0 is nobody.
    let ends: UnsafeMutablePointer<UInt32>
    /// How many owners have two actions or more.
    let repeatedOwners: Int
    let accounting: FunnelReport.Accounting

    init(
        rows: UnsafeBufferPointer<EventRow>, owners: Int, query: FunnelQuery, term: @escaping (UInt32) -> String?
    ) {
        self.owners = 1..<owners + 1
        ends = .allocate(capacity: owners + 1)
        ends.initialize(repeating: 0, count: owners + 1)
        let steps = UnsafeMutablePointer<UInt8>.allocate(capacity: rows.count)
        defer { steps.deallocate() }
        accounting = Self.classify(rows, query: query, owners: owners, term: term, steps: steps, counts: ends)

        var total: UInt32 = 0
        var repeated = 0
        for owner in 0...owners {
            let count = ends[owner]
            if count > 1 { repeated += 1 }
            ends[owner] = total
            total += count
        }
        repeatedOwners = repeated
        actions = .allocate(capacity: Int(total))
        Self.place(rows, isLead: query.unit == .lead, steps: steps, ends: ends, actions: actions)
    }

    func deallocate() {
        actions.deallocate()
        ends.deallocate()
    }

    /// Reads every row once: fills in the step of each (0: not to be placed) and how many actions each owner has.
    private static func classify(
        _ rows: UnsafeBufferPointer<EventRow>, query: FunnelQuery, owners: Int, term: @escaping (UInt32) -> String?,
        steps: UnsafeMutablePointer<UInt8>, counts: UnsafeMutablePointer<UInt32>
    ) -> FunnelReport.Accounting {
        typealias Verdict = ActionReading.Verdict
        let reading = ActionReading(policy: query.policy, term: term)
        defer { reading.deallocate() }
        let isLead = query.unit == .lead
        let knownUntil = query.asOf?.micros ?? .max
        let since = query.since?.micros ?? .min
        /// The last microsecond of the period.
        let last = query.until.map { $0.micros &- 1 } ?? .max
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: Verdict.count) { tallies in
            tallies.initialize(repeating: 0)
            for index in 0..<rows.count {
                let row = rows.baseAddress! + index
                steps[index] = 0
                guard row.pointee.recordedAt <= knownUntil else { continue }
                let verdict = reading.verdict(row)
                let isInPeriod = row.pointee.occurredAt >= since && row.pointee.occurredAt <= last
                tallies[verdict] &+= isInPeriod ? 1 : 0
                guard 1...3 ~= verdict else { continue }
                let owner = Int(isLead ? row.pointee.lead : row.pointee.subject)
                guard owner > 0 else { continue }
                precondition(owner <= owners, "an owner's number is higher than the number of owners")
                steps[index] = UInt8(truncatingIfNeeded: verdict)
                counts[owner] &+= 1
            }
            return FunnelReport.Accounting(
                counted: tallies[1] + tallies[2] + tallies[3],
                excluded: [
                    .test: tallies[Verdict.test], .doNotContact: tallies[Verdict.doNotContact],
                    .noStage: tallies[Verdict.noStage], .quarantined: tallies[Verdict.quarantined],
                ])
        }
    }

    /// Writes each action to its owner's place, whose start thereby moves to its end.
    private static func place(
        _ rows: UnsafeBufferPointer<EventRow>, isLead: Bool, steps: UnsafeMutablePointer<UInt8>,
        ends: UnsafeMutablePointer<UInt32>, actions: UnsafeMutablePointer<Element>
    ) {
        for index in 0..<rows.count where steps[index] != 0 {
            let row = rows.baseAddress! + index
            let owner = Int(isLead ? row.pointee.lead : row.pointee.subject)
            let place = Int(ends[owner])
            ends[owner] &+= 1
            actions[place] = Element(
                occurredAt: row.pointee.occurredAt, row: UInt32(truncatingIfNeeded: index), step: steps[index])
        }
    }

    /// Puts the actions of one owner, which stand in order of `seq`, in order of `(occurredAt, seq)`.
    @inline(__always)
    func order(from start: Int, to end: Int) {
        var index = start &+ 1
        while index < end {
            if actions[index].occurredAt < actions[index &- 1].occurredAt {
                sort(from: start, to: end, sortedUpTo: index)
                return
            }
            index &+= 1
        }
    }

    /// Few actions are moved into place one by one; many are sorted, so that no history costs quadratic time.
    @inline(never)
    private func sort(from start: Int, to end: Int, sortedUpTo first: Int) {
        guard end - start <= 32 else {
            var all = UnsafeMutableBufferPointer(start: actions + start, count: end - start)
            all.sort { ($0.occurredAt, $0.row) < ($1.occurredAt, $1.row) }
            return
        }
        for index in first..<end {
            let action = actions[index]
            var place = index
            while place > start, actions[place - 1].occurredAt > action.occurredAt {
                actions[place] = actions[place - 1]
                place -= 1
            }
            actions[place] = action
        }
    }
}

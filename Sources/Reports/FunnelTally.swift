internal import Leads
internal import Views

/// Gathers the paths of leads into groups.
struct FunnelTally {
    /// What one group has seen.
    private struct Total {
        /// How many leads came to step 0 (in mode `ordered`: did not enter), 1, 2, 3 and no further.
        var furthest: (Int, Int, Int, Int) = (0, 0, 0, 0)
        var latestEntryMicros = Int64.min

        @inline(__always)
        mutating func add(_ path: FunnelPath) {
            switch path.furthest {
            case 0: furthest.0 &+= 1
            case 1: furthest.1 &+= 1
            case 2: furthest.2 &+= 1
            default: furthest.3 &+= 1
            }
            latestEntryMicros = max(latestEntryMicros, path.entryMicros)
        }
    }

    private let rows: UnsafeBufferPointer<EventRow>
    private let windowMicros: Int64
    private let nowMicros: Int64
    private var keys: FunnelKeys?
    private var totals: [Total] = []
    private var second: StepTimes
    private var third: StepTimes

    /// - Parameter repeatedOwners: at least the number of paths that have more than an entry.
    init(
        query: FunnelQuery, rows: UnsafeBufferPointer<EventRow>, repeatedOwners: Int,
        term: @escaping (UInt32) -> String?
    ) {
        self.rows = rows
        windowMicros = query.window.micros
        nowMicros = (query.asOf ?? query.now).micros
        if query.by.isEmpty {
            totals = [Total()]
        } else {
            keys = FunnelKeys(query.by, term: term)
        }
        second = StepTimes(capacity: repeatedOwners)
        third = StepTimes(capacity: repeatedOwners)
    }

    func deallocate() {
        second.deallocate()
        third.deallocate()
    }

    /// Counts a lead in the group of its entry.
    @inline(__always)
    mutating func add(_ path: FunnelPath, entryRow: Int) {
        var group = 0
        if keys != nil {
            group = keys!.number(of: rows[entryRow])
            if group == totals.count { totals.append(Total()) }
        }
        totals[group].add(path)
        if path.secondMicros >= 0 { second.add(path.secondMicros, group: group) }
        if path.thirdMicros >= 0 { third.add(path.thirdMicros, group: group) }
    }

    /// The groups, sorted by key. Leaves the times in another order.
    func groups() -> [FunnelReport.Group] {
        let secondTimes = second.percentiles(groups: totals.count)
        let thirdTimes = third.percentiles(groups: totals.count)
        let sorted = keys?.sorted() ?? [(group: 0, key: [])]
        return sorted.map { group, key in
            let total = totals[group]
            let counts = [
                total.furthest.1 + total.furthest.2 + total.furthest.3, total.furthest.2 + total.furthest.3,
                total.furthest.3,
            ]
            return FunnelReport.Group(
                key: key, entered: counts[0], counts: counts, times: [nil, secondTimes[group], thirdTimes[group]],
                mature: total.latestEntryMicros <= nowMicros - windowMicros)
        }
    }
}

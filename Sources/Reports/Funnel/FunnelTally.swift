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
    /// The one group of a query without dimensions, and those of a query with them, by number.
    private var whole = Total()
    private var totals: [Total] = []
    /// Leads whose groups are looked up together.
    private let paths: UnsafeMutablePointer<FunnelPath>
    private let entries: UnsafeMutablePointer<UInt32>
    private var waiting = 0
    private static var blockSize: Int { 512 }
    private var second: StepTimes
    private var third: StepTimes

    /// - Parameter timesCapacity: at least the number of leads that have more than an entry.
    init(
        query: FunnelQuery, rows: UnsafeBufferPointer<EventRow>, timesCapacity: Int, terms: Int,
        term: @escaping (UInt32) -> String?
    ) {
        self.rows = rows
        windowMicros = query.window.micros
        nowMicros = (query.asOf ?? query.now).micros
        if !query.by.isEmpty { keys = FunnelKeys(query.by, terms: terms, term: term) }
        paths = .allocate(capacity: Self.blockSize)
        entries = .allocate(capacity: Self.blockSize)
        second = StepTimes(capacity: timesCapacity)
        third = StepTimes(capacity: timesCapacity)
    }

    /// Whether each entry's row named texts there are; known once the groups are.
    var isSound: Bool { keys?.isSound ?? true }

    func deallocate() {
        paths.deallocate()
        entries.deallocate()
        second.deallocate()
        third.deallocate()
    }

    /// Counts a lead in the group of its entry.
    @inline(__always)
    mutating func add(_ path: FunnelPath, entryRow: UInt32) {
        if keys == nil {
            whole.add(path)
            addTimes(path, group: 0)
        } else {
            paths[waiting] = path
            entries[waiting] = entryRow
            waiting &+= 1
            if waiting == Self.blockSize { addWaiting() }
        }
    }

    /// Counts the leads that wait for their group to be looked up.
    @inline(never)
    private mutating func addWaiting() {
        guard let base = rows.baseAddress, waiting > 0 else { return }
        withUnsafeTemporaryAllocation(of: Int.self, capacity: waiting) { groups in
            keys?.number(
                UnsafeBufferPointer(start: entries, count: waiting), of: base, into: groups.baseAddress!)
            for index in groups.indices {
                let group = groups[index]
                if group == totals.count { totals.append(Total()) }
                totals[group].add(paths[index])
                addTimes(paths[index], group: group)
            }
        }
        waiting = 0
    }

    @inline(__always)
    private mutating func addTimes(_ path: FunnelPath, group: Int) {
        if path.secondMicros >= 0 { second.add(path.secondMicros, group: group) }
        if path.thirdMicros >= 0 { third.add(path.thirdMicros, group: group) }
    }

    /// The groups, sorted by key. Leaves the times in another order.
    mutating func groups() -> [FunnelReport.Group] {
        addWaiting()
        let totals = keys == nil ? [whole] : totals
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

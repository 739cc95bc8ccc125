internal import Leads

/// How long each lead took to one step, with the lead's group.
struct StepTimes {
    private let micros: UnsafeMutablePointer<Int64>
    private let groups: UnsafeMutablePointer<UInt32>
    private var count = 0

    init(capacity: Int) {
        micros = LargeScratch.allocate(Int64.self, count: capacity)
        groups = LargeScratch.allocate(UInt32.self, count: capacity)
    }

    func deallocate() {
        micros.deallocate()
        groups.deallocate()
    }

    @inline(__always)
    mutating func add(_ elapsed: Int64, group: Int) {
        micros[count] = elapsed
        groups[count] = UInt32(truncatingIfNeeded: group)
        count &+= 1
    }

    /// The percentiles of each group. Leaves the times in another order.
    func percentiles(groups groupCount: Int) -> [FunnelReport.Times] {
        if groupCount == 1 { return [Self.percentiles(UnsafeMutableBufferPointer(start: micros, count: count))] }
        var ends = [Int](repeating: 0, count: groupCount + 1)
        for index in 0..<count { ends[Int(groups[index]) + 1] += 1 }
        for group in 0..<groupCount { ends[group + 1] += ends[group] }
        let grouped = UnsafeMutableBufferPointer<Int64>.allocate(capacity: count)
        defer { grouped.deallocate() }
        // Each group's start moves to its end as its times come in.
        for index in 0..<count {
            let group = Int(groups[index])
            grouped[ends[group]] = micros[index]
            ends[group] += 1
        }
        return (0..<groupCount).map { group in
            let start = group == 0 ? 0 : ends[group - 1]
            return Self.percentiles(UnsafeMutableBufferPointer(rebasing: grouped[start..<ends[group]]))
        }
    }

    /// Nearest rank: the smallest time that at least so many of a hundred do not exceed.
    private static func percentiles(_ times: UnsafeMutableBufferPointer<Int64>) -> FunnelReport.Times {
        guard !times.isEmpty else { return .none }
        let ranks = [50, 75, 90, 95].map { (times.count * $0 + 99) / 100 - 1 }
        Selection.place(ranks: ranks, in: times)
        let spans = ranks.map { Span(micros: times[$0]) }
        return FunnelReport.Times(count: times.count, p50: spans[0], p75: spans[1], p90: spans[2], p95: spans[3])
    }
}

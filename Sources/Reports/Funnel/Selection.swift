/// Exact order statistics without sorting everything.
package enum Selection {
    /// Puts the elements that ascending `ranks` (from 0) name where sorting would put them. O(count) on average and
    /// O(count log count) at worst; the order of everything else is left open.
    package static func place(ranks: [Int], in values: UnsafeMutableBufferPointer<Int64>) {
        var low = 0
        for rank in ranks where rank >= low {
            select(rank, in: values, from: low, to: values.count)
            low = rank
        }
    }

    private static func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Int64>, from: Int, to: Int) {
        var low = from
        var high = to
        var rounds = 0
        while high - low > 24, rounds < 48 {
            rounds += 1
            let pivot = pivot(values, low, high)
            let middle = partition(values, low, high) { $0 < pivot }
            if rank < middle {
                high = middle
                continue
            }
            // Equal values leave with their pivot, or a run of them would never get shorter.
            let above = partition(values, middle, high) { $0 <= pivot }
            if rank < above { return }
            low = above
        }
        values[low..<high].sort()
    }

    /// Moves the values that fit to the front and says where the others begin. It swaps without asking, because a
    /// branch that nobody can predict costs more than the swap.
    @inline(__always)
    private static func partition(
        _ values: UnsafeMutableBufferPointer<Int64>, _ low: Int, _ high: Int, _ fits: (Int64) -> Bool
    ) -> Int {
        let base = values.baseAddress!
        var boundary = low
        var index = low
        while index < high {
            let value = base[index]
            base[index] = base[boundary]
            base[boundary] = value
            boundary &+= fits(value) ? 1 : 0
            index &+= 1
        }
        return boundary
    }

    /// The median of nine values spread over the range.
    private static func pivot(_ values: UnsafeMutableBufferPointer<Int64>, _ low: Int, _ high: Int) -> Int64 {
        let step = (high - low) / 9
        func median(_ first: Int64, _ second: Int64, _ third: Int64) -> Int64 {
            max(min(first, second), min(max(first, second), third))
        }
        func ofThree(_ index: Int) -> Int64 {
            let start = low + index * step
            return median(values[start], values[start + step], values[start + 2 * step])
        }
        return median(ofThree(0), ofThree(3), ofThree(6))
    }
}

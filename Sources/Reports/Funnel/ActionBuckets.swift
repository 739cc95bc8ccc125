/// One counted action, in 16 bytes.
struct CountedAction: BitwiseCopyable {
    var occurredAt: Int64
    /// The row of the event: its `seq` less one.
    var row: UInt32
    /// Who did it, a lead or a customer by the query's unit, and in the two low bits the stage it shows: 1, 2 or 3.
    var ownerAndStep: UInt32

    @inline(__always) var owner: Int { Int(ownerAndStep &>> 2) }
    @inline(__always) var step: Int { Int(ownerAndStep & 3) }

    static var highestOwner: Int { Int(UInt32.max >> 2) }
}

/// Counted actions, parted into buckets of neighbouring owners as they come.
///
/// To write each action straight to its owner's place would touch memory at random, a million times. A bucket is
/// written from front to back, and then is small enough to be sorted in the processor's cache. It is a chain of chunks,
/// so that nobody has to count the actions first.
struct ActionBuckets {
    private static var bucketBits: Int { 8 }
    private static var chunkSize: Int { 256 }

    /// How many owners share a bucket, as a power of two.
    private let shift: Int
    private let actions: UnsafeMutablePointer<CountedAction>
    /// The chunk after each chunk.
    private let next: UnsafeMutablePointer<UInt32>
    /// Where the next action of each bucket goes; at the border of a chunk there is no room, and a new one is taken.
    private let cursors: UnsafeMutablePointer<Int>
    private let firstChunks: UnsafeMutablePointer<UInt32>
    private let counts: UnsafeMutablePointer<Int>
    private var chunks = 0

    static var bucketCount: Int { 1 << bucketBits }

    /// - Parameters:
    ///   - owners: the highest owner.
    ///   - capacity: at least the number of actions. Memory is taken up only as they come.
    init(owners: Int, capacity: Int) {
        precondition(owners <= CountedAction.highestOwner, "there are more owners than their numbers can say")
        shift = max(0, Int.bitWidth - owners.leadingZeroBitCount - Self.bucketBits)
        let chunkCapacity = capacity / Self.chunkSize + Self.bucketCount
        actions = LargeScratch.allocate(CountedAction.self, count: chunkCapacity * Self.chunkSize)
        next = .allocate(capacity: chunkCapacity)
        cursors = .allocate(capacity: Self.bucketCount)
        firstChunks = .allocate(capacity: Self.bucketCount)
        counts = .allocate(capacity: Self.bucketCount)
        cursors.initialize(repeating: 0, count: Self.bucketCount)
        firstChunks.initialize(repeating: 0, count: Self.bucketCount)
        counts.initialize(repeating: 0, count: Self.bucketCount)
    }

    func deallocate() {
        actions.deallocate()
        next.deallocate()
        cursors.deallocate()
        firstChunks.deallocate()
        counts.deallocate()
    }

    @inline(__always)
    mutating func append(_ action: CountedAction) {
        let bucket = action.owner &>> shift
        var cursor = cursors[bucket]
        if cursor & (Self.chunkSize - 1) == 0 { cursor = newChunk(of: bucket) }
        actions[cursor] = action
        cursors[bucket] = cursor &+ 1
        counts[bucket] &+= 1
    }

    @inline(never)
    private mutating func newChunk(of bucket: Int) -> Int {
        if counts[bucket] == 0 {
            firstChunks[bucket] = UInt32(chunks)
        } else {
            next[(cursors[bucket] - 1) / Self.chunkSize] = UInt32(chunks)
        }
        chunks += 1
        return (chunks - 1) * Self.chunkSize
    }

    func count(of bucket: Int) -> Int { counts[bucket] }

    var count: Int { (0..<Self.bucketCount).reduce(0) { $0 + counts[$1] } }

    var ownersPerBucket: Int { 1 << shift }

    /// Lays out a bucket owner after owner, each owner's actions in the order they came (a counting sort).
    /// - Parameters:
    ///   - sorted: has room for the bucket.
    ///   - ends: has room for `ownersPerBucket`; filled with where each owner's actions end and the next one's begin.
    func sort(
        _ bucket: Int, into sorted: UnsafeMutablePointer<CountedAction>, ends: UnsafeMutablePointer<UInt32>
    ) {
        let lowest = bucket &<< shift
        ends.update(repeating: 0, count: ownersPerBucket)
        forEach(in: bucket) { ends[$0.owner &- lowest] &+= 1 }
        var start: UInt32 = 0
        for owner in 0..<ownersPerBucket {
            let count = ends[owner]
            ends[owner] = start
            start &+= count
        }
        // Each owner's start moves to the end as the actions come in.
        forEach(in: bucket) { action in
            let owner = action.owner &- lowest
            sorted[Int(ends[owner])] = action
            ends[owner] &+= 1
        }
    }

    @inline(__always)
    private func forEach(in bucket: Int, _ body: (CountedAction) -> Void) {
        var left = counts[bucket]
        var chunk = Int(firstChunks[bucket])
        while left > 0 {
            let start = actions + chunk * Self.chunkSize
            let size = min(left, Self.chunkSize)
            for index in 0..<size { body(start[index]) }
            left -= size
            if left > 0 { chunk = Int(next[chunk]) }
        }
    }
}

extension UnsafeMutablePointer<CountedAction> {
    /// Puts the actions of one owner, which stand in order of `seq`, in order of `(occurredAt, seq)`.
    @inline(__always)
    func order(from start: Int, to end: Int) {
        var index = start &+ 1
        while index < end {
            if self[index].occurredAt < self[index &- 1].occurredAt {
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
            var all = UnsafeMutableBufferPointer(start: self + start, count: end - start)
            all.sort { ($0.occurredAt, $0.row) < ($1.occurredAt, $1.row) }
            return
        }
        for index in first..<end {
            let action = self[index]
            var place = index
            while place > start, self[place - 1].occurredAt > action.occurredAt {
                self[place] = self[place - 1]
                place -= 1
            }
            self[place] = action
        }
    }
}

internal import Destinations

/// Leads that are claimed and prepared, in the order in which they are due, and the keys that are on the way.
///
/// Two leads that are one and the same to the destination are never on the way at once: it would make two of them, or
/// end with the older one.
struct ReadyQueue {
    /// What goes into one request.
    struct Batch: Sendable {
        var leads: [Ready]
        /// The destination is asked whether it has the lead before it is sent.
        var isLookedUp = false
        /// It finds out whether the destination is well again.
        var isProbe = false
    }

    private var waiting: [Entry] = []
    private var underWay: Set<String> = []

    private struct Entry {
        let ready: Ready
        let key: String
        let isLookedUp: Bool
    }

    var count: Int { waiting.count }

    /// Whether something waits whose key is not on the way.
    var hasNext: Bool { waiting.contains { !underWay.contains($0.key) } }

    mutating func add(_ ready: Ready, isLookedUp: Bool) {
        waiting.append(Entry(ready: ready, key: Self.key(ready), isLookedUp: isLookedUp))
    }

    /// The next leads, each of another key; `nil` when each that waits has its key on the way. O(waiting).
    /// - Parameter joinsKeys: whether leads of one key may go together.
    mutating func next(limit: Int, joinsKeys: Bool = false) -> Batch? {
        var batch = Batch(leads: [])
        var kept: [Entry] = []
        var passed: Set<String> = []
        var joined: Set<String> = []
        for (index, entry) in waiting.enumerated() {
            if batch.leads.count == limit || batch.isLookedUp {
                kept += waiting[index...]
                break
            }
            // Behind one that has to wait, another of the same key waits too, or it would overtake it.
            let isFree = !underWay.contains(entry.key) || joined.contains(entry.key)
            let mayGo = isFree && !passed.contains(entry.key)
            guard mayGo, !entry.isLookedUp || batch.leads.isEmpty else {
                passed.insert(entry.key)
                kept.append(entry)
                continue
            }
            batch.leads.append(entry.ready)
            batch.isLookedUp = entry.isLookedUp
            underWay.insert(entry.key)
            if joinsKeys { joined.insert(entry.key) }
        }
        waiting = kept
        return batch.leads.isEmpty ? nil : batch
    }

    /// A batch is settled or given back.
    mutating func isDone(_ batch: Batch) { for ready in batch.leads { underWay.remove(Self.key(ready)) } }

    mutating func removeAll() -> [Ready] {
        defer { waiting = [] }
        return waiting.map(\.ready)
    }

    private static func key(_ ready: Ready) -> String { ready.prepared?.key ?? "" }
}

/// Numbers keys 0, 1, 2 ... in order of first appearance: a hash table with open addressing.
///
/// A dictionary does the same much slower, because it must withstand keys chosen to collide. Here a key is a number of
/// the ledger's own making, or a pair of them.
struct NumberTable {
    /// The keys by number.
    private(set) var keys: [UInt64] = []
    /// One more than the number of the key that lives in the slot; 0 for a free slot.
    private var slots = [UInt32](repeating: 0, count: 64)
    private var shift: UInt64 = 64 - 6

    /// The number of `key`, which is the count of keys so far when it is new.
    mutating func number(of key: UInt64) -> Int {
        var slot = slot(of: key)
        while true {
            let occupant = Int(slots[slot])
            if occupant == 0 { break }
            if keys[occupant - 1] == key { return occupant - 1 }
            slot = (slot + 1) & (slots.count - 1)
        }
        keys.append(key)
        slots[slot] = UInt32(keys.count)
        if keys.count * 2 > slots.count { grow() }
        return keys.count - 1
    }

    /// The high bits of the key times 2^64 divided by the golden ratio, which spreads runs of keys evenly.
    private func slot(of key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> shift) }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 4)
        shift -= 2
        for (number, key) in keys.enumerated() {
            var slot = slot(of: key)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }
}

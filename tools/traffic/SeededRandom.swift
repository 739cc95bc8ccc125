/// Random numbers that a seed repeats (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 0 ..< `limit`
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// True in `share` of cases, 0 ... 1.
    mutating func happens(_ share: Double) -> Bool { Double(next() >> 11) / Double(1 << 53) < share }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// One of the elements, each as often as its weight says.
    mutating func pick<Element>(_ weighted: [(weight: Int, Element)]) -> Element {
        var left = below(weighted.reduce(0) { $0 + $1.weight })
        for (weight, element) in weighted {
            if left < weight { return element }
            left -= weight
        }
        preconditionFailure("the weights add up to more than all of them")
    }
}

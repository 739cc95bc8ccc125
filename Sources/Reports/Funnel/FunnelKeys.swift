internal import Leads
internal import Views

/// Numbers the groups of a funnel 0, 1, 2 ... as their first leads are met.
struct FunnelKeys {
    private var values: [DimensionValues]
    /// One table a dimension after the first: (number so far, value of this dimension) to number.
    private var pairs: [NumberTable]

    init(_ dimensions: [FunnelQuery.Dimension], terms: Int, term: @escaping (UInt32) -> String?) {
        values = dimensions.map { DimensionValues($0, terms: terms, term: term) }
        pairs = dimensions.dropFirst().map { _ in NumberTable() }
    }

    /// Whether all rows so far named texts there are.
    var isSound: Bool { values.allSatisfy(\.isSound) }

    /// Writes the group's number of each entry.
    mutating func number(
        _ entries: UnsafeBufferPointer<UInt32>, of rows: UnsafePointer<EventRow>,
        into numbers: UnsafeMutablePointer<Int>
    ) {
        values[0].number(entries, of: rows, into: numbers)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: entries.count) { further in
            for index in pairs.indices {
                values[index + 1].number(entries, of: rows, into: further.baseAddress!)
                for entry in entries.indices {
                    let pair = UInt64(numbers[entry]) << 32 | UInt64(further[entry])
                    numbers[entry] = pairs[index].number(of: pair)
                }
            }
        }
    }

    /// Every group's number and key, in order of keys.
    func sorted() -> [(group: Int, key: [String?])] {
        let ranks = values.map { $0.ranks() }
        let groups = (0..<(pairs.last?.keys.count ?? values[0].labels.count)).map { group in
            let numbers = valueNumbers(of: group)
            return (group: group, numbers: numbers, ranks: numbers.indices.map { ranks[$0][numbers[$0]] })
        }
        return groups.sorted { $0.ranks.lexicographicallyPrecedes($1.ranks) }.map { group in
            (group.group, group.numbers.indices.map { values[$0].labels[group.numbers[$0]] })
        }
    }

    private func valueNumbers(of group: Int) -> [Int] {
        var numbers: [Int] = []
        var rest = group
        for table in pairs.reversed() {
            let key = table.keys[rest]
            numbers.append(Int(key & 0xffff_ffff))
            rest = Int(key >> 32)
        }
        numbers.append(rest)
        return numbers.reversed()
    }
}

/// Numbers the values of one dimension 0, 1, 2 ... as they are met.
///
/// What a row says (a term, a day) is looked up by its number; only a number met for the first time is turned into
/// text. Several of them may have one text, as `US` and `USA` do.
struct DimensionValues {
    private let dimension: FunnelQuery.Dimension
    private let terms: Int
    private let term: (UInt32) -> String?
    private var raw = NumberTable()
    /// The value's number, by the number of what the row said.
    private var valueOfRaw: [Int] = []
    /// By its bytes, because texts that are merely equal to Unicode are still two offers.
    private var valueOfLabel: [[UInt8]?: Int] = [:]
    /// The text of each value; `nil` for a missing one.
    private(set) var labels: [String?] = []

    /// Whether all rows so far named texts there are.
    private(set) var isSound = true

    init(_ dimension: FunnelQuery.Dimension, terms: Int, term: @escaping (UInt32) -> String?) {
        self.dimension = dimension
        self.terms = terms
        self.term = term
    }

    /// Writes the value's number of each entry.
    mutating func number(
        _ entries: UnsafeBufferPointer<UInt32>, of rows: UnsafePointer<EventRow>,
        into numbers: UnsafeMutablePointer<Int>
    ) {
        // The rows lie all over memory. A loop that does nothing else waits for many of them at once.
        switch dimension {
        case .offer, .publisher: for (index, row) in entries.enumerated() { numbers[index] = Int(rows[Int(row)].offer) }
        case .source: for (index, row) in entries.enumerated() { numbers[index] = Int(rows[Int(row)].source) }
        case .country: for (index, row) in entries.enumerated() { numbers[index] = Int(rows[Int(row)].country) }
        case .day, .week, .month:
            for (index, row) in entries.enumerated() { numbers[index] = Int(rows[Int(row)].occurredAt) }
            for index in entries.indices {
                numbers[index] = Int(Instant(micros: Int64(numbers[index])).dayNumber)
            }
        }
        for index in entries.indices {
            let said = numbers[index]
            let number = raw.number(of: UInt64(bitPattern: Int64(said)))
            if number == valueOfRaw.count { valueOfRaw.append(value(of: label(Int64(said)))) }
            numbers[index] = valueOfRaw[number]
        }
    }

    /// The place of each value among all, by number: a missing one first, then by UTF-8 bytes.
    func ranks() -> [Int] {
        let order = labels.indices.sorted { left, right in
            guard let right = labels[right] else { return false }
            guard let left = labels[left] else { return true }
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        var ranks = [Int](repeating: 0, count: order.count)
        for (rank, number) in order.enumerated() { ranks[number] = rank }
        return ranks
    }

    private mutating func label(_ said: Int64) -> String? {
        switch dimension {
        case .offer: text(said).flatMap { Offer($0)?.text }
        case .publisher: text(said).flatMap { Offer($0)?.publisher }
        case .source: text(said).map { Source($0).name }
        case .country: text(said).flatMap { Country.reading($0) }
        case .day: CivilDate(daysSince1970: said).description
        case .week: CivilDate(daysSince1970: said).isoWeek
        case .month: CivilDate(daysSince1970: said).yearAndMonth
        }
    }

    /// The text of a term; `nil` for none, and for one that says nothing.
    private mutating func text(_ number: Int64) -> String? {
        guard number <= Int64(terms) else {
            isSound = false
            return nil
        }
        guard number != 0, let text = term(UInt32(number)), !text.trimmed.isEmpty else { return nil }
        return text
    }

    private mutating func value(of label: String?) -> Int {
        let bytes = label.map { Array($0.utf8) }
        if let number = valueOfLabel[bytes] { return number }
        valueOfLabel[bytes] = labels.count
        labels.append(label)
        return labels.count - 1
    }
}

internal import Leads
internal import Views

/// Numbers the groups of a funnel 0, 1, 2 ... as their first leads are met.
struct FunnelKeys {
    private var values: [DimensionValues]
    /// One table a dimension after the first: (number so far, value of this dimension) to number.
    private var pairs: [NumberTable]

    init(_ dimensions: [FunnelQuery.Dimension], term: @escaping (UInt32) -> String?) {
        values = dimensions.map { DimensionValues($0, term: term) }
        pairs = dimensions.dropFirst().map { _ in NumberTable() }
    }

    mutating func number(of entry: EventRow) -> Int {
        var number = values[0].number(of: entry)
        for index in pairs.indices {
            let value = values[index + 1].number(of: entry)
            number = pairs[index].number(of: UInt64(number) << 32 | UInt64(value))
        }
        return number
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
    private let term: (UInt32) -> String?
    private var raw = NumberTable()
    /// The value's number, by the number of what the row said.
    private var valueOfRaw: [Int] = []
    /// By its bytes, because texts that are merely equal to Unicode are still two offers.
    private var valueOfLabel: [[UInt8]?: Int] = [:]
    /// The text of each value; `nil` for a missing one.
    private(set) var labels: [String?] = []

    init(_ dimension: FunnelQuery.Dimension, term: @escaping (UInt32) -> String?) {
        self.dimension = dimension
        self.term = term
    }

    mutating func number(of entry: EventRow) -> Int {
        let said = Self.said(entry, dimension)
        let number = raw.number(of: UInt64(bitPattern: said))
        if number == valueOfRaw.count { valueOfRaw.append(value(of: label(said))) }
        return valueOfRaw[number]
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

    private static func said(_ entry: EventRow, _ dimension: FunnelQuery.Dimension) -> Int64 {
        switch dimension {
        case .offer, .publisher: Int64(entry.offer)
        case .source: Int64(entry.source)
        case .country: Int64(entry.country)
        case .day, .week, .month: Instant(micros: entry.occurredAt).dayNumber
        }
    }

    private func label(_ said: Int64) -> String? {
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
    private func text(_ number: Int64) -> String? {
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

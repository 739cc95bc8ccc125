internal import SQLite

/// Whether the terms are those that the events were recorded with.
///
/// A leaf hash covers texts, folds go by numbers: a second number for the same text would change what folds make of an
/// event and leave its leaf hash as it is.
struct TermUse {
    /// What is wrong with the terms themselves.
    private(set) var findings: [String] = []
    private let twins: Set<Int64>
    private let count: Int64
    private var used = Int64(Terms.reserved.count)
    private var isAscending = true

    private static let columns: [Int32] = [5, 6, 7, 8, 10]

    init(_ terms: Terms, _ connection: Connection) throws {
        count = Int64(terms.texts.count) - 1
        twins = Set((0...count).filter { number in terms.text(number).map { terms.number($0) != number } ?? true })
        if Array(terms.texts.dropFirst().prefix(Terms.reserved.count)) != Terms.reserved {
            findings.append("the first terms are not the documented actions and sources")
        }
        if let first = try connection.integer("SELECT min(number) FROM term"), first < 1 {
            findings.append("term \(first) stands before the first: it was inserted")
        }
        for number in twins.sorted().prefix(100) { findings.append("term \(number) repeats another: it was inserted") }
    }

    /// Takes note of an event's terms (`EventRecord.columns`); whether one of them is the second number of its text.
    mutating func namesTwin(_ event: Statement) -> Bool {
        var namesTwin = false
        for column in Self.columns {
            let number = event.integer(column)
            if number > used {
                // Texts are numbered when the first event with them is recorded.
                if number != used + 1 { isAscending = false }
                used = number
            }
            if !twins.isEmpty && twins.contains(number) { namesTwin = true }
        }
        return namesTwin
    }

    /// Whether each term's number says when the first event with it was recorded; once all events are read.
    var isInOrder: Bool { isAscending && used >= count }
}

internal import Leads
internal import SQLite

/// The texts that recur in a ledger's columns, each under its number: 1, 2, 3 ... in order of first use; 0 is no text.
///
/// The documented actions are 1 - 5 and the documented sources 6 - 9 in every ledger, so that folds know them by
/// number.
package struct Terms: Sendable {
    package static let reserved = Action.known.map(\.code) + Source.known.map(\.name)

    /// The texts; the one at index 0 stands for none.
    package private(set) var texts: [String] = [""]
    private var numbers: [ExactText: Int64] = [:]

    package init() {}

    package func text(_ number: Int64) -> String? {
        texts.indices.contains(Int(number)) ? texts[Int(number)] : nil
    }

    package func number(_ text: String) -> Int64? { text.isEmpty ? 0 : numbers[ExactText(text)] }

    mutating func add(_ text: String) -> Int64 {
        let number = Int64(texts.count)
        texts.append(text)
        if self.number(text) == nil { numbers[ExactText(text)] = number }
        return number
    }

    /// Forgets the terms above `count`.
    mutating func truncate(to count: Int) {
        for text in texts[count...] { numbers[ExactText(text)] = nil }
        texts.removeSubrange(count...)
    }

    /// Reads the terms that `connection`'s ledger has beyond those known.
    mutating func catchUp(_ connection: Connection) throws {
        let select = try connection.prepare("SELECT number, text FROM term WHERE number >= ? ORDER BY number")
        try select.bind(Int64(texts.count), at: 1)
        while try select.step() {
            guard select.integer(0) == Int64(texts.count) else {
                throw LedgerError.damaged(connection.path, "term \(texts.count) is missing")
            }
            _ = add(try select.text(1))
        }
    }
}

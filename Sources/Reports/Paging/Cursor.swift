internal import Leads

/// What was handed in as the cursor of a list is none that this list gave out.
package struct InvalidCursor: Error, Hashable, CustomStringConvertible {
    package var description: String { "the cursor is none of this list: ask without one for the beginning" }
}

/// The place in a list after which it goes on, as text that says nothing: `cur_` and 26 letters and digits.
///
/// It holds the key of the last row twice, once changed by a number of the list, so that a cursor of another list, of
/// another ledger's ids, or one with a slip in it is refused instead of beginning anywhere. It is no secret: whoever
/// knows the source can forge one, so a key from it is as strange as any other input.
enum Cursor {
    enum List: Int64 {
        case leads = 0x2d35_8dcc_aa6c_78a5
        case attempts = 0x0bd5_f7b1_3c1e_9d43
        case deliveries = 0x4b33_a62e_d433_d4a3
        case events = 0x1b87_3593_85eb_ca6b
        case quarantine = 0x52dc_e729_da3e_3c5d
    }

    private static let length = 13

    static func text(_ list: List, after key: Int64, _ ids: PublicID) -> String {
        ids.text(.cursor, key) + ids.text(.cursor, key ^ list.rawValue).suffix(length)
    }

    /// The key that a list goes on after; `nil` without a cursor.
    static func key(_ list: List, _ text: String?, _ ids: PublicID) throws(InvalidCursor) -> Int64? {
        guard let text else { return nil }
        let prefix = PublicID.Kind.cursor.rawValue
        guard text.utf8.count == prefix.utf8.count + 2 * length, text.utf8.allSatisfy({ $0 < 0x80 }),
            let key = ids.number(.cursor, String(text.dropLast(length))),
            ids.number(.cursor, prefix + text.suffix(length)) == key ^ list.rawValue,
            // No list gives out the last number there is, and what goes on after it could not count further.
            key >= 0, key < .max
        else { throw InvalidCursor() }
        return key
    }
}

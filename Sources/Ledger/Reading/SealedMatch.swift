internal import Leads
internal import SQLite

/// The match key of an event as its sealed part tells it, hashed; how lookups that lag are made up for.
struct SealedMatch {
    let vault: Vault
    let keys: IdentityKeys
    let rules: UnicodeRules

    /// What `hash` reads, in this order.
    static let columns = "flags, id, subject, contact"

    /// The hash of the event in the current row; `nil` when it has no email, or its key was destroyed.
    /// - Parameter first: where `columns` begin in the row.
    func hash(_ row: Statement, first: Int32) throws -> [UInt8]? {
        let fields = EventFlags(rawValue: Int32(truncatingIfNeeded: row.integer(first))).fields
        guard fields & Contact.Field.email.bit != 0, let sealed = row.optionalBytes(first + 3),
            let key = try vault.key(of: row.integer(first + 2)),
            let bytes = Sealing.open(
                sealed, .contact, of: try EventRecord.id(row, column: first + 1), with: key.contactKey),
            let email = ContactPart.email(in: bytes), let match = MatchKey.email(email, rules: rules)
        else { return nil }
        return keys.hash(matchKey: match)
    }
}

internal import Leads
internal import SQLite

/// Adds to the lookups what the ledger holds beyond them: a crash took it, or the file was deleted.
struct LookupCatchUp {
    let store: LedgerStore
    let vault: Vault
    let lookup: Lookup
    let rules: UnicodeRules

    /// O(events that are missing); match keys are read from the sealed parts.
    func run() throws {
        let size = store.head.size
        guard lookup.savedSeq <= size else {
            throw LedgerError.damaged(
                store.connection.path,
                "it ends at event \(size), but lookup.db beside it knows of event \(lookup.savedSeq). If an older "
                    + "ledger was restored on purpose, delete lookup.db; events after \(size) are then gone")
        }
        guard lookup.savedSeq < size else { return }
        let keys = IdentityKeys(vault.master)
        let select = try store.connection.prepare(
            "SELECT seq, identity, subject, id, contact, flags FROM event WHERE seq > ? ORDER BY seq")
        try select.bind(lookup.savedSeq, at: 1)
        while try select.step() {
            let seq = select.integer(0)
            let identity = select.bytes(1)
            if !identity.isEmpty { lookup.add(identity: identity, seq: seq) }
            let fields = EventFlags(rawValue: Int32(truncatingIfNeeded: select.integer(5))).fields
            if fields & Contact.Field.email.bit != 0, let sealed = select.optionalBytes(4),
                let hash = try matchHash(sealed, of: try EventRecord.id(select, column: 3), select.integer(2), keys),
                try lookup.subject(match: hash) == nil
            {
                lookup.add(match: hash, subject: select.integer(2))
            }
            if lookup.count >= Lookup.flushLimit { try lookup.flush(upTo: seq) }
        }
        try select.reset()
        try lookup.flush(upTo: size)
    }

    private func matchHash(
        _ sealed: [UInt8], of id: EventID, _ subject: Int64, _ keys: IdentityKeys
    ) throws -> [UInt8]? {
        guard let key = try vault.key(of: subject),
            let bytes = Sealing.open(sealed, .contact, of: id, with: key.contactKey),
            let email = ContactPart.email(in: bytes), let match = MatchKey.email(email, rules: rules)
        else { return nil }
        return keys.hash(matchKey: match)
    }
}

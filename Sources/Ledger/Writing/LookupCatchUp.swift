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
        let match = SealedMatch(vault: vault, keys: IdentityKeys(vault.master), rules: rules)
        let select = try store.connection.prepare(
            "SELECT seq, identity, \(SealedMatch.columns) FROM event WHERE seq > ? ORDER BY seq")
        try select.bind(lookup.savedSeq, at: 1)
        while try select.step() {
            let seq = select.integer(0)
            let identity = select.bytes(1)
            if !identity.isEmpty { lookup.add(identity: identity, seq: seq) }
            if let hash = try match.hash(select, first: 2), try lookup.subject(match: hash) == nil {
                lookup.add(match: hash, subject: select.integer(4))
            }
            if lookup.count >= Lookup.flushLimit { try lookup.flush(upTo: seq) }
        }
        try select.reset()
        try lookup.flush(upTo: size)
    }
}

internal import Leads

/// An event with its keyed hashes, which callers compute on their own threads.
struct PreparedEvent: Sendable {
    let event: NewEvent
    /// Empty when nothing is the same as this event.
    let identity: [UInt8]
    let digest: [UInt8]
    let match: [UInt8]?
}

/// The keys under which identities, contents and match keys are hashed, so that the plain columns tell nothing.
struct IdentityKeys: Sendable {
    private let identity: KeyedHash
    private let match: KeyedHash

    init(_ master: MasterKey) {
        identity = KeyedHash(key: master.derive("identity"))
        match = KeyedHash(key: master.derive("match"))
    }

    func prepare(_ event: NewEvent) -> PreparedEvent {
        let digest = identity.short("content", event.content)
        var match: [UInt8]?
        if case .matching(let key) = event.subject { match = hash(matchKey: key) }
        return PreparedEvent(
            event: event, identity: hash(event.identity, digest), digest: digest, match: match)
    }

    func hash(matchKey: String) -> [UInt8] { match.short("match", Array(matchKey.utf8)) }

    private func hash(_ identity: Identity, _ digest: [UInt8]) -> [UInt8] {
        switch identity {
        case .id(let scope, let id):
            self.identity.short("id", Self.named(scope, id))
        case .own(let scope, let id): self.identity.short("own", Self.named(scope, id))
        case .row(let ordinal): self.identity.short("row", digest + Int64(ordinal).bigEndianBytes)
        case .window(let scope, _): self.identity.short("window", digest + Array(scope.utf8))
        case .none: []
        }
    }

    private static func named(_ scope: String, _ id: String) -> [UInt8] {
        Int64(scope.utf8.count).bigEndianBytes + Array(scope.utf8) + Array(id.utf8)
    }
}

/// The events of one commit on their way into the ledger.
struct AppendBatch {
    let store: LedgerStore
    let vault: Vault
    let lookup: Lookup
    /// What the clock says. Events are never recorded before the one before them, so `head.recordedAt` may be later.
    let now: Instant
    var random: RandomBytes
    private(set) var head: LedgerHead
    private var addedIdentities: [[UInt8]] = []
    private var addedMatches: [[UInt8]] = []

    init(store: LedgerStore, vault: Vault, lookup: Lookup, now: Instant, random: RandomBytes) {
        self.store = store
        self.vault = vault
        self.lookup = lookup
        self.now = now
        self.random = random
        head = store.head
        head.recordedAt = max(now, head.recordedAt)
    }

    mutating func append(_ prepared: PreparedEvent) throws -> Appended {
        if let answer = try known(prepared) { return answer }
        let stored = try seal(prepared)
        let leaf = stored.leafHash
        try store.insert(stored, leaf: leaf)
        head.tree.append(leaf)
        if !prepared.identity.isEmpty {
            lookup.add(identity: prepared.identity, seq: stored.seq)
            addedIdentities.append(prepared.identity)
        }
        return .recorded(
            Receipt(seq: stored.seq, id: stored.id, subject: stored.subject, recordedAt: stored.recordedAt))
    }

    /// Undoes what the batch put into the lookups, after its commit failed.
    func takeBack() {
        for identity in addedIdentities.reversed() { lookup.remove(identity: identity) }
        for match in addedMatches { lookup.remove(match: match) }
    }

    private func known(_ prepared: PreparedEvent) throws -> Appended? {
        guard !prepared.identity.isEmpty else { return nil }
        for seq in try lookup.events(identity: prepared.identity) {
            guard let known = try store.known(seq), known.identity == prepared.identity else { continue }
            switch prepared.event.identity {
            case .window(_, let span):
                // Recorded well after now: the clock ran ahead then, and nobody knows when it was. Better twice than
                // lost.
                let age = now - known.receipt.recordedAt
                return age >= -1 * .minute && age <= span ? .duplicate(known.receipt) : nil
            default:
                return known.digest == prepared.digest ? .duplicate(known.receipt) : .conflict(seq: seq)
            }
        }
        return nil
    }

    private mutating func seal(_ prepared: PreparedEvent) throws -> StoredEvent {
        let event = prepared.event
        let subject = try subject(of: prepared)
        let id = event.id.map { EventID($0) } ?? .version7(at: head.recordedAt, random: random.pair())
        var contact: [UInt8]?
        var body: [UInt8]?
        if let part = event.contact {
            guard let key = try vault.key(of: subject) else { throw Self.keyMissing(subject) }
            contact = try Sealing.seal(part, .contact, of: id, with: key.contactKey, nonce: random.bytes(12))
        }
        if let part = event.body {
            guard let key = try vault.bodyKey(of: subject, at: head.recordedAt, make: true) else {
                throw Self.keyMissing(subject)
            }
            body = try Sealing.seal(part, .body, of: id, with: key, nonce: random.bytes(12))
        }
        return StoredEvent(
            seq: head.size + 1, type: event.type.rawValue, subject: subject, occurredAt: event.occurredAt ?? now,
            recordedAt: head.recordedAt, source: event.source ?? "", action: event.action ?? "",
            offer: event.offer ?? "",
            country: event.country ?? "", flags: event.flags, actor: event.actor, cause: event.cause ?? 0, id: id,
            identity: prepared.identity, digest: prepared.digest, detail: event.detail, contact: contact, body: body)
    }

    private mutating func subject(of prepared: PreparedEvent) throws -> Int64 {
        switch prepared.event.subject {
        case .none: return 0
        case .existing(let subject):
            guard subject >= 1 && subject <= head.subjects else {
                throw LedgerError.unknownSubject(subject)
            }
            return subject
        case .new: return try newSubject()
        case .matching:
            guard let hash = prepared.match else { return try newSubject() }
            if let subject = try lookup.subject(match: hash) { return subject }
            let subject = try newSubject()
            lookup.add(match: hash, subject: subject)
            addedMatches.append(hash)
            return subject
        }
    }

    private mutating func newSubject() throws -> Int64 {
        try vault.makeKeys(upTo: head.subjects + 1)
        head.subjects += 1
        return head.subjects
    }

    private static func keyMissing(_ subject: Int64) -> LedgerError {
        .damaged("vault.db", "the key of subject \(subject) is missing, so nothing more can be sealed for it")
    }
}

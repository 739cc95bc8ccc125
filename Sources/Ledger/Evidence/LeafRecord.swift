internal import Leads

/// The bytes of an event that its leaf hash covers: every column, texts in full, sealed parts as they are stored.
///
/// Erasing a person destroys a key, not these bytes, so that a leaf outlives an erasure. The order and widths are a
/// contract, pinned by a golden file. Numbers are big-endian; texts and byte strings follow their length in 4 bytes;
/// an absent byte string has the length 0xffffffff.
struct LeafRecord {
    var bytes: [UInt8] = []

    static let version: UInt8 = 1

    init(_ event: StoredEvent) {
        bytes.reserveCapacity(256 + (event.contact?.count ?? 0) + (event.body?.count ?? 0))
        bytes.append(Self.version)
        add(event.seq)
        add(event.type)
        add(event.subject)
        add(event.occurredAt.micros)
        add(event.recordedAt.micros)
        add(Int64(event.flags.rawValue))
        add(event.cause)
        for text in [event.source, event.action, event.offer, event.country, event.actor, event.id.description] {
            add(text)
        }
        add(event.identity)
        add(event.digest)
        add(event.detail)
        add(event.contact)
        add(event.body)
    }

    private mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func addLength(_ length: UInt32) {
        withUnsafeBytes(of: length.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func add(_ text: String) {
        addLength(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func add(_ part: [UInt8]?) {
        guard let part else { return addLength(.max) }
        addLength(UInt32(part.count))
        bytes.append(contentsOf: part)
    }
}

extension StoredEvent {
    /// The hash of this event as a leaf of the tree. SHA-256 over some 300 bytes more than the sealed parts.
    var leafHash: TreeHash { MerkleTree.leafHash(LeafRecord(self).bytes) }
}

package import Leads

/// An event as the ledger keeps it: plain columns with their texts, and sealed parts still sealed.
package struct StoredEvent: Hashable, Sendable {
    package var seq: Int64
    /// `EventType.rawValue`; a number, so that a later program's types can be read and passed on.
    package var type: Int64
    package var subject: Int64
    package var occurredAt: Instant
    package var recordedAt: Instant
    /// Empty texts mean that there was none.
    package var source: String
    package var action: String
    package var offer: String
    package var country: String
    package var flags: EventFlags
    package var actor: String
    package var cause: Int64
    package var id: EventID
    /// Keyed hashes (16 bytes) of what makes the event itself, and of what it says; empty when it has no identity.
    package var identity: [UInt8]
    package var digest: [UInt8]
    package var detail: [UInt8]?
    package var contact: [UInt8]?
    package var body: [UInt8]?

    package var eventType: EventType? { EventType(rawValue: type) }
}

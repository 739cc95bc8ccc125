/// The plain columns of one event, in 48 bytes; row `seq - 1` of the event file holds event `seq`.
///
/// Texts are numbers of the ledger's terms, 0 for none.
package struct EventRow: BitwiseCopyable, Hashable, Sendable {
    package var occurredAt: Int64
    package var recordedAt: Int64
    /// The lead's place among all leads in order of first appearance, 1, 2, 3 ...; 0 where the event is about no lead.
    package var lead: UInt32
    package var subject: UInt32
    /// The `seq` of the event of the same subject before this one; 0 for the first.
    package var previous: UInt32
    package var offer: UInt32
    package var country: UInt32
    package var source: UInt32
    package var flags: Int32
    /// Numbers above 65,535, which only hostile input reaches, are all stored as 65,535.
    package var action: UInt16
    /// `EventType.rawValue`
    package var type: UInt16

    package init(
        type: UInt16, subject: UInt32, occurredAt: Int64, recordedAt: Int64, source: UInt32, action: UInt16,
        offer: UInt32, country: UInt32, flags: Int32, lead: UInt32 = 0, previous: UInt32 = 0
    ) {
        self.type = type
        self.subject = subject
        self.occurredAt = occurredAt
        self.recordedAt = recordedAt
        self.source = source
        self.action = action
        self.offer = offer
        self.country = country
        self.flags = flags
        self.lead = lead
        self.previous = previous
    }
}

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
    package var action: UInt32
    /// The type in the high 8 bits, the flags in the low 24. A scan of a million rows reads this word, because only
    /// public computed properties are inlined across modules.
    package private(set) var typeAndFlags: UInt32

    /// `EventType.rawValue`; kinds above 255, which no version has, all read as 255.
    package var type: UInt16 { UInt16(typeAndFlags >> Self.flagBits) }

    /// The low 24 bits of `EventFlags.rawValue`; there are no flags above.
    package var flags: Int32 { Int32(typeAndFlags & Self.flagMask) }

    package static let flagBits: UInt32 = 24
    package static let flagMask: UInt32 = 0xff_ffff

    package init(
        type: UInt16, subject: UInt32, occurredAt: Int64, recordedAt: Int64, source: UInt32, action: UInt32,
        offer: UInt32, country: UInt32, flags: Int32, lead: UInt32 = 0, previous: UInt32 = 0
    ) {
        typeAndFlags =
            UInt32(UInt8(clamping: type)) << Self.flagBits | UInt32(truncatingIfNeeded: flags) & Self.flagMask
        self.subject = subject
        self.occurredAt = occurredAt
        self.recordedAt = recordedAt
        self.source = source
        self.action = action
        self.offer = offer
        self.country = country
        self.lead = lead
        self.previous = previous
    }
}

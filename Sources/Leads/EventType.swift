/// What kinds of events a ledger holds. Codes and names are stored for ever: add, never change.
package enum EventType: Int64, CaseIterable, Sendable {
    // Intake
    case actionRecorded = 1
    case intakeQuarantined = 2
    case quarantineReleased = 3
    // Delivery
    case deliveryAttempted = 20
    case deliveryReleased = 21
    case replayRequested = 22
    // Destinations
    case destinationChanged = 30
    case destinationPaused = 31
    case destinationResumed = 32
    case destinationTested = 33
    case destinationAlerted = 34
    // Access
    case endpointAdded = 40
    case endpointRevoked = 41
    case keyCreated = 42
    case keyRevoked = 43
    // Sources
    case sourceChanged = 50
    case sourcePulled = 51

    /// The name without its version.
    package var name: String {
        switch self {
        case .actionRecorded: "ActionRecorded"
        case .intakeQuarantined: "IntakeQuarantined"
        case .quarantineReleased: "QuarantineReleased"
        case .deliveryAttempted: "DeliveryAttempted"
        case .deliveryReleased: "DeliveryReleased"
        case .replayRequested: "ReplayRequested"
        case .destinationChanged: "DestinationChanged"
        case .destinationPaused: "DestinationPaused"
        case .destinationResumed: "DestinationResumed"
        case .destinationTested: "DestinationTested"
        case .destinationAlerted: "DestinationAlerted"
        case .endpointAdded: "EndpointAdded"
        case .endpointRevoked: "EndpointRevoked"
        case .keyCreated: "KeyCreated"
        case .keyRevoked: "KeyRevoked"
        case .sourceChanged: "SourceChanged"
        case .sourcePulled: "SourcePulled"
        }
    }

    /// The version of the stored form.
    package var version: Int { 1 }
}

/// What a fold must know of an event beyond its numbers, one bit each, in the event's `flags` column.
///
/// The low bits say which contact fields came along (`Contact.Field.bit`), so that a fold knows without unsealing which
/// event last named a customer's phone.
package struct EventFlags: OptionSet, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Sent by Partner Center to try a connection.
    package static let test = EventFlags(rawValue: 1 << 16)
    /// Source and action do not belong together, or one is unknown or missing.
    package static let mismatched = EventFlags(rawValue: 1 << 17)

    /// The contact fields that came along.
    package var fields: Int32 { rawValue & 0x7f }
}

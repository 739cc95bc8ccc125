package import Leads

/// Something about a destination that people should know of before leads are late.
package struct DestinationAlert: Hashable, Sendable {
    package let destination: String
    package let kind: DestinationKind
    /// Its leads are held until a person mends it and resumes it.
    package let isPaused: Bool
    /// Percent of the time after which it is paused; 100 when it is.
    package let level: Int64
    package let failingSince: Instant?
    /// When it was found: the same however often the alert is sent.
    package let at: Instant
    /// No contact data and no secret.
    package let reason: String
}

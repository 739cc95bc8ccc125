/// How far the parts behind the service are, as of now. Asked for often: it must be quick to tell.
package struct ServiceStatus: Sendable {
    /// Events in the ledger, which is the `seq` of the last.
    package var events: Int64
    /// The last event that is folded into the views.
    package var folded: Int64
    /// What SQLite says of the ledger's `synchronous`.
    package var synchronous: String
    /// The service is ending: it still answers, and asks to be sent nothing new.
    package var isDraining: Bool

    package init(events: Int64, folded: Int64, synchronous: String = "full", isDraining: Bool = false) {
        self.events = events
        self.folded = folded
        self.synchronous = synchronous
        self.isDraining = isDraining
    }
}

/// What keeps the service from being started: what is wrong with which setting.
package struct ServiceError: Error, CustomStringConvertible {
    package let description: String
}

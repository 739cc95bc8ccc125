internal import Leads
package import Ledger

extension Access {
    /// Who may come in as of the ledger's last event: what views say, and what the ledger has beyond them.
    ///
    /// O(events beyond the views), columns only: whoever opens the door needs not wait until views that were lost are
    /// folded again.
    package static func read(views: ViewsReader?, ledger: LedgerReader) throws -> Access {
        var access = views?.access ?? Access()
        try ledger.scan(from: (views?.seq ?? 0) + 1, to: .max) { event, detail in
            guard let type = EventType(rawValue: event.type) else { return }
            switch type {
            case .endpointAdded, .endpointRevoked, .keyCreated, .keyRevoked:
                access.evolve(type, at: Instant(micros: event.recordedAt), detail: try detail())
            default: break
            }
        }
        return access
    }
}

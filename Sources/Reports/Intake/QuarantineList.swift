internal import Leads
internal import Ledger
package import OrderedJSON
internal import Views

/// What arrived and could not be read as a lead, with the reason, and whether it was released since.
package struct QuarantineList {
    package struct Filter: Sendable {
        /// Only what was released, or only what was not.
        package var released: Bool?
        /// Only what arrived at the endpoint of this name.
        package var endpoint: String?

        package init() {}
    }

    private let snapshot: Snapshot

    package init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Calls `body` for each that fits, in the order of the ledger, until it returns `false`.
    package func each(_ filter: Filter, _ body: (JSON) throws -> Bool) throws {
        try snapshot.views.quarantine(after: 0) { row in
            guard let item = try item(row, filter) else { return true }
            return try body(item)
        }
    }

    /// Those after `cursor`, in the same order. Nothing before it is read.
    /// - Throws: `InvalidCursor`.
    package func page(_ filter: Filter, limit: Int, cursor: String?) throws -> Page {
        let start = try Cursor.key(.quarantine, cursor, snapshot.ids)
        var filler = PageFiller(limit: limit)
        try snapshot.views.quarantine(after: start ?? 0) { row in
            guard filler.takesMore() else { return false }
            if let item = try item(row, filter) { filler.add(row.seq, item) }
            return true
        }
        return filler.page(.quarantine, snapshot.ids)
    }

    /// One of them with what was kept of it under `request`: `method`, `path`, `client` (an address), `headers` (name
    /// and value each, in the order they came) and `body` of what came to an endpoint, else `body` alone. A body that
    /// is not UTF-8 stands in base 64 as `bodyBase64`. `request` is null where a key was destroyed.
    /// - Returns: `nil` when event `seq` was not quarantined.
    package func show(_ seq: Int64) throws -> JSON? {
        guard let row = try snapshot.views.quarantined(seq), let event = try snapshot.ledger.event(seq),
            case .object(let members) = json(row, event)
        else { return nil }
        let isRequest = Heartbeat.Kind.named(actor: event.actor)?.kind == .endpoint
        let request = try snapshot.ledger.body(of: event).map { KeptRequest($0, isMessage: isRequest).json }
        return .object(members + [JSON.Member("request", request ?? .null)])
    }

    private func item(_ row: QuarantineRow, _ filter: Filter) throws -> JSON? {
        if let released = filter.released, released != (row.releasedBy != nil) { return nil }
        guard let event = try snapshot.ledger.event(row.seq, body: false) else { return nil }
        guard filter.endpoint == nil || filter.endpoint == Self.endpoint(event) else { return nil }
        return json(row, event)
    }

    private func json(_ row: QuarantineRow, _ event: StoredEvent) -> JSON {
        let detail = event.detail.flatMap { try? JSON.parse($0) }
        return [
            "seq": .number(row.seq),
            "at": .string(event.recordedAt.description),
            "reason": .optional(detail?["reason"]?.string),
            "endpoint": .optional(Self.endpoint(event)),
            "actor": .string(event.actor),
            "offer": .optional(event.offer.isEmpty ? nil : event.offer),
            "released": .bool(row.releasedBy != nil),
            "releasedBy": row.releasedBy.map { .number($0) } ?? .null,
        ]
    }

    private static func endpoint(_ event: StoredEvent) -> String? {
        let named = Heartbeat.Kind.named(actor: event.actor)
        return named?.kind == .endpoint ? named?.name : nil
    }
}

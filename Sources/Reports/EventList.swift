package import Leads
package import Ledger
package import OrderedJSON
internal import Views

/// The ledger as CloudEvents 1.0 (https://github.com/cloudevents/spec), sealed parts opened.
package struct EventList {
    package struct Filter: Sendable {
        /// The first and the last event, both inside; `nil` for the ledger's.
        package var from: Int64?
        package var to: Int64?
        package var type: EventType?

        package init() {}
    }

    private let reader: LedgerReader
    private let details: LeadDetails
    private let ids: PublicID
    private let source: String

    package init(_ reader: LedgerReader) {
        self.reader = reader
        details = LeadDetails(reader)
        ids = PublicID(ledger: reader.id)
        source = "/ledgers/" + (EventID(uuidBytes: reader.id)?.description ?? Hexadecimal.text(reader.id))
    }

    /// Calls `body` for each event from `first` to `last`, until it returns `false`.
    package func each(from first: Int64, to last: Int64, type: EventType?, _ body: (JSON) throws -> Bool) throws {
        try reader.events(from: first, to: last, type: type, bodies: false) { try body(try json($0)) }
    }

    /// The events after `cursor`, in the order of the ledger. Nothing before it is read.
    /// - Throws: `InvalidCursor`.
    package func page(_ filter: Filter, limit: Int, cursor: String?) throws -> Page {
        let start = try Cursor.key(.events, cursor, ids).map { $0 + 1 } ?? 1
        let last = min(filter.to ?? .max, try reader.head().size)
        var filler = PageFiller(limit: limit)
        try reader.events(from: max(start, filter.from ?? 1), to: last, type: filter.type, bodies: false) { event in
            filler.add(event.seq, try json(event))
            // To read on for the next one of a rare type could mean to read to the end.
            return event.seq == last || filler.takesMore()
        }
        return filler.page(.events, ids)
    }

    func json(_ event: StoredEvent) throws -> JSON {
        let type = event.eventType
        let name = type.map { "io.leadledger.\($0.name).v\($0.version)" } ?? "io.leadledger.type-\(event.type)"
        var members = [
            JSON.Member("specversion", .string("1.0")), JSON.Member("id", .string(event.id.description)),
            JSON.Member("source", .string(source)), JSON.Member("type", .string(name)),
        ]
        if event.subject > 0 { members.append(JSON.Member("subject", .string(ids.text(.customer, event.subject)))) }
        members += [
            JSON.Member("time", .string(event.occurredAt.description)), JSON.Member("seq", .number(event.seq)),
            JSON.Member("recordedat", .string(event.recordedAt.description)),
            JSON.Member("actor", .string(event.actor)), JSON.Member("datacontenttype", .string("application/json")),
            JSON.Member("data", try data(event)),
        ]
        return .object(members)
    }

    private func data(_ event: StoredEvent) throws -> JSON {
        let detail = event.detail.flatMap { try? JSON.parse($0) } ?? .object([])
        switch event.eventType {
        case .actionRecorded: return try details.action(of: event).json
        case .endpointAdded, .endpointRevoked, .keyCreated, .keyRevoked:
            // What a token is compared with is for the ledger alone.
            guard case .object(let members) = detail else { return .object([]) }
            return .object(members.filter { $0.name != "sha256" })
        default: return detail
        }
    }
}

extension MarketplaceAction {
    /// The action under the names that input has too; only what it says.
    var json: JSON {
        var members: [JSON.Member] = []
        func add(_ name: String, _ text: String?) {
            if let text { members.append(JSON.Member(name, .string(text))) }
        }
        add("id", id)
        add("source", source?.name)
        add("action", action?.code)
        add("offer", offer?.text)
        add("offerTitle", offerTitle)
        add("occurredAt", occurredAt?.description)
        for field in Contact.Field.allCases { add(field.rawValue, contact[field]) }
        add("description", description)
        add("leadSource", leadSource)
        for extra in other { add(extra.name, extra.value) }
        return .object(members)
    }
}

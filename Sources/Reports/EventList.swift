package import Leads
package import Ledger
package import OrderedJSON
internal import Views

/// The ledger as CloudEvents 1.0 (https://github.com/cloudevents/spec), sealed parts opened.
package struct EventList {
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
        try reader.events(from: first, to: last, type: type) { try body(try json($0)) }
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
        guard event.eventType == .actionRecorded else {
            return event.detail.flatMap { try? JSON.parse($0) } ?? .object([])
        }
        return try details.action(of: event).json
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

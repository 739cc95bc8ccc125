package import Leads
internal import Ledger
package import OrderedJSON
internal import Views

/// Everything the ledger knows of one customer: contact, leads, what happened, what was sent.
///
/// It is folded from the customer's own events, so that it can be asked as of any time.
package struct LeadReport {
    private let snapshot: Snapshot
    private let subject: Int64
    private let asOf: Instant?

    /// - Parameter asOf: only what the ledger had recorded by then.
    package init(_ snapshot: Snapshot, subject: Int64, asOf: Instant?) {
        self.snapshot = snapshot
        self.subject = subject
        self.asOf = asOf
    }

    /// How far back a same action makes a new one a repeat, the end inside.
    static let repeatSpan = 180 * Span.day

    private struct OfferLead {
        let offer: Int64
        var lead: Lead
    }

    /// `nil` when the customer did nothing by then. O(the customer's events).
    package func json() throws -> JSON? {
        let events = try history()
        var customer = Customer()
        var leads: [OfferLead] = []
        var places: [Int64: Int] = [:]
        for event in events where event.eventType == .actionRecorded {
            let fact = try fact(event)
            customer.evolve(fact)
            let offer = snapshot.terms.number(event.offer) ?? 0
            let index = places[offer] ?? leads.count
            places[offer] = index
            if index == leads.count { leads.append(OfferLead(offer: offer, lead: Lead(number: 0))) }
            leads[index].lead.evolve(fact)
        }
        guard customer.actions > 0 else { return nil }
        let contact = try snapshot.details.contact(of: customer)
        let isContactable = !leads.allSatisfy(\.lead.isForbidden)
        return [
            "customer": .string(snapshot.customerID(subject)),
            "email": .optional(contact.email),
            "contactable": .bool(isContactable),
            "contact": .object(Contact.Field.allCases.map { JSON.Member($0.rawValue, .optional(contact[$0])) }),
            "leads": .array(try leads.map { try lead($0.offer, $0.lead) }),
            "timeline": .array(try timeline(events)),
            "deliveries": .array(try deliveries(leads.map(\.offer), events)),
        ]
    }

    /// The subject's events in the order of the ledger: back from the last one, each names the one before.
    private func history() throws -> [StoredEvent] {
        guard let customer = try snapshot.views.customer(subject) else { return [] }
        let map = try snapshot.views.events()
        var seqs: [Int64] = []
        var seq = customer.lastEvent
        // Each step goes further back, so that there is an end whatever the file holds.
        while seq != 0 {
            guard 1...Int64(map.count) ~= seq else { throw damaged(map, "event \(seq) has no row") }
            let row = map[seq]
            guard Int64(row.subject) == subject, Int64(row.previous) < seq else {
                throw damaged(map, "event \(seq) does not lead back through its customer's events")
            }
            if asOf.map({ row.recordedAt <= $0.micros }) ?? true { seqs.append(seq) }
            seq = Int64(row.previous)
        }
        return try seqs.reversed().compactMap { seq in
            try snapshot.ledger.event(seq, body: false)
        }
    }

    private func damaged(_ map: EventMap, _ what: String) -> ViewsError { .damaged(map.path, what) }

    private func fact(_ event: StoredEvent) throws -> ActionFact {
        let terms = snapshot.terms
        return ActionFact(
            seq: event.seq, at: event.occurredAt.micros, action: terms.number(event.action) ?? 0,
            country: terms.number(event.country) ?? 0, flags: event.flags)
    }

    private func lead(_ offer: Int64, _ lead: Lead) throws -> JSON {
        [
            "lead": .string(snapshot.leadID(LeadRow.key(subject: subject, offer: offer))),
            "offer": .optional(try snapshot.text(offer)),
            "stage": .optional(lead.stage(snapshot.stages)?.description),
            "contactable": .bool(!lead.isForbidden),
            "test": .bool(lead.isTest),
            "actions": try LeadList.actions(lead, snapshot),
        ]
    }

    private func timeline(_ events: [StoredEvent]) throws -> [JSON] {
        let ordered = events.sorted { ($0.occurredAt, $0.seq) < ($1.occurredAt, $1.seq) }
        var last: [[ExactText]: Instant] = [:]
        return try ordered.map { event in
            var members = [
                JSON.Member("seq", .number(event.seq)), JSON.Member("at", .string(event.occurredAt.description)),
                JSON.Member("type", .string(event.eventType?.name ?? "\(event.type)")),
                JSON.Member("recordedAt", .string(event.recordedAt.description)),
                JSON.Member("id", .string(event.id.description)),
                JSON.Member("offer", event.offer.isEmpty ? .null : .string(event.offer)),
            ]
            switch event.eventType {
            case .actionRecorded:
                let action = try snapshot.details.action(of: event)
                let key = [ExactText(event.action), ExactText(event.offer)]
                let previous = last.updateValue(event.occurredAt, forKey: key)
                members += [
                    JSON.Member("source", .optional(action.source?.name)),
                    JSON.Member("action", .optional(action.action?.code)),
                    JSON.Member("description", .optional(action.description)),
                    JSON.Member("repeat", .bool(previous.map { event.occurredAt - $0 <= Self.repeatSpan } ?? false)),
                    JSON.Member("test", .bool(event.flags.contains(.test))),
                    JSON.Member("mismatched", .bool(event.flags.contains(.mismatched))),
                ]
            case .deliveryAttempted:
                let attempt = event.detail.flatMap { AttemptDetail($0) }
                members += [
                    JSON.Member("destination", .optional(attempt?.name)),
                    JSON.Member("outcome", .optional(attempt?.outcome.rawValue)),
                    JSON.Member("status", attempt?.status.map { .number($0) } ?? .null),
                ]
            case .deliveryReleased:
                let release = event.detail.flatMap { ReleaseDetail($0) }
                members += [
                    JSON.Member("destination", .optional(release?.name)),
                    JSON.Member("release", .optional(release?.release.rawValue)),
                    JSON.Member("reason", .optional(release?.reason)),
                ]
            default: break
            }
            return .object(members)
        }
    }

    /// As things stand: the rows of the view. As of a time: what the attempts by then tell.
    private func deliveries(_ offers: [Int64], _ events: [StoredEvent]) throws -> [JSON] {
        let list = DeliveryList(snapshot)
        guard asOf != nil else {
            let keys = Set(offers.map { LeadRow.key(subject: subject, offer: $0) })
            return try snapshot.views.deliveries(ofLeads: keys).map { try list.json($0) }
        }
        return events.compactMap { event in
            guard let detail = event.detail.flatMap({ AttemptDetail($0) }) else { return nil }
            return [
                "destination": .string(detail.name), "outcome": .string(detail.outcome.rawValue),
                "at": .string(event.occurredAt.description),
                "lead": .string(
                    snapshot.leadID(
                        LeadRow.key(
                            subject: subject, offer: snapshot.terms.number(event.offer) ?? 0))),
            ]
        }
    }
}

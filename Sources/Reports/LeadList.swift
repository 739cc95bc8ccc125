package import Leads
internal import Ledger
package import OrderedJSON
internal import Views

/// The leads of a ledger as they stand, one by one.
package struct LeadList {
    package struct Filter: Sendable {
        package var stage: Stage?
        package var offer: Offer?
        /// Text that stands in a contact field or the offer, without regard to case.
        package var search: String?
        /// Lists test leads, which are otherwise left out, and only those.
        package var tests = false
        package var limit: Int?
        /// Where the list before ended.
        package var cursor: Int64 = -1

        package init() {}
    }

    private let snapshot: Snapshot

    package init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Calls `body` for each lead that fits, in the order of customers and offers.
    /// - Returns: where to go on, when the limit ended the list.
    package func each(_ filter: Filter, _ body: (JSON) throws -> Void) throws -> Int64? {
        let offer = filter.offer.map { snapshot.terms.number($0.text) ?? -1 }
        let search = filter.search?.lowercased()
        var listed = 0
        var next: Int64?
        var last = filter.cursor
        try snapshot.views.leads(after: filter.cursor) { row in
            guard row.lead.isTest == filter.tests, offer == nil || row.offer == offer else { return true }
            let stage = row.lead.stage(snapshot.stages)
            guard filter.stage == nil || filter.stage == stage else { return true }
            let contact = try contact(row.subject)
            if let search, try !matches(search, contact, row) { return true }
            if let limit = filter.limit, listed == limit {
                next = last
                return false
            }
            listed += 1
            last = row.key
            try body(try json(row, stage, contact))
            return true
        }
        return next
    }

    /// Where a list goes on, as text that says nothing.
    package func cursor(_ key: Int64) -> String { snapshot.leadID(key) }

    package func key(cursor: String) -> Int64? { snapshot.ids.number(.lead, cursor) }

    private func contact(_ subject: Int64) throws -> Contact {
        guard let customer = try snapshot.views.customer(subject) else { return Contact() }
        return try snapshot.details.contact(of: customer)
    }

    private func matches(_ search: String, _ contact: Contact, _ row: LeadRow) throws -> Bool {
        let texts = Contact.Field.allCases.map { contact[$0] } + [try snapshot.text(row.offer)]
        return texts.contains { $0?.lowercased().contains(search) ?? false }
    }

    private func json(_ row: LeadRow, _ stage: Stage?, _ contact: Contact) throws -> JSON {
        [
            "lead": .string(snapshot.leadID(row.key)),
            "customer": .string(snapshot.customerID(row.subject)),
            "email": .optional(contact.email),
            "name": .optional(Self.name(contact)),
            "company": .optional(contact.company),
            "offer": .optional(try snapshot.text(row.offer)),
            "stage": .optional(stage?.description),
            "contactable": .bool(!row.lead.isForbidden),
            "test": .bool(row.lead.isTest),
            "latest": .string(Instant(micros: row.lead.latest.at).description),
            "actions": try Self.actions(row.lead, snapshot),
        ]
    }

    private static func name(_ contact: Contact) -> String? {
        let name = [contact.firstName, contact.lastName].compactMap { $0 }.joined(separator: " ")
        return name.isEmpty ? nil : name
    }

    /// Each action with its first and last time and count.
    static func actions(_ lead: Lead, _ snapshot: Snapshot) throws -> JSON {
        var members: [JSON.Member] = []
        func add(_ number: Int64, _ count: ActionCount) throws {
            let value: JSON = [
                "first": .string(Instant(micros: count.first).description),
                "last": .string(Instant(micros: count.last.at).description), "count": .number(count.count),
            ]
            members.append(JSON.Member(try snapshot.text(number) ?? "", value))
        }
        for index in 0..<KnownActions.count where lead.known[index].count > 0 {
            try add(Int64(index + 1), lead.known[index])
        }
        for (number, count) in lead.other.sorted(by: { $0.key < $1.key }) { try add(number, count) }
        return .object(members)
    }
}

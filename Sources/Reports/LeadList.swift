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
        let matching = Matching(filter, snapshot)
        var listed = 0
        var next: Int64?
        var last = filter.cursor
        try snapshot.views.leads(after: filter.cursor) { row in
            guard let item = try item(row, matching) else { return true }
            if let limit = filter.limit, listed == limit {
                next = last
                return false
            }
            listed += 1
            last = row.key
            try body(item)
            return true
        }
        return next
    }

    /// The leads after `cursor`, in the same order; the filter's own limit and cursor do not count here. Nothing before
    /// the cursor is read.
    /// - Throws: `InvalidCursor`.
    package func page(_ filter: Filter, limit: Int, cursor: String?) throws -> Page {
        let matching = Matching(filter, snapshot)
        let start = try Cursor.key(.leads, cursor, snapshot.ids)
        var filler = PageFiller(limit: limit)
        try snapshot.views.leads(after: start ?? -1) { row in
            guard filler.takesMore() else { return false }
            if let item = try item(row, matching) { filler.add(row.key, item) }
            return true
        }
        return filler.page(.leads, snapshot.ids)
    }

    /// A filter with its texts made ready.
    private struct Matching {
        let tests: Bool
        let offer: Int64?
        let stage: Stage?
        let search: String?

        init(_ filter: Filter, _ snapshot: Snapshot) {
            tests = filter.tests
            offer = filter.offer.map { snapshot.terms.number($0.text) ?? -1 }
            stage = filter.stage
            search = filter.search?.lowercased()
        }
    }

    /// The lead as it is shown; `nil` when it does not fit. Only what fits by its columns is unsealed.
    private func item(_ row: LeadRow, _ matching: Matching) throws -> JSON? {
        guard row.lead.isTest == matching.tests, matching.offer == nil || row.offer == matching.offer else {
            return nil
        }
        let stage = row.lead.stage(snapshot.stages)
        guard matching.stage == nil || matching.stage == stage else { return nil }
        let contact = try contact(row.subject)
        if let search = matching.search, try !matches(search, contact, row) { return nil }
        return try json(row, stage, contact)
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

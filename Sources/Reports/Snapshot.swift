package import Leads
package import Ledger
package import Views

/// The ledger and its views as one question sees them, with what turns numbers into names.
package final class Snapshot {
    package let ledger: LedgerReader
    package let views: ViewsReader
    package let policy: Policy
    let ids: PublicID
    let stages: StageTable
    let details: LeadDetails
    let terms: Terms

    package init(ledger: LedgerReader, views: ViewsReader, policy: Policy) throws {
        self.ledger = ledger
        self.views = views
        self.policy = policy
        ids = PublicID(ledger: ledger.id)
        details = LeadDetails(ledger)
        let terms = try ledger.allTerms()
        self.terms = terms
        stages = StageTable(policy) { terms.number($0) }
    }

    /// The stages of another policy, by action number.
    func stages(of policy: Policy) -> StageTable {
        StageTable(policy) { terms.number($0) }
    }

    /// The text of a term, `nil` for none.
    func text(_ number: Int64) throws -> String? {
        let text = try ledger.text(number)
        return text.isEmpty ? nil : text
    }

    func customerID(_ subject: Int64) -> String { ids.text(.customer, subject) }
    func leadID(_ key: Int64) -> String { ids.text(.lead, key) }
    package func deliveryID(_ key: Int64) -> String { ids.text(.delivery, key) }
    /// The key of the delivery that `dlv_…` names; `nil` when the text is no such name.
    package func deliveryKey(_ name: String) -> Int64? { ids.number(.delivery, name) }

    /// The subject that an email or a `cus_…` names; `nil` when the ledger knows nobody by it.
    package func subject(_ name: String, rules: UnicodeRules) throws -> Int64? {
        if let subject = ids.number(.customer, name) {
            return (1...max(1, views.subjectCount)).contains(subject) ? subject : nil
        }
        guard let key = MatchKey.email(name, rules: rules) else { return nil }
        return try ledger.subject(matchKey: key, rules: rules)
    }

    /// The destinations that have or had a name, as the numbers of their deliveries go by; those that were removed and
    /// made again included.
    func destinations(named name: String) throws(QuestionError) -> [Destination] {
        let found = views.destinations.filter { $0.name == name }
        guard found.isEmpty else { return found }
        var known: [String] = []
        for name in views.destinations.map(\.name) where !known.contains(name) { known.append(name) }
        throw .unknownDestination(name, known: known)
    }

    /// A destination, a removed one included.
    func destination(_ number: Int64) -> Destination? {
        views.destinations.first { $0.number == number }
    }
}

extension Snapshot {
    /// - Throws: `QuestionError` for a period that ends before it begins.
    package func funnel(_ query: FunnelQuery) throws -> FunnelReport {
        try QuestionError.check(since: query.since, until: query.until)
        let events = try views.events()
        let terms = terms
        let (leads, subjects) = (Int(views.leadCount), Int(views.subjectCount))
        // Each is numbered by an event of its own.
        guard 0...events.count ~= leads, 0...events.count ~= subjects else {
            throw ViewsError.damaged("views.db", "it counts more leads or customers than events")
        }
        do {
            return try events.withRows { rows in
                try FunnelScan(
                    rows: rows, leads: leads, subjects: subjects, terms: terms.texts.count - 1,
                    term: { terms.text(Int64($0)) }
                ).report(query)
            }
        } catch let damage as DamagedRows {
            throw ViewsError.damaged(events.path, damage.what)
        }
    }
}

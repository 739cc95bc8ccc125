/// The fields of an action, under every name that input gives them.
///
/// Names match without regard to case, spaces, `_` and `-`. They come from three families: the project's own, those of
/// the marketplace's JSON and those of its web forms (`first_name`, `lead_source`).
enum ActionField: UInt16, CaseIterable {
    case id, source, action, offer, offerTitle, occurredAt, leadSource, description
    case email, firstName, lastName, phone, country, company, title

    /// The bit that stands for the field in a set of fields.
    var bit: UInt16 { 1 << rawValue }

    var isContact: Bool { rawValue >= Self.email.rawValue }

    /// Whether the ledger keeps its text once, under a number.
    var isTerm: Bool { self == .source || self == .action || self == .offer || self == .country }

    /// A field under one of its names. Where several names of one field stand in one row, the lowest rank wins.
    struct Name {
        let field: ActionField
        let rank: Int
    }

    private static let names: [String: Name] = {
        var names: [String: Name] = [:]
        for field in allCases { names[normalized("\(field)")] = Name(field: field, rank: 0) }
        for (rank, time) in ["at", "time", "timestamp", "created"].enumerated() {
            names[time] = Name(field: .occurredAt, rank: rank + 1)
        }
        names["actioncode"] = Name(field: .action, rank: 1)
        names["emailaddress"] = Name(field: .email, rank: 1)
        for (field, spellings) in spreadsheetNames {
            for (rank, name) in spellings.enumerated() { names[name] = Name(field: field, rank: rank + 8) }
        }
        return names
    }()

    /// What people and other programs head the columns of their lists with.
    private static let spreadsheetNames: [ActionField: [String]] = [
        .occurredAt: ["createdat", "createdon", "createddate", "datetime", "date"],
        .offer: ["offerid"], .description: ["notes", "comments"], .email: ["mail"],
        .firstName: ["givenname", "forename"], .lastName: ["surname", "familyname"],
        .phone: ["phonenumber", "telephone", "mobilephone"], .country: ["countryregion", "country/region"],
        .company: ["companyname", "organization", "organisation"], .title: ["jobtitle"],
    ]

    /// Objects, or texts that hold one, whose members are the contact: the marketplace's JSON and its table rows.
    private static let contactObjects = ["userdetails", "customerinfo"]

    /// The field that a column or member called `name` holds; `nil` for a name that is not known.
    static func named(_ name: String) -> Name? {
        let normalized = normalized(name)
        if let known = names[normalized] { return known }
        // Programs that flatten the marketplace's JSON write `UserDetails.Email`.
        for object in contactObjects where normalized.hasPrefix(object) {
            let rest = normalized.dropFirst(object.count)
            guard rest.first == "." || rest.first == "/" else { continue }
            if let known = names[String(rest.dropFirst())], known.field.isContact { return known }
        }
        return nil
    }

    static func holdsContact(_ name: String) -> Bool { contactObjects.contains(normalized(name)) }

    /// A name as it is matched: without regard to case, spaces, `_` and `-`.
    static func normalized(_ name: String) -> String {
        name.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
    }
}

internal import Leads
package import OrderedJSON

/// What the description of Lead says about the fields that leads are to be written to.
package struct SalesforceSchema: Sendable {
    private let described: [String: JSON]
    private let fields: SalesforceFields

    /// - Parameter description: the answer of `sobjects/Lead/describe`.
    package init(_ description: JSON, fields: SalesforceFields) {
        self.fields = fields
        let all = description["fields"]?.array ?? []
        described = Dictionary(
            all.compactMap { field in field["name"]?.string.map { ($0.lowercased(), field) } }
        ) { first, _ in first }
    }

    /// The external id first, then what is wrong with other fields; one step for all that are right.
    package var steps: [CheckStep] {
        let bad = mapped + required
        let good = fields.map.names.count - Set(bad.map(\.name)).count
        let summary = bad.isEmpty ? [CheckStep("fields", good: "all \(good) fields can be written")] : []
        return [externalID] + bad + summary
    }

    private var externalID: CheckStep {
        let name = "field \(fields.externalID)"
        let place = "Setup, Object Manager, Lead, Fields & Relationships, \(fields.externalID), Edit"
        guard let field = described[fields.externalID.lowercased()] else {
            return CheckStep(
                name, problem: "does not exist, or the user may not see it",
                mend: SalesforceMend.makeField(fields.externalID))
        }
        guard field["externalId"]?.bool == true else {
            return CheckStep(name, problem: "is no external id", mend: "\(place): tick External ID")
        }
        guard field["unique"]?.bool == true else {
            return CheckStep(
                name, problem: "is not unique: two requests at once would make two leads", mend: "\(place): tick Unique"
            )
        }
        if let problem = problem(of: field, takes: .lead, most: 18) {
            return CheckStep(name, problem: problem, mend: SalesforceMend.makeField(fields.externalID))
        }
        guard field["createable"]?.bool != false else {
            return CheckStep(name, problem: "the user may not edit it", mend: Self.security)
        }
        return CheckStep(name, good: "is a unique external id")
    }

    private static let security =
        "field-level security: tick Edit for the field in a permission set of the user (Setup, Permission Sets, "
        + "Object Settings, Lead)"

    private var mapped: [CheckStep] {
        let constants = fields.map.names.filter { name in !fields.targets.contains { $0.name == name } }
        let all = fields.targets.map { (Optional($0.field), $0.name) } + constants.map { (nil, $0) }
        return all.filter { !fields.isExternalID($0.1) }.compactMap { field, name in step(name, takes: field) }
    }

    /// `nil` where nothing is wrong.
    private func step(_ name: String, takes field: LeadField?) -> CheckStep? {
        let step = "field \(name)"
        let other =
            field.map { "map it to another: --set map.\($0.rawValue)=FIELD, or to none: --set map.\($0.rawValue)=" }
            ?? "set constant.… to another field"
        guard let described = described[name.lowercased()] else {
            return CheckStep(
                step, problem: "does not exist, or the user may not see it", mend: "\(Self.security); or \(other)")
        }
        guard described["createable"]?.bool != false, described["updateable"]?.bool != false else {
            return CheckStep(step, problem: "the user may not edit it", mend: "\(Self.security); or \(other)")
        }
        guard let field else { return constant(name, described) }
        if name.lowercased() == "country", self.described["countrycode"] != nil {
            return CheckStep(
                step, problem: "takes names and no codes, for State and Country/Territory Picklists are on",
                mend: "--set map.country=CountryCode")
        }
        if let problem = problem(of: described, takes: field, most: fields.length(name, takes: field)) {
            return CheckStep(step, problem: problem, mend: other)
        }
        let missing = field == .source ? missingSources(described) : []
        guard missing.isEmpty else {
            return CheckStep(
                step, problem: "is a restricted picklist without \(missing.joined(separator: ", "))",
                mend: "Setup, Object Manager, Lead, Fields & Relationships, \(name): add the values, or untick that it "
                    + "is restricted")
        }
        return nil
    }

    /// A constant is told whole.
    private func constant(_ name: String, _ field: JSON) -> CheckStep? {
        guard let sent = fields.constants[name]?.length, let problem = Self.tooShort(field, for: sent) else {
            return nil
        }
        return CheckStep(
            "field \(name)", problem: problem, mend: "shorten constant.\(name), or make the field as long")
    }

    private static func tooShort(_ field: JSON, for most: Int) -> String? {
        guard let length = field["length"]?.integer, (1..<Int64(max(1, most))).contains(length) else { return nil }
        return "takes \(length) characters, and up to \(most) may come"
    }

    private static let textTypes: Set = [
        "string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox", "encryptedstring",
    ]

    /// What keeps a field from taking something, or as much of it as may be sent.
    private func problem(of field: JSON, takes lead: LeadField, most: Int) -> String? {
        let type = field["type"]?.string ?? "string"
        let fits =
            switch lead {
            case .doNotContact: type == "boolean"
            case .occurredAt: type == "datetime" || Self.textTypes.contains(type)
            default: Self.textTypes.contains(type)
            }
        guard fits else { return "is of type \(type), which does not take \(lead.rawValue)" }
        return type == "boolean" ? nil : Self.tooShort(field, for: most)
    }

    private func missingSources(_ field: JSON) -> [String] {
        guard field["restrictedPicklist"]?.bool == true else { return [] }
        let values = Set((field["picklistValues"]?.array ?? []).compactMap { $0["value"]?.string })
        return Source.known.map(\.name).filter { !values.contains($0) }
    }

    /// Fields that the org insists on and nothing is told to.
    private var required: [CheckStep] {
        let told = Set((fields.map.names + [fields.externalID]).map { $0.lowercased() })
        return described.values.compactMap { field in
            guard let name = field["name"]?.string, !told.contains(name.lowercased()),
                field["nillable"]?.bool == false, field["defaultedOnCreate"]?.bool == false,
                field["createable"]?.bool == true, field["type"]?.string != "boolean"
            else { return nil }
            return CheckStep(
                "field \(name)", problem: "is required, and nothing is sent to it",
                mend: "--set constant.\(name)=VALUE, or map something to it")
        }.sorted { $0.name < $1.name }
    }
}

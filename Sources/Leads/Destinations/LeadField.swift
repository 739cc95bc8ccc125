/// What is known of a lead and can be told to a destination, by the names that settings use.
package enum LeadField: String, CaseIterable, Sendable {
    case email, firstName, lastName, phone, country, company, title
    case description
    /// Where the latest action came from, such as `AppSource`, and which it was, such as `PLT`.
    case source, action
    /// Both, as the marketplace writes them: `AppSource-PLT | contoso.backup`.
    case leadSource
    case offer, offerTitle
    case stage
    /// The description with source, action, offer, stage and `lead_…` below it, a line each: for systems that have no
    /// fields of their own for these.
    case summary
    /// When the latest action happened, RFC 3339.
    case occurredAt
    /// `lead_…` and `cus_…`
    case lead, customer
    /// `true` where the customer must not be contacted; never sent otherwise.
    case doNotContact
}

/// Which field of a destination takes what: the settings `map.…`, `constant.…` and `default.…`.
package struct MappingSettings: Hashable, Sendable {
    /// Fields of the destination by what they take; none where something is not to be sent.
    package var targets: [LeadField: [String]] = [:]
    /// Fields of the destination that always take the same.
    package var constants: [String: Constant] = [:]
    /// What stands in for a field that a lead lacks.
    package var defaults: [LeadField: String] = [:]

    package enum Constant: Hashable, Sendable {
        case text(String)
        case whole(Int64)
        case flag(Bool)
    }

    package init() {}

    /// Reads the settings whose keys begin so, and says which they are.
    init(_ settings: [String: String]) throws(DestinationSettingsError) {
        for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard let dot = key.firstIndex(of: ".") else { continue }
            let name = String(key[key.index(after: dot)...])
            switch key[..<dot] {
            case "map": targets[try Self.field(name, of: "map")] = try Self.targets(value.trimmed, name)
            case "constant":
                guard Self.isFieldName(name) else {
                    throw DestinationSettingsError(
                        key: "constant", problem: "names no field of the destination", allowed: "constant.FIELD=value")
                }
                constants[name] = try Self.constant(value, name)
            case "default": defaults[try Self.field(name, of: "default")] = value.trimmed
            default: break
            }
        }
        try refuseRepeats()
    }

    /// Refuses a field of the destination that two settings name: one of them would be lost. Case makes no difference,
    /// for it makes none to most systems.
    private func refuseRepeats() throws(DestinationSettingsError) {
        let mapped = LeadField.allCases.flatMap { field in (targets[field] ?? []).map { ("map.\(field.rawValue)", $0) }
        }
        var owners: [String: String] = [:]
        for (key, name) in mapped + constants.keys.sorted().map({ ("constant.\($0)", $0) }) {
            guard let owner = owners.updateValue(key, forKey: name.lowercased()) else { continue }
            throw DestinationSettingsError(
                key: key,
                problem: owner == key
                    ? "names a field of the destination twice" : "names a field of the destination that \(owner) names",
                allowed: "each field of the destination once in all of map.… and constant.…")
        }
    }

    package static func isKey(_ key: String) -> Bool {
        key.hasPrefix("map.") || key.hasPrefix("constant.") || key.hasPrefix("default.")
    }

    private static func field(_ name: String, of kind: String) throws(DestinationSettingsError) -> LeadField {
        if let field = LeadField(rawValue: name) { return field }
        throw DestinationSettingsError(
            key: isWord(name) ? "\(kind).\(name)" : kind, problem: "names something that is not known of a lead",
            allowed: LeadField.allCases.map(\.rawValue).joined(separator: ", "))
    }

    /// Whether a name may be shown: one that does not look like a word may be a secret in the wrong place.
    private static func isWord(_ name: String) -> Bool {
        (1...24).contains(name.utf8.count) && name.utf8.allSatisfy { (97...122).contains($0 | 0x20) }
    }

    private static func targets(_ value: String, _ name: String) throws(DestinationSettingsError) -> [String] {
        guard !value.isEmpty else { return [] }
        let names = value.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        guard names.allSatisfy(isFieldName) else {
            throw DestinationSettingsError(
                key: "map.\(name)", problem: "names no field of the destination",
                allowed: "letters, digits, '_', '-' and '.'; several parted by commas; empty for not at all")
        }
        return names
    }

    private static func constant(_ value: String, _ name: String) throws(DestinationSettingsError) -> Constant {
        if value.hasPrefix("number:") {
            guard let number = Int64(value.dropFirst(7)) else {
                throw DestinationSettingsError(
                    key: "constant.\(name)", problem: "is no whole number", allowed: "number:8")
            }
            return .whole(number)
        }
        if value.hasPrefix("boolean:") {
            guard let flag = Bool(String(value.dropFirst(8))) else {
                throw DestinationSettingsError(
                    key: "constant.\(name)", problem: "is neither true nor false", allowed: "boolean:true")
            }
            return .flag(flag)
        }
        return .text(value)
    }

    static func isFieldName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [45, 46, 95].contains(byte)
            }
    }
}

package import Leads
package import OrderedJSON

/// Which field of a destination takes what of a lead, and how much of it fits.
///
/// What is missing is left out: a destination keeps what it has. Fields it insists on are filled in where a lead lacks
/// them, and what is too long is cut, both of which are recorded, for one long job title must not hold back a lead.
///
/// No field of the destination is told twice, in whatever case it is written. What settings say goes before what is
/// usual: a field that they give to something is no longer told what it usually takes. Only an opt-out is not overruled
/// by a constant.
package struct FieldMap: Sendable {
    /// How much a field of the destination takes.
    package enum Limit: Hashable, Sendable {
        /// UTF-16 code units, which is how Dataverse, Salesforce and Azure count.
        case units(Int)
        /// Bytes of UTF-8.
        case bytes(Int)
    }

    /// What stands in for something that the destination insists on.
    package enum Fallback: Hashable, Sendable {
        /// The rest of the name, else what stands before the `@`, else `[not provided]`.
        case lastName
        /// The domain of the email where it is a company's own, else `[not provided]`.
        case company
        case text(String)
    }

    private let targets: [(field: LeadField, names: [String])]
    private let constants: [JSON.Member]
    private let limits: [String: Limit]
    private let fallbacks: [LeadField: Fallback]
    private let optOut: JSON

    /// - Parameters:
    ///   - usual: the destination's fields where the settings name no others.
    ///   - limits: how much each of the destination's fields takes.
    ///   - fallbacks: what the destination insists on.
    ///   - optOut: what an opt-out field takes to forbid contact.
    package init(
        _ settings: MappingSettings, usual: [LeadField: [String]], limits: [String: Limit] = [:],
        fallbacks: [LeadField: Fallback] = [:], optOut: JSON = .bool(true)
    ) {
        var taken: Set<String> = []
        func free(_ name: String) -> Bool { taken.insert(name.lowercased()).inserted }
        var targets = settings.targets.mapValues { _ in [String]() }
        for field in LeadField.allCases { targets[field] = settings.targets[field]?.filter(free) }
        let optOuts = Set((settings.targets[.doNotContact] ?? usual[.doNotContact] ?? []).map { $0.lowercased() })
        constants = settings.constants.sorted { $0.key < $1.key }.map(Self.member)
            .filter { !optOuts.contains($0.name.lowercased()) || $0.value == optOut }
            .filter { free($0.name) }
        for field in [.doNotContact] + LeadField.allCases where targets[field] == nil {
            targets[field] = usual[field]?.filter(free)
        }
        self.targets = LeadField.allCases.compactMap { field in
            targets[field].flatMap { $0.isEmpty ? nil : (field, $0) }
        }
        self.limits = limits
        self.fallbacks = fallbacks.merging(settings.defaults.mapValues { .text($0) }) { $1 }
        self.optOut = optOut
    }

    private static func member(_ name: String, _ constant: MappingSettings.Constant) -> JSON.Member {
        switch constant {
        case .text(let text): JSON.Member(name, .string(text))
        case .whole(let number): JSON.Member(name, .number(number))
        case .flag(let flag): JSON.Member(name, .bool(flag))
        }
    }

    /// The fields of the destination that can be told something.
    package var names: [String] { targets.flatMap(\.names) + constants.map(\.name) }

    /// The fields that take `field`.
    package func names(of field: LeadField) -> [String] { targets.first { $0.field == field }?.names ?? [] }

    /// What is told of a lead, in a fixed order, and what was changed to fit.
    package func fields(_ outgoing: Outgoing) -> (members: [JSON.Member], adjusted: [String]) {
        var members: [JSON.Member] = []
        var adjusted: [String] = []
        let values = LeadValues(outgoing)
        for (field, names) in targets {
            if field == .doNotContact {
                // An opt-out is only ever set: a `false` could sign up again whoever signed off elsewhere.
                if !outgoing.isContactable { members += names.map { JSON.Member($0, optOut) } }
                continue
            }
            var value = values[field]
            if value == nil, let fallback = fallbacks[field] {
                value = values.standing(in: fallback)
                adjusted.append("\(field.rawValue) filled in")
            }
            guard let value else { continue }
            for name in names {
                let (cut, limit) = Self.cut(value, limits[name])
                if let limit { adjusted.append("\(field.rawValue) cut to \(limit)") }
                members.append(JSON.Member(name, .string(cut)))
            }
        }
        return (members + constants, adjusted)
    }

    /// The longest beginning that fits, whole characters only; `limit` is `nil` when nothing was cut.
    static func cut(_ text: String, _ limit: Limit?) -> (text: String, limit: Int?) {
        let size: (Character) -> Int
        let most: Int
        switch limit {
        case .units(let units) where text.utf16.count > units: (size, most) = ({ $0.utf16.count }, units)
        case .bytes(let bytes) where text.utf8.count > bytes: (size, most) = ({ $0.utf8.count }, bytes)
        default: return (text, nil)
        }
        var used = 0
        let fitting = text.prefix { character in
            used += size(character)
            return used <= most
        }
        return (String(fitting), most)
    }
}

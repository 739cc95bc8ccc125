internal import Azure
internal import Leads
internal import OrderedJSON

/// Makes the entity of a lead: keys, properties, and the types that JSON does not show.
struct AzureTableEntity: Sendable {
    private let map: FieldMap
    private let times: Set<String>

    /// The properties of a lead where the settings name no others.
    static let usual: [LeadField: [String]] = [
        .firstName: ["FirstName"], .lastName: ["LastName"], .email: ["Email"], .phone: ["Phone"],
        .country: ["Country"], .company: ["Company"], .title: ["Title"], .source: ["LeadSource"],
        .action: ["ActionCode"], .offer: ["Offer"], .offerTitle: ["OfferTitle"], .description: ["Description"],
        .stage: ["Stage"], .occurredAt: ["OccurredAt"], .lead: ["Lead"], .customer: ["Customer"],
        .doNotContact: ["DoNotContact"],
    ]

    /// UTF-16 units of one property, which are 64 KiB.
    static let units = 32_768
    /// The partition of leads that name no offer.
    static let noOffer = "(none)"
    /// The service knows no times before this one.
    private static let earliest = Instant(
        micros: CivilDate(year: 1601, month: 1, day: 1).daysSince1970 * Span.day.micros)

    init(_ settings: MappingSettings) {
        let names = FieldMap(settings, usual: Self.usual).names
        let limits = Dictionary(names.map { ($0, FieldMap.Limit.units(Self.units)) }) { first, _ in first }
        map = FieldMap(settings, usual: Self.usual, limits: limits)
        times = Set(map.names(of: .occurredAt))
    }

    /// What can be said against the names of properties.
    static func check(_ settings: MappingSettings) throws(DestinationSettingsError) {
        var seen: Set<String> = []
        for field in LeadField.allCases {
            for name in settings.targets[field] ?? usual[field] ?? [] {
                try check(name, key: "map.\(field.rawValue)")
                guard seen.insert(name).inserted else {
                    throw DestinationSettingsError(
                        key: "map.\(field.rawValue)", problem: "fills a property that another field fills",
                        allowed: "each property once; map.FIELD= sends a field not at all")
                }
            }
        }
        for name in settings.constants.keys.sorted() { try check(name, key: "constant.\(name)") }
    }

    private static func check(_ name: String, key: String) throws(DestinationSettingsError) {
        guard TableWrite.isPropertyName(name) else {
            throw DestinationSettingsError(
                key: key, problem: "names no property that a table can have",
                allowed: "letters, digits and _, no digit first; not PartitionKey, RowKey or Timestamp")
        }
    }

    func partitionKey(_ outgoing: Outgoing) -> String {
        outgoing.action.offer.map { TableWrite.key($0.text) } ?? Self.noOffer
    }

    /// What is told of a lead, and the same without its times.
    func entity(_ outgoing: Outgoing) -> (record: JSON, content: JSON, adjusted: [String]) {
        let (fields, changed) = map.fields(outgoing)
        var adjusted = changed
        let keys = [
            JSON.Member("PartitionKey", .string(partitionKey(outgoing))),
            JSON.Member("RowKey", .string(outgoing.lead)),
        ]
        var properties: [JSON.Member] = []
        for field in fields {
            if times.contains(field.name) {
                guard outgoing.occurredAt >= Self.earliest else {
                    adjusted.append("occurredAt left out")
                    continue
                }
                properties += Self.typed(field, "Edm.DateTime")
            } else if let number = field.value.integer, Int32(exactly: number) == nil {
                properties += Self.typed(JSON.Member(field.name, .string(String(number))), "Edm.Int64")
            } else {
                properties.append(field)
            }
        }
        let lasting = properties.filter { member in
            !times.contains(member.name) && !times.contains { member.name == $0 + Self.typeSuffix }
        }
        return (.object(keys + properties), .object(keys + lasting), adjusted)
    }

    private static let typeSuffix = "@odata.type"

    private static func typed(_ member: JSON.Member, _ type: String) -> [JSON.Member] {
        [JSON.Member(member.name + typeSuffix, .string(type)), member]
    }
}

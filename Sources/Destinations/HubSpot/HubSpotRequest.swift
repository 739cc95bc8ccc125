internal import Leads
internal import OrderedJSON
internal import Outbound

/// How leads are written into HubSpot: the properties of each, and the batch that carries them.
struct HubSpotRequest: Sendable {
    let base: EndpointURL
    let idProperty: String
    let fields: FieldMap

    static let usualBase = "https://api.hubapi.com"
    /// Characters that a property takes.
    static let textLimit = 65_536

    init(_ settings: DestinationSettings) throws {
        let given = settings.url("base-url")?.description ?? Self.usualBase
        base = try EndpointURL(String(given.prefix { $0 != "?" }))
        idProperty = settings.text("id-property") ?? "email"
        fields = Self.map(settings.mapping)
    }

    private static let usual: [LeadField: [String]] = [
        .email: ["email"], .firstName: ["firstname"], .lastName: ["lastname"], .phone: ["phone"],
        .country: ["country"], .company: ["company"], .title: ["jobtitle"],
    ]

    private static func map(_ mapping: MappingSettings) -> FieldMap {
        let names = usual.values.flatMap(\.self) + mapping.targets.values.flatMap(\.self)
        let limits = names.map { ($0, FieldMap.Limit.units(textLimit)) }
        return FieldMap(
            mapping, usual: usual, limits: Dictionary(limits) { first, _ in first }, optOut: .string("true"))
    }

    var isByEmail: Bool { idProperty == "email" }

    func prepare(_ outgoing: Outgoing) -> Prepared {
        let (members, adjusted) = fields.fields(outgoing)
        let email = outgoing.action.contact.email?.trimmed.lowercased() ?? ""
        let key = isByEmail ? email : outgoing.lead
        var properties: [JSON.Member] = []
        if !key.isEmpty { properties.append(JSON.Member(idProperty, .string(key))) }
        let emails = Set(fields.names(of: .email))
        for member in members where !properties.contains(where: { $0.name == member.name }) {
            // HubSpot keeps addresses in lower case, and would take another spelling for a change.
            let value = emails.contains(member.name) ? .string(email) : Self.text(member.value)
            properties.append(JSON.Member(member.name, value))
        }
        let record = JSON.object(properties)
        return Prepared(
            outgoing, record: record, digest: sha256(record.encoded()), key: key, adjusted: adjusted,
            refusal: key.isEmpty ? "has no email" : nil)
    }

    /// All values are texts to HubSpot, whatever the type of the property.
    private static func text(_ value: JSON) -> JSON {
        switch value {
        case .string: value
        default: .string(value.text)
        }
    }

    func body(_ leads: [Prepared]) -> JSON {
        let inputs = leads.map { lead -> JSON in
            [
                "idProperty": .string(idProperty), "id": .string(lead.key), "properties": lead.record,
                "objectWriteTraceId": .string(lead.outgoing.lead),
            ]
        }
        return ["inputs": .array(inputs)]
    }

    func request(_ target: String, body: JSON?, token: HiddenText) -> HTTPRequestBytes {
        HTTPRequestBytes(target, below: base, body: body?.encoded(), token: token.text)
    }
}

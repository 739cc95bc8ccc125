package import Leads
package import OrderedJSON
package import Outbound

/// The form of Web-to-Lead, as a page with the code that Salesforce generates would send it.
package struct SalesforceWebForm: Sendable {
    let map: FieldMap
    let organization: String
    let campaign: String?
    private let base: EndpointURL

    package init(_ settings: DestinationSettings) {
        guard let base = settings.url("base-url") else {
            preconditionFailure("settings are checked when they are made")
        }
        self.base = base
        organization = settings.text("organization") ?? ""
        campaign = settings.text("campaign")
        map = FieldMap(
            settings.mapping, usual: Self.usual, limits: Self.limits,
            fallbacks: [.lastName: .lastName, .company: .company], optOut: .string("1"))
    }

    static let usual: [LeadField: [String]] = [
        .firstName: ["first_name"], .lastName: ["last_name"], .email: ["email"], .phone: ["phone"],
        .country: ["country"], .company: ["company"], .title: ["title"], .source: ["lead_source"],
        .summary: ["description"], .doNotContact: ["emailOptOut", "doNotCall"],
    ]

    /// What a generated form lets a person type: a form that is refused later is lost, and nobody hears of it.
    static let limits: [String: FieldMap.Limit] = [
        "first_name": .units(40), "last_name": .units(80), "email": .units(80), "phone": .units(40),
        "mobile": .units(40), "country": .units(80), "country_code": .units(10), "company": .units(40),
        "title": .units(40), "lead_source": .units(40), "description": .units(32_000),
    ]

    /// The names that forms have; fields of an org's own go by their ids.
    static let names: Set = [
        "first_name", "last_name", "email", "phone", "mobile", "fax", "country", "country_code", "company", "title",
        "lead_source", "description", "street", "city", "state", "state_code", "zip", "URL", "salutation", "industry",
        "rating", "revenue", "employees", "emailOptOut", "faxOptOut", "doNotCall", "member_status", "recordType",
        "Campaign_ID",
    ]

    /// The fields of the form but the organization, as texts.
    package func record(_ outgoing: Outgoing) -> (record: JSON, adjusted: [String]) {
        let (members, adjusted) = map.fields(outgoing)
        var fields = members.map { JSON.Member($0.name, .string(Self.text($0.value))) }
        if let campaign { fields.append(JSON.Member("Campaign_ID", .string(campaign))) }
        return (.object(fields), adjusted)
    }

    /// A checkbox that is ticked says 1.
    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "1" : "0"
        default: ""
        }
    }

    package func request(_ record: JSON) -> HTTPRequestBytes? {
        // Forms name the organization by the short form of its id.
        let id = String(organization.prefix(15))
        guard let url = base.appending("/servlet/servlet.WebToLead?encoding=UTF-8&orgId=\(PercentEncoding.encode(id))")
        else { return nil }
        var fields = [(name: "oid", value: id)]
        if case .object(let members) = record { fields += members.map { ($0.name, $0.value.string ?? "") } }
        return HTTPRequestBytes(
            method: "POST", url: url,
            headers: [.init("content-type", FormBody.contentType), .init("user-agent", "leadledger")],
            body: FormBody.encode(fields))
    }

    /// Asks whether anything answers; the form itself is left alone.
    func greeting() -> HTTPRequestBytes {
        HTTPRequestBytes(method: "GET", url: base, headers: [.init("user-agent", "leadledger")], body: [])
    }
}

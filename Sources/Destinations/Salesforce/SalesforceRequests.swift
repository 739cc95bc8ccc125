package import Leads
package import OrderedJSON
package import Outbound

/// The requests of kind `salesforce`, byte for byte.
package struct SalesforceRequests: Sendable {
    private let version: String
    private let externalID: String
    private let assign: String
    private let savesDuplicates: Bool

    package init(_ settings: DestinationSettings, externalID: String) {
        version = Self.version(settings)
        self.externalID = externalID
        assign = settings.text("assign") ?? "true"
        savesDuplicates = settings.text("duplicates") == "allow"
    }

    /// The version of the API as Salesforce writes it, such as `62.0`.
    package static func version(_ settings: DestinationSettings) -> String {
        let number = settings.text("api-version").flatMap { Double($0) } ?? 62
        return "\(Int(number)).0"
    }

    /// Upserts one lead by its external id, which stands in the address and must not stand in the body.
    package func upsert(_ lead: Prepared, token: String, at instance: EndpointURL) -> HTTPRequestBytes? {
        let value = PercentEncoding.encode(lead.outgoing.lead)
        return write(
            "/sobjects/Lead/\(externalID)/\(value)", fields(of: lead.record).encoded(),
            assigns: assigns(lead), token, instance)
    }

    /// Whether an assignment rule is to find an owner for a lead: only when it is made, for afterwards it has one.
    func assigns(_ lead: Prepared) -> Bool { assign != "false" && !lead.outgoing.isKnown }

    /// Upserts up to 200 leads, all to be assigned or none; each stands or falls alone.
    package func upsert(
        _ leads: [Prepared], token: String, at instance: EndpointURL
    ) -> HTTPRequestBytes? {
        let body: JSON = ["allOrNone": .bool(false), "records": .array(leads.map { Self.batchRecord($0.record) })]
        return write(
            "/composite/sobjects/Lead/\(externalID)", body.encoded(), assigns: leads.contains(where: assigns), token,
            instance)
    }

    /// A lead as it stands in a batch: it says what it is, and has its external id.
    package static func batchRecord(_ record: JSON) -> JSON {
        guard case .object(let members) = record else { return record }
        return .object([JSON.Member("attributes", ["type": .string("Lead")])] + members)
    }

    private func fields(of record: JSON) -> JSON {
        guard case .object(let members) = record else { return record }
        return .object(members.filter { $0.name != externalID })
    }

    private func write(
        _ path: String, _ body: [UInt8], assigns: Bool, _ token: String, _ instance: EndpointURL
    ) -> HTTPRequestBytes? {
        guard let url = instance.appending("/services/data/v\(version)" + path) else { return nil }
        var headers = Self.headers(token)
        headers.append(.init("content-type", "application/json"))
        let rule = assign == "true" ? "TRUE" : assign
        headers.append(.init("sforce-auto-assign", assigns ? rule : "FALSE"))
        if savesDuplicates { headers.append(.init("sforce-duplicate-rule-header", "allowSave=true")) }
        return HTTPRequestBytes(method: "PATCH", url: url, headers: headers, body: body)
    }

    /// Asks for something and changes nothing.
    /// - Parameter token: `nil` for what Salesforce says to everybody.
    func read(_ path: String, token: String?, at instance: EndpointURL) -> HTTPRequestBytes? {
        guard let url = instance.appending(path) else { return nil }
        let headers =
            token.map(Self.headers) ?? [.init("accept", "application/json"), .init("user-agent", "leadledger")]
        return HTTPRequestBytes(method: "GET", url: url, headers: headers, body: [])
    }

    /// The path of what belongs to the version in use.
    func versioned(_ path: String) -> String { "/services/data/v\(version)" + path }

    private static func headers(_ token: String) -> [HTTPRequestBytes.Header] {
        [
            .init("authorization", "Bearer \(token)"), .init("accept", "application/json"),
            .init("user-agent", "leadledger"),
        ]
    }
}

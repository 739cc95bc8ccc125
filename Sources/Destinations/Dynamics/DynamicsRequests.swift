package import Leads
internal import OrderedJSON
package import Outbound

/// The requests to one environment, by the Dataverse Web API.
package struct DynamicsRequests: Sendable {
    /// The environment without a path: whatever follows in a pasted address belongs to its pages.
    package let environment: EndpointURL
    /// The column of the alternate key; `nil` where rows are known by their own id.
    package let externalID: String?
    package let keepsExisting: Bool
    private let detectsDuplicates: Bool

    package init(_ settings: DestinationSettings) throws(DestinationSettingsError) {
        let url = settings.url("url")
        guard let url, let origin = try? EndpointURL(String(url.description.dropLast(url.target.count))) else {
            throw DestinationSettingsError(
                key: "url", problem: "is missing", allowed: "https://contoso.crm.dynamics.com")
        }
        environment = origin
        externalID = settings.text("external-id")
        keepsExisting = settings.text("existing") == "keep"
        detectsDuplicates = settings.text("duplicates") == "refuse"
    }

    /// Makes the lead, or brings it up to date. A repeat leads to the same row.
    package func write(_ lead: Prepared, token: String) -> HTTPRequestBytes {
        var headers = [HTTPRequestBytes.Header("content-type", "application/json; charset=utf-8")]
        headers += common(token)
        // The row comes back, so that made can be told from brought up to date; of it, its id is enough.
        headers.append(.init("prefer", "return=representation"))
        let outgoing = lead.outgoing
        headers.append(
            .init("x-ms-client-request-id", NamedGUID.text(of: "\(outgoing.delivery)/\(outgoing.version)")))
        if keepsExisting { headers.append(.init("if-none-match", "*")) }
        // Rules are passed over unless they are asked for.
        if detectsDuplicates { headers.append(.init("mscrm.suppressduplicatedetection", "false")) }
        return HTTPRequestBytes(
            method: "PATCH", url: address("leads(\(key(outgoing.lead)))?$select=leadid"), headers: headers,
            body: lead.record.encoded())
    }

    /// - Parameter target: below the Web API, encoded already.
    package func read(_ target: String, token: String) -> HTTPRequestBytes {
        HTTPRequestBytes(method: "GET", url: address(target), headers: common(token), body: [])
    }

    /// What stands between the parentheses, encoded. A quote within a text is written twice.
    private func key(_ lead: String) -> String {
        guard let externalID else { return NamedGUID.text(of: lead) }
        return "\(externalID)='\(PercentEncoding.encode(lead.replacing("'", with: "''")))'"
    }

    private func common(_ token: String) -> [HTTPRequestBytes.Header] {
        [
            .init("accept", "application/json"), .init("odata-maxversion", "4.0"), .init("odata-version", "4.0"),
            .init("user-agent", "leadledger"), .init("authorization", "Bearer \(token)"),
        ]
    }

    private func address(_ target: String) -> EndpointURL {
        guard let url = environment.appending("/api/data/v9.2/\(target)") else {
            preconditionFailure("an encoded path can follow any URL")
        }
        return url
    }
}

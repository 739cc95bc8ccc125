import Destinations
import Leads
import Outbound

/// Destinations of Salesforce for the tests.
enum SalesforceSamples {
    static let clientID = "3MVG9.test"
    static let clientSecret = "made-up-consumer-secret"

    static func settings(_ set: [String] = [], secret: [String] = ["client-secret=env:CLIENT_SECRET"]) throws
        -> DestinationSettings
    {
        let url = set.contains { $0.hasPrefix("url=") } ? [] : ["url=https://contoso.my.salesforce.com"]
        return try DestinationSettings(
            name: "sf", kind: "salesforce", set: ["client-id=\(clientID)"] + url + set, secret: secret)
    }

    static func secrets(_ secret: String = clientSecret, key: String = "") -> SecretReader {
        SecretReader { $0 == "CLIENT_SECRET" ? secret : $0 == "PRIVATE_KEY" ? key : nil }
    }

    static func destination(
        port: Int, set: [String] = [], secret: String = clientSecret
    ) throws -> SalesforceDestination {
        try SalesforceDestination(
            settings: settings(["url=http://127.0.0.1:\(port)", "allow-private=true"] + set),
            secrets: secrets(secret))
    }

    /// A lead with a number of its own.
    static func outgoing(_ number: Int = 1, email: String? = "ada@example.com", title: String? = nil) -> Outgoing {
        var outgoing = Samples.outgoing(email: email)
        outgoing.lead = "lead_\(number)"
        outgoing.delivery = "dlv_\(number)"
        outgoing.action.contact.title = title
        return outgoing
    }

    static func webSettings(_ set: [String] = []) throws -> DestinationSettings {
        let organization = set.contains { $0.hasPrefix("organization=") } ? [] : ["organization=00DA0000006Vm9r"]
        return try DestinationSettings(name: "web", kind: "salesforce-web", set: organization + set, secret: [])
    }
}

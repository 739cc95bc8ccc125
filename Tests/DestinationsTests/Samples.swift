import Destinations
import Leads
import Outbound

/// Values that the tests start from.
enum Samples {
    static let now = Instant("2026-01-02T03:04:05Z")!
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    static func outgoing(
        version: Int64 = 7, email: String? = "ada@example.com", isContactable: Bool = true
    ) -> Outgoing {
        Outgoing(
            delivery: "dlv_1", version: version, lead: "lead_2", customer: "cus_3", attempt: 1,
            action: MarketplaceAction(
                id: "row-9", source: .appSource, action: .partnerLedTrial, offer: Offer("bitnami.openedxcypress"),
                offerTitle: "Open edX", contact: Contact(email: email, firstName: "Ada", company: "Zoë & \"Co\""),
                description: "line 1\nline 2"),
            stage: .active, isContactable: isContactable, occurredAt: Instant("2026-01-01T00:00:00Z")!,
            ledger: "L1")
    }

    static func settings(
        _ set: [String], secret: [String] = [], name: String = "crm"
    ) throws(DestinationSettingsError) -> DestinationSettings {
        try DestinationSettings(name: name, kind: "https", set: set, secret: secret)
    }

    /// A destination on loopback, signing with `secret`.
    static func destination(
        port: Int, path: String = "/leads", set: [String] = [], resolver: Resolver? = nil
    ) throws -> HTTPSDestination {
        try HTTPSDestination(
            settings: settings(
                ["url=http://127.0.0.1:\(port)\(path)", "allow-private=true"] + set,
                secret: ["signing-secret=env:SIGNING_SECRET"]),
            secrets: SecretReader { $0 == "SIGNING_SECRET" ? Samples.secret : nil }, resolver: resolver)
    }
}

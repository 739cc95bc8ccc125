import Destinations
import Leads
import Outbound
import Simulators

/// A simulated environment, and a destination that leads to it.
enum DynamicsSamples {
    static let secret = "s+1&2"
    static let tenant = "11111111-2222-3333-4444-555555555555"

    static func settings(
        url: String = "https://contoso.crm4.dynamics.com", _ set: [String] = []
    ) throws(DestinationSettingsError) -> DestinationSettings {
        let given = Set(set.map { $0.prefix { $0 != "=" } })
        let usual = [
            "url=\(url)", "tenant=\(tenant)", "client-id=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        ]
        return try DestinationSettings(
            name: "crm", kind: "dynamics", set: usual.filter { !given.contains($0.prefix { $0 != "=" }) } + set,
            secret: ["client-secret=env:CLIENT_SECRET"])
    }

    static func destination(
        url: String = "https://contoso.crm4.dynamics.com", _ set: [String] = [], secret: String = secret
    ) throws -> DynamicsDestination {
        try DynamicsDestination(settings: settings(url: url, set), secrets: SecretReader { _ in secret })
    }

    /// A destination on loopback.
    static func destination(port: Int, _ set: [String] = [], secret: String = secret) throws -> DynamicsDestination {
        let here = "http://127.0.0.1:\(port)"
        return try destination(url: here, ["login-url=\(here)", "allow-private=true"] + set, secret: secret)
    }

    static func system(_ change: (inout DynamicsSettings) -> Void = { _ in }) -> DynamicsService {
        var settings = DynamicsSettings(clientSecret: secret)
        settings.columns = ["xyz_action:String:8", "xyz_short:String:2"].compactMap { DynamicsColumn($0) }
        change(&settings)
        return DynamicsService(settings)
    }

    static func outgoing(lead: String = "lead_2", version: Int64 = 7, isContactable: Bool = true) -> Outgoing {
        var outgoing = Samples.outgoing(version: version, isContactable: isContactable)
        outgoing.lead = lead
        outgoing.delivery = "dlv_" + lead.dropFirst(5)
        outgoing.action.contact = Contact(
            email: "ada@example.com", firstName: "Ada", lastName: "O'Neil", phone: "+44 20 7946 0000", country: "GB",
            company: "Zoë & \"Co\"", title: "CTO")
        return outgoing
    }
}

extension DynamicsDestination {
    func send(_ outgoing: Outgoing, now: Instant = Samples.now) async -> SentAttempt {
        await send([prepare(outgoing)], now: now).attempts[0]
    }
}

extension KindSpecification {
    /// Dynamics 365 Sales, by the Dataverse Web API
    /// (https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview).
    ///
    /// The service protection limits are 6,000 requests in 5 minutes and 52 at once, for each user and web server.
    static let dynamics = KindSpecification(
        says: "Dynamics 365 Sales: each lead is a row of the table lead, by the Dataverse Web API",
        settings: [
            .init("client-id", .text, isRequired: true, "the application (client) id of the app registration"),
            .init(
                "duplicates", .choice(["allow", "refuse"]), usual: "allow",
                "whether the environment's duplicate detection rules may refuse a lead"),
            .init(
                "existing", .choice(["update", "keep"]), usual: "update",
                "what becomes of a lead that is there already: brought up to date, or left as it is"),
            .init(
                "external-id", .name,
                "the column of an alternate key that takes lead_…; without it the row's own id is derived from the lead"
            ),
            .init("login-url", .url, usual: "https://login.microsoftonline.com", "where Entra ID gives tokens"),
            .init("tenant", .text, isRequired: true, "the directory (tenant) id of the app registration"),
            .init("url", .url, isRequired: true, "the environment, such as https://contoso.crm.dynamics.com"),
        ],
        secrets: [.init("client-secret", isRequired: true, "a client secret of the app registration")],
        usual: Usual(pace: 18, parallel: 8, timeout: 60 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        try reader.refuseSegments("tenant")
    }
}

extension SettingsReader {
    /// Refuses a value that would be more than one segment of a path.
    func refuseSegments(_ key: String) throws(DestinationSettingsError) {
        let isSegment = value(key)?.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95].contains(byte)
        }
        guard isSegment ?? true else {
            throw DestinationSettingsError(
                key: key, problem: "has characters that it never has", allowed: "letters, digits, '-', '_' and '.'")
        }
    }
}

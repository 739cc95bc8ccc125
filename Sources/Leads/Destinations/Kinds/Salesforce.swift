extension KindSpecification {
    /// Salesforce, by its REST API (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest).
    static let salesforce = KindSpecification(
        says: "Salesforce: each lead is a Lead, upserted by an external id, up to 200 at once",
        settings: [
            .init("api-version", .decimal(46...99), usual: "62", "the version of the REST API"),
            .init(
                "assign", .text, usual: "true",
                "whether lead assignment rules run when a lead is made: true, false, or the id of a rule"),
            .init(
                "audience", .url, usual: "https://login.salesforce.com",
                "who the signed token is for; https://test.salesforce.com for a sandbox"),
            .init(
                "auth", .choice(["client-credentials", "jwt"]), usual: "client-credentials",
                "how access is got: a client secret, or a token signed with a private key"),
            .init("client-id", .text, isRequired: true, "the consumer key of the external client app"),
            .init(
                "duplicates", .choice(["refuse", "allow"]), usual: "refuse",
                "whether a lead that a duplicate rule warns of is saved all the same"),
            .init(
                "external-id", .name, usual: "LeadledgerId__c",
                "the field of Lead that takes lead_…: text, external id, unique"),
            .init("url", .url, isRequired: true, "My Domain, such as https://contoso.my.salesforce.com"),
            .init("username", .text, "the user that auth=jwt acts as"),
        ],
        secrets: [
            .init("client-secret", "the consumer secret, for auth=client-credentials"),
            .init("private-key", "the private key that belongs to the app's certificate, PEM, for auth=jwt"),
        ],
        usual: Usual(pace: 20, parallel: 4, timeout: 120 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        let assign = reader.value("assign") ?? "true"
        guard ["true", "false"].contains(assign) || isRule(assign) else {
            throw DestinationSettingsError(
                key: "assign", problem: "is no id of an assignment rule",
                allowed: "true, false, or 15 or 18 letters and digits, beginning with 01Q")
        }
        if reader.value("auth") == "jwt" {
            try reader.requireSecret("private-key", because: "auth=jwt needs it")
            guard reader.value("username") != nil else {
                throw DestinationSettingsError(
                    key: "username", problem: "is missing, and auth=jwt needs it", allowed: "a user of the org")
            }
        } else {
            try reader.requireSecret("client-secret", because: "auth=client-credentials needs it")
        }
    }

    /// Web-to-Lead, which needs no access and tells nothing back
    /// (https://help.salesforce.com/s/articleView?id=sales.setting_up_web-to-lead.htm).
    static let salesforceWeb = KindSpecification(
        says: "Salesforce Web-to-Lead: each action is one form; Salesforce accepts it and never says what became of it",
        settings: [
            .init(
                "base-url", .url, usual: "https://webto.salesforce.com",
                "the host of the form; https://test.salesforce.com for a sandbox"),
            .init("campaign", .name, "the id of a campaign that leads join"),
            .init(
                "organization", .name, isRequired: true, "the organization id: 15 or 18 characters, from 00D on"),
            .init(
                "unknown", .choice(["hold", "resend"]), usual: "hold",
                "what becomes of a form whose answer never came: held until a person decides, or sent again, "
                    + "perhaps twice"),
        ],
        usual: Usual(pace: 1, parallel: 1, timeout: 30 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        guard let id = reader.value("organization"), id.hasPrefix("00D"), [15, 18].contains(id.utf8.count) else {
            throw DestinationSettingsError(
                key: "organization", problem: "is no organization id",
                allowed: "15 or 18 letters and digits, beginning with 00D (Setup, Company Information)")
        }
    }

    private static func isRule(_ text: String) -> Bool {
        text.hasPrefix("01Q") && [15, 18].contains(text.utf8.count) && SettingsReader.isName(text)
    }
}

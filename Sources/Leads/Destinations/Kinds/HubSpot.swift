extension KindSpecification {
    /// HubSpot, by its CRM API (https://developers.hubspot.com/docs/api-reference/crm-contacts-v3).
    static let hubspot = KindSpecification(
        says: "HubSpot: each customer is a contact, upserted by email or by a unique property, up to 100 at once",
        settings: [
            .init("base-url", .url, usual: "https://api.hubapi.com", "where the API is"),
            .init(
                "id-property", .name, usual: "email",
                "the property that tells contacts apart: email, or a unique one that takes lead_…"),
        ],
        secrets: [.init("access-token", isRequired: true, "the access token of a private app")],
        usual: Usual(pace: 9, parallel: 4, timeout: 30 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        // HubSpot's own opt-out cannot be written, so there is no field to fall back to.
        guard reader.value("dnc") == "flag", reader.value("map.doNotContact") == nil else { return }
        throw DestinationSettingsError(
            key: "dnc", problem: "can be flag only with a property that says so",
            allowed: "map.doNotContact=PROPERTY beside dnc=flag, or dnc=suppress")
    }
}

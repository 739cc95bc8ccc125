/// What a simulated HubSpot account is set up with.
package struct HubSpotSettings: Sendable {
    /// The token of the private app.
    package var token: String
    /// The token after `token` was ended; `nil` lets none be good then.
    package var nextToken: String?
    package var scopes = HubSpotSettings.allScopes
    package var customProperties: [String] = []
    /// Custom properties that no two contacts share a value of, so that they identify contacts.
    package var uniqueProperties: [String] = []
    /// Lets a batch of which every input has a trace id of its own fail in part. Documented for creating only.
    package var isMultiStatus = false
    /// `nil` for no limit; the usual ones are 100 and 190.
    package var callsPerTenSeconds: Int?
    package var portal: Int64 = 62_515

    package static let allScopes = [
        "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read",
    ]

    package init(token: String) { self.token = token }
}

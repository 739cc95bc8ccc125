package import Leads
package import Outbound

/// Makes the adapter of a destination: the one place that knows all kinds.
package enum Adapters {
    /// Reads the secrets. Opens no connection.
    /// - Throws: `SecretError` for a secret that cannot be read or used.
    package static func make(
        _ settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws -> any Adapter {
        try check(settings)
        switch settings.kind {
        case .https: return try HTTPSDestination(settings: settings, secrets: secrets, resolver: resolver)
        case .dynamics: return try DynamicsDestination(settings: settings, secrets: secrets, resolver: resolver)
        case .marketo: return try MarketoDestination(settings: settings, secrets: secrets, resolver: resolver)
        case .salesforce: return try SalesforceDestination(settings: settings, secrets: secrets, resolver: resolver)
        case .salesforceWeb: return SalesforceWebDestination(settings: settings, resolver: resolver)
        case .azureTable: return try AzureTableDestination(settings: settings, secrets: secrets, resolver: resolver)
        case .azureBlob: return try AzureBlobDestination(settings: settings, secrets: secrets, resolver: resolver)
        case .hubspot: return try HubSpotDestination(settings: settings, secrets: secrets, resolver: resolver)
        }
    }

    /// What can be said against the settings without the network: an address of theirs that is not allowed, a property
    /// that no table can have.
    package static func check(_ settings: DestinationSettings) throws(DestinationSettingsError) {
        for setting in settings.kind.specification.allSettings where setting.form == .url {
            guard let url = settings.url(setting.key) else { continue }
            try APIClient.check(url, key: setting.key, allowsPrivate: settings.allowsPrivate)
        }
        if settings.kind == .azureTable { try AzureTableDestination.check(settings) }
    }
}

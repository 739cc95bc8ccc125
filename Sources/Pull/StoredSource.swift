package import Leads
package import Views

extension PullSettings {
    /// The form that the ledger keeps.
    package init(_ settings: SourceSettings) {
        self.init(
            name: settings.name, kind: settings.kind.rawValue, settings: settings.settings,
            secrets: settings.secrets.mapValues(\.description))
    }
}

extension SourceSettings {
    /// Reads what the ledger kept. It fails only where another version of leadledger wrote it.
    package init(_ stored: PullSettings) throws(SourceSettingsError) {
        try self.init(
            name: stored.name, kind: stored.kind, settings: stored.settings, secrets: stored.secrets)
    }
}

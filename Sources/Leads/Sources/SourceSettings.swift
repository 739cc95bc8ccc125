/// What a source is set to: where leads are pulled from, and how often. Secrets are named, never held.
///
/// Everything is read from texts, `key=value` as given or as kept by the ledger, and checked as a whole: a value of
/// this type is valid, and an error names everything that is wrong.
package struct SourceSettings: Hashable, Sendable {
    package let name: String
    package let kind: Kind
    /// The settings as they were given, defaults left out.
    package let settings: [String: String]
    package let secrets: [String: SecretReference]
    package let table: AzureTableSettings

    /// The places leadledger can pull from.
    package enum Kind: String, CaseIterable, Sendable {
        case azureTable = "azure-table"
    }

    package init(
        name: String, kind: String, settings: [String: String], secrets: [String: String]
    ) throws(SourceSettingsError) {
        var problems = SettingsProblems()
        if !DestinationSettings.isName(name) {
            problems.add(
                "name", "cannot be used",
                "1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', beginning with a letter or digit")
        }
        let known = Kind(rawValue: kind)
        if known == nil {
            problems.add("kind", "is not known", Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let references = Self.references(secrets, &problems)
        let table = AzureTableSettings(settings, secrets: references, problems: &problems)
        guard let known, let table, problems.all.isEmpty else { throw SourceSettingsError(problems: problems.all) }
        self.name = name
        self.kind = known
        self.settings = settings
        self.secrets = references
        self.table = table
    }

    /// Reads what was typed: `--set key=value` and `--secret key=env:NAME` or `key=file:PATH`, any number of each.
    package init(name: String, kind: String, set: [String], secret: [String]) throws(SourceSettingsError) {
        var problems = SettingsProblems()
        let settings = problems.catching { () throws(DestinationSettingsError) in
            try DestinationSettings.pairs(set, option: "--set")
        }
        let secrets = problems.catching { () throws(DestinationSettingsError) in
            try DestinationSettings.pairs(secret, option: "--secret")
        }
        guard let settings, let secrets else { throw SourceSettingsError(problems: problems.all) }
        try self.init(name: name, kind: kind, settings: settings, secrets: secrets)
    }

    private static func references(
        _ texts: [String: String], _ problems: inout SettingsProblems
    ) -> [String: SecretReference] {
        var references: [String: SecretReference] = [:]
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard AzureTableSettings.Secret(rawValue: key) != nil else {
                problems.add(DestinationSettings.shown(key), "is not a secret", AzureTableSettings.Secret.list)
                continue
            }
            guard let reference = SecretReference(text) else {
                problems.add(
                    key, "says neither which variable nor which file holds the secret", "env:NAME or file:PATH")
                continue
            }
            references[key] = reference
        }
        return references
    }
}

/// Why settings of a source cannot be used: everything that is wrong, in the order of the keys.
///
/// Values are never in it: they may be secrets.
package struct SourceSettingsError: Error, Equatable, CustomStringConvertible {
    package let problems: [DestinationSettingsError]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// What was found wrong so far.
struct SettingsProblems {
    private(set) var all: [DestinationSettingsError] = []

    mutating func add(_ key: String, _ problem: String, _ allowed: String) {
        all.append(DestinationSettingsError(key: key, problem: problem, allowed: allowed))
    }

    /// The result of `body`; `nil` when it failed, which is noted.
    mutating func catching<Value>(_ body: () throws(DestinationSettingsError) -> Value) -> Value? {
        do throws(DestinationSettingsError) {
            return try body()
        } catch {
            all.append(error)
            return nil
        }
    }
}

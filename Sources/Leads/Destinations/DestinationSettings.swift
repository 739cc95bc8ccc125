/// What a destination is set to: where it is, what it wants, how it is spoken to. Secrets are named, never held.
///
/// Everything is read from texts, `key=value` as given or as kept by the ledger, and checked as a whole: a value of
/// this type is valid.
package struct DestinationSettings: Hashable, Sendable {
    package let name: String
    package let kind: Kind
    /// The settings as they were given, defaults left out.
    package let settings: [String: String]
    package let secrets: [String: SecretReference]
    package let filter: DestinationFilter
    package let forbidden: ForbiddenRule
    package let https: HTTPSSettings

    /// The systems leadledger can send to.
    package enum Kind: String, CaseIterable, Sendable {
        case https
    }

    /// What becomes of a lead whose customer must not be contacted: the setting `dnc`.
    package enum ForbiddenRule: String, CaseIterable, Sendable {
        /// Nothing is sent.
        case suppress
        /// It is sent, with the destination's own mark that forbids contact.
        case flag
    }

    package init(
        name: String, kind: String, settings: [String: String], secrets: [String: String]
    ) throws(DestinationSettingsError) {
        guard Self.isName(name) else {
            throw DestinationSettingsError(
                key: "name", problem: "cannot be used",
                allowed: "1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', beginning with a letter or digit")
        }
        guard let kind = Kind(rawValue: kind) else {
            throw DestinationSettingsError(
                key: "kind", problem: "is not known", allowed: Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try Self.refuseUnknown(settings)
        self.name = name
        self.kind = kind
        self.settings = settings
        self.secrets = try Self.references(secrets)
        let reader = SettingsReader(settings)
        filter = DestinationFilter(
            offers: try reader.offers("offers"), stages: try reader.stages("stages"),
            countries: try reader.list("countries"), since: try reader.instant("since"))
        forbidden = try reader.choice("dnc", default: .suppress)
        https = try HTTPSSettings(reader)
    }

    /// Reads what was typed: `--set key=value` and `--secret key=env:NAME` or `key=file:PATH`, any number of each.
    package init(
        name: String, kind: String, set: [String], secret: [String]
    ) throws(DestinationSettingsError) {
        try self.init(
            name: name, kind: kind, settings: try Self.pairs(set, option: "--set"),
            secrets: try Self.pairs(secret, option: "--secret"))
    }

    private static let keys =
        ["countries", "dnc", "offers", "since", "stages"] + HTTPSSettings.keys
    private static let secretKeys = HTTPSSettings.secretKeys

    static func pairs(_ texts: [String], option: String) throws(DestinationSettingsError) -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw DestinationSettingsError(key: option, problem: "needs a key and a value", allowed: "key=value")
            }
            let key = String(text[..<equals])
            guard pairs.updateValue(String(text[text.index(after: equals)...]), forKey: key) == nil else {
                throw DestinationSettingsError(
                    key: shown(key), problem: "was given twice", allowed: "each key once with \(option)")
            }
        }
        return pairs
    }

    private static func refuseUnknown(_ settings: [String: String]) throws(DestinationSettingsError) {
        for key in settings.keys.sorted() where !keys.contains(key) {
            if secretKeys.contains(key) {
                throw DestinationSettingsError(
                    key: key, problem: "is a secret, which a setting would store in the ledger for ever",
                    allowed: "--secret \(key)=env:NAME or --secret \(key)=file:PATH")
            }
            throw DestinationSettingsError(
                key: shown(key), problem: "is not a setting", allowed: keys.sorted().joined(separator: ", "))
        }
    }

    private static func references(
        _ texts: [String: String]
    ) throws(DestinationSettingsError) -> [String: SecretReference] {
        var references: [String: SecretReference] = [:]
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard secretKeys.contains(key) else {
                throw DestinationSettingsError(
                    key: shown(key), problem: "is not a secret", allowed: secretKeys.joined(separator: ", "))
            }
            guard let reference = SecretReference(text) else {
                throw DestinationSettingsError(
                    key: key, problem: "says neither which variable nor which file holds the secret",
                    allowed: "env:NAME or file:PATH")
            }
            references[key] = reference
        }
        return references
    }

    /// A key as an error may show it: one that does not look like a key may be a secret in the wrong place.
    static func shown(_ key: String) -> String {
        let looksLikeKey = key.utf8.count <= 24 && key.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }
        return looksLikeKey ? key : "a key"
    }

    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (1...64).contains(name.utf8.count) else { return false }
        let isLetterOrDigit = { (byte: UInt8) in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        return isLetterOrDigit(first) && name.utf8.allSatisfy { isLetterOrDigit($0) || [45, 46, 95].contains($0) }
    }
}

/// Why settings of a destination cannot be used: which key, what is wrong with it, and what may stand there.
///
/// Values are never in it: they may be secrets, or addresses that hold one.
package struct DestinationSettingsError: Error, Equatable, CustomStringConvertible {
    package let key: String
    package let problem: String
    package let allowed: String

    package init(key: String, problem: String, allowed: String) {
        self.key = key
        self.problem = problem
        self.allowed = allowed
    }

    package var description: String { "\(key) \(problem); allowed: \(allowed)" }
}

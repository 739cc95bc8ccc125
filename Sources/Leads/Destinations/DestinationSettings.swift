/// What a destination is set to: where it is, what it wants, how it is spoken to. Secrets are named, never held.
///
/// Everything is read from texts, `key=value` as given or as kept by the ledger, and checked as a whole against what
/// its kind takes: a value of this type is valid.
package struct DestinationSettings: Hashable, Sendable {
    package let name: String
    package let kind: DestinationKind
    /// The settings as they were given, defaults left out.
    package let settings: [String: String]
    package let secrets: [String: SecretReference]
    package let filter: DestinationFilter
    package let forbidden: ForbiddenRule
    package let mapping: MappingSettings
    /// Permits private and loopback addresses, and `http`.
    package let allowsPrivate: Bool
    /// Requests a second at most.
    package let pace: Double
    /// Requests on the way at once, 1 ... 64.
    package let parallel: Int
    /// How long one request may take, answer included.
    package let timeout: Span
    /// The settings of its kind, those that were left out as they usually are.
    private let values: [String: String]

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
        guard let kind = DestinationKind(rawValue: kind) else {
            throw DestinationSettingsError(
                key: "kind", problem: "is not known",
                allowed: DestinationKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let specification = kind.specification
        try Self.refuseUnknown(settings, specification)
        self.name = name
        self.kind = kind
        self.settings = settings
        self.secrets = try Self.references(secrets, specification)
        let given = SettingsReader(settings, secrets: self.secrets)
        for setting in specification.allSettings { try given.check(setting) }
        for secret in specification.secrets where secret.isRequired {
            try given.requireSecret(secret.key, because: "\(kind.rawValue) needs it")
        }
        values = Self.values(settings, specification)
        let reader = SettingsReader(values, secrets: self.secrets)
        filter = DestinationFilter(
            offers: try reader.offers("offers"), stages: try reader.stages("stages"),
            countries: try reader.list("countries"), since: try reader.instant("since"))
        forbidden = try reader.choice("dnc", default: .suppress)
        mapping = try MappingSettings(settings)
        allowsPrivate = try reader.flag("allow-private")
        pace = try reader.decimal("pace", default: specification.usual.pace, in: 0.1...100_000)
        parallel = Int(reader.value("parallel") ?? "") ?? specification.usual.parallel
        timeout = try reader.span("timeout", default: specification.usual.timeout, in: .second...(10 * .minute))
        try specification.check(reader)
    }

    private static func values(_ settings: [String: String], _ specification: KindSpecification) -> [String: String] {
        let usual = specification.allSettings.compactMap { setting in setting.usual.map { (setting.key, $0) } }
        return Dictionary(usual) { first, _ in first }.merging(settings.mapValues(\.trimmed)) { $1 }
    }

    /// The text of a setting, or what it usually is; `nil` where there is neither.
    package func text(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

    package func flag(_ key: String) -> Bool { text(key) == "true" }

    /// The address in a setting, which was checked.
    package func url(_ key: String) -> EndpointURL? { text(key).flatMap { try? EndpointURL($0) } }

    /// Whether each action is sent once, rather than the lead as it stands.
    package var takesEveryAction: Bool {
        switch kind {
        case .salesforceWeb, .azureBlob: true
        default: text("mode") == "every-action"
        }
    }

    /// What becomes of an attempt whose end nobody knows.
    package var repeats: Repeats {
        switch kind {
        case .azureBlob: .lookedUp
        case .salesforceWeb: text("unknown") == "resend" ? .keyed : .never
        default: .keyed
        }
    }

    /// Reads what was typed: `--set key=value` and `--secret key=env:NAME` or `key=file:PATH`, any number of each.
    package init(
        name: String, kind: String, set: [String], secret: [String]
    ) throws(DestinationSettingsError) {
        try self.init(
            name: name, kind: kind, settings: try Self.pairs(set, option: "--set"),
            secrets: try Self.pairs(secret, option: "--secret"))
    }

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

    private static func refuseUnknown(
        _ settings: [String: String], _ specification: KindSpecification
    ) throws(DestinationSettingsError) {
        let keys = specification.allSettings.map(\.key)
        for key in settings.keys.sorted() where !keys.contains(key) {
            if specification.secrets.contains(where: { $0.key == key }) {
                throw DestinationSettingsError(
                    key: key, problem: "is a secret, which a setting would store in the ledger for ever",
                    allowed: "--secret \(key)=env:NAME or --secret \(key)=file:PATH")
            }
            if specification.isMapped, MappingSettings.isKey(key) { continue }
            let more = specification.isMapped ? ", map.FIELD, constant.FIELD, default.FIELD" : ""
            throw DestinationSettingsError(
                key: shown(key), problem: "is not a setting of this kind" + meant(key, among: keys),
                allowed: keys.joined(separator: ", ") + more)
        }
    }

    private static func references(
        _ texts: [String: String], _ specification: KindSpecification
    ) throws(DestinationSettingsError) -> [String: SecretReference] {
        let keys = specification.secrets.map(\.key)
        var references: [String: SecretReference] = [:]
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard keys.contains(key) else {
                throw DestinationSettingsError(
                    key: shown(key), problem: "is not a secret of this kind" + meant(key, among: keys),
                    allowed: keys.isEmpty ? "no secret, for this kind needs none" : keys.joined(separator: ", "))
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
        for prefix in ["map.", "constant.", "default."] where key.hasPrefix(prefix) { return prefix + "…" }
        return looksLikeKey(key) ? key : "a key"
    }

    /// Digits among letters, and a long row of small and capital letters, are how secrets look.
    private static func looksLikeKey(_ key: String) -> Bool {
        guard key.utf8.count <= 32 else { return false }
        return key.utf8.split(omittingEmptySubsequences: true) { [45, 46, 95].contains($0) }.allSatisfy { word in
            let digits = word.count { (48...57).contains($0) }
            let capitals = word.count { (65...90).contains($0) }
            let small = word.count { (97...122).contains($0) }
            guard digits + capitals + small == word.count else { return false }
            return digits == 0 && word.count <= (capitals == 0 ? 24 : 16)
        }
    }

    /// What to say of the key that was probably meant.
    private static func meant(_ key: String, among keys: [String]) -> String {
        NearestName.of(key, among: keys).map { "; did you mean \($0)?" } ?? ""
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

    package var description: String {
        "\(key) \(problem)\(problem.hasSuffix("?") ? "" : ";") allowed: \(allowed)"
    }
}

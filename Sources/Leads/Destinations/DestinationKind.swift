/// The systems that leadledger can send to. The names are stored and shown: add, never rename.
package enum DestinationKind: String, CaseIterable, Sendable {
    case dynamics
    case marketo
    case salesforce
    case salesforceWeb = "salesforce-web"
    case azureTable = "azure-table"
    case azureBlob = "azure-blob"
    case https
    case hubspot

    package var specification: KindSpecification {
        switch self {
        case .dynamics: .dynamics
        case .marketo: .marketo
        case .salesforce: .salesforce
        case .salesforceWeb: .salesforceWeb
        case .azureTable: .azureTable
        case .azureBlob: .azureBlob
        case .https: .https
        case .hubspot: .hubspot
        }
    }
}

/// What a kind of destination can be set to, and how its system may be used: what `destination kinds` shows, and what
/// settings are checked against.
package struct KindSpecification: Sendable {
    /// One line for people.
    package let says: String
    /// The settings of this kind alone; `common` come beside them.
    package let settings: [SettingSpecification]
    package let secrets: [SecretSpecification]
    /// Whether `map.…`, `constant.…` and `default.…` may say which field takes what.
    package let isMapped: Bool
    package let usual: Usual
    /// What holds between several settings.
    let check: @Sendable (SettingsReader) throws(DestinationSettingsError) -> Void

    /// What the vendor's limits suggest.
    package struct Usual: Sendable {
        /// Requests a second.
        package let pace: Double
        /// Requests in flight at once.
        package let parallel: Int
        /// For one attempt, answer included.
        package let timeout: Span
    }

    init(
        says: String, settings: [SettingSpecification], secrets: [SecretSpecification] = [], isMapped: Bool = true,
        usual: Usual,
        check: @escaping @Sendable (SettingsReader) throws(DestinationSettingsError) -> Void = { _ in }
    ) {
        self.says = says
        self.settings = settings
        self.secrets = secrets
        self.isMapped = isMapped
        self.usual = usual
        self.check = check
    }

    /// Every setting of this kind, those that all kinds take among them, in the order of their keys.
    package var allSettings: [SettingSpecification] {
        (settings + SettingSpecification.common(usual)).sorted { $0.key < $1.key }
    }
}

/// What becomes of an attempt whose end nobody knows.
package enum Repeats: String, Sendable {
    /// The system knows a repeat by its key, so the same is sent again.
    case keyed
    /// The system can be asked whether it has the lead, and is asked before anything is sent again.
    case lookedUp = "looked-up"
    /// The system can neither know nor tell: a person decides.
    case never
}

/// One setting of a destination.
package struct SettingSpecification: Sendable {
    package let key: String
    package let form: Form
    package let isRequired: Bool
    /// What holds where the setting is left out, as it would be written; `nil` where that is nothing.
    package let usual: String?
    /// One line for people.
    package let says: String
    /// What a value that cannot be used looks like, where that is a common mistake; `nil` where it is none.
    let mistake: @Sendable (String) -> String?

    package enum Form: Hashable, Sendable {
        /// 1 to 1,024 characters.
        case text
        /// The name or id of something at the vendor: letters, digits and `_`.
        case name
        case choice([String])
        case flag
        case span(ClosedRange<Span>)
        case decimal(ClosedRange<Double>)
        case whole(ClosedRange<Int>)
        /// `https`, or `http` with `allow-private=true`.
        case url
        case offers, stages, countries
        case instant
    }

    init(
        _ key: String, _ form: Form, isRequired: Bool = false, usual: String? = nil, _ says: String,
        mistake: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.mistake = mistake
        self.key = key
        self.form = form
        self.isRequired = isRequired
        self.usual = usual
        self.says = says
    }

    /// What every kind takes.
    static func common(_ usual: KindSpecification.Usual) -> [SettingSpecification] {
        [
            .init("allow-private", .flag, usual: "false", "permits private and loopback addresses, and http"),
            .init("countries", .countries, "only leads from these countries, parted by commas"),
            .init(
                "dnc", .choice(["suppress", "flag"]), usual: "suppress",
                "what becomes of leads that must not be contacted: not sent, or sent with the opt-out fields"),
            .init("offers", .offers, "only leads of these offers: publisher.offer or publisher.*, parted by commas"),
            .init("pace", .decimal(0.1...100_000), usual: decimal(usual.pace), "requests a second at most"),
            .init("parallel", .whole(1...64), usual: "\(usual.parallel)", "requests on the way at once"),
            .init("since", .instant, "only leads whose latest action is not older"),
            .init("stages", .stages, "only leads in these stages, parted by commas"),
            .init(
                "timeout", .span(.second...(10 * .minute)), usual: "\(usual.timeout)",
                "how long one request may take, answer included"),
        ]
    }

    private static func decimal(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : "\(value)"
    }

    /// What may stand there, for people.
    package var allowed: String {
        switch form {
        case .text: "a text of 1 to 1024 characters"
        case .name: "letters, digits and _"
        case .choice(let choices): choices.joined(separator: ", ")
        case .flag: "true, false"
        case .span(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range): "\(Self.decimal(range.lowerBound)) to \(Self.decimal(range.upperBound))"
        case .whole(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .url: "https://host, or http://host with allow-private=true"
        case .offers: "publisher.offer or publisher.*, parted by commas"
        case .stages: Stage.allCases.map(\.description).joined(separator: ", ") + ", parted by commas"
        case .countries: "codes or names, parted by commas"
        case .instant: "a time, such as 2026-01-31T00:00:00Z"
        }
    }
}

/// One secret of a destination: named by settings, read from the environment or a file.
package struct SecretSpecification: Sendable {
    package let key: String
    package let isRequired: Bool
    /// One line for people.
    package let says: String

    init(_ key: String, isRequired: Bool = false, _ says: String) {
        self.key = key
        self.isRequired = isRequired
        self.says = says
    }
}

/// Reads typed values out of the settings of a destination or a source.
package struct SettingsReader: Sendable {
    private let settings: [String: String]
    /// The secrets that are named beside them.
    let secrets: [String: SecretReference]

    init(_ settings: [String: String], secrets: [String: SecretReference] = [:]) {
        self.settings = settings.mapValues(\.trimmed)
        self.secrets = secrets
    }

    /// The text of a setting; `nil` where it is left out or empty.
    func value(_ key: String) -> String? { settings[key].flatMap { $0.isEmpty ? nil : $0 } }

    func requireSecret(_ key: String, because reason: String) throws(DestinationSettingsError) {
        guard secrets[key] == nil else { return }
        throw error(key, "is missing, and \(reason)", "--secret \(key)=env:NAME or --secret \(key)=file:PATH")
    }

    /// Holds a setting against what may stand there.
    func check(_ specification: SettingSpecification) throws(DestinationSettingsError) {
        let key = specification.key
        guard settings[key] != nil else {
            guard !specification.isRequired else { throw error(key, "is missing", specification.allowed) }
            return
        }
        switch specification.form {
        case .text: try text(key, specification) { (1...1_024).contains($0.utf8.count) }
        case .name: try text(key, specification, Self.isName)
        case .choice(let choices): try text(key, specification, choices.contains)
        case .flag: _ = try flag(key)
        case .span(let range): _ = try span(key, default: range.lowerBound, in: range)
        case .decimal(let range): _ = try decimal(key, default: range.lowerBound, in: range)
        case .whole(let range):
            try text(key, specification) { text in
                text.utf8.allSatisfy { (48...57).contains($0) } && Int(text).map(range.contains) ?? false
            }
        case .url: _ = try endpoint(key, allowsPlain: try flag("allow-private"))
        case .offers: _ = try offers(key)
        case .stages: _ = try stages(key)
        case .countries: _ = try list(key)
        case .instant: _ = try instant(key)
        }
    }

    private func text(
        _ key: String, _ specification: SettingSpecification, _ isAllowed: (String) -> Bool
    ) throws(DestinationSettingsError) {
        let value = settings[key] ?? ""
        guard !isAllowed(value) else { return }
        let problem =
            switch specification.form {
            case .choice: "is none of the choices"
            case _ where value.isEmpty: "is empty"
            case .whole: "is no whole number in range"
            case .name: "has a character that it never has"
            default: "is too long"
            }
        throw error(key, specification.mistake(value) ?? problem, specification.allowed)
    }

    static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }

    private func error(_ key: String, _ problem: String, _ allowed: String) -> DestinationSettingsError {
        DestinationSettingsError(key: key, problem: problem, allowed: allowed)
    }

    /// The parts of a comma list; none when the key is missing.
    func list(_ key: String) throws(DestinationSettingsError) -> [String] {
        guard let text = settings[key] else { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        guard !parts.contains("") else { throw error(key, "has an empty part", "a list parted by commas") }
        return parts
    }

    func offers(_ key: String) throws(DestinationSettingsError) -> [String] {
        let allowed = "publisher.offer or publisher.*, parted by commas"
        return try list(key).map { (text) throws(DestinationSettingsError) in
            let star = text.firstIndex(of: "*")
            let isPattern = text.hasSuffix(".*") && text.utf8.count > 2
            guard star == nil || (isPattern && star == text.index(before: text.endIndex)) else {
                throw error(key, "has a * where none can stand", allowed)
            }
            return isPattern ? text : Offer(text)?.text ?? text
        }
    }

    func stages(_ key: String) throws(DestinationSettingsError) -> [Stage] {
        try list(key).map { (text) throws(DestinationSettingsError) in
            guard let stage = Stage(name: text.lowercased()) else {
                let allowed = Stage.allCases.map(\.description).joined(separator: ", ")
                throw error(key, "names a stage that does not exist", allowed)
            }
            return stage
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default usual: Choice
    ) throws(DestinationSettingsError) -> Choice where Choice.RawValue == String {
        guard let text = settings[key] else { return usual }
        guard let choice = Choice(rawValue: text) else {
            throw error(key, "is none of the choices", Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    func flag(_ key: String) throws(DestinationSettingsError) -> Bool {
        switch settings[key] {
        case nil, "false": return false
        case "true": return true
        default: throw error(key, "is none of the choices", "true, false")
        }
    }

    func instant(_ key: String) throws(DestinationSettingsError) -> Instant? {
        guard let text = settings[key] else { return nil }
        guard let instant = Instant(text) else {
            throw error(key, "is no time", "RFC 3339, such as 2026-01-31T00:00:00Z")
        }
        return instant
    }

    func span(
        _ key: String, default usual: Span, in range: ClosedRange<Span>
    ) throws(DestinationSettingsError) -> Span {
        guard let text = settings[key] else { return usual }
        guard let span = Span(text), range.contains(span) else {
            throw error(key, "is no length of time in range", "\(range.lowerBound) to \(range.upperBound), such as 15s")
        }
        return span
    }

    func decimal(
        _ key: String, default usual: Double, in range: ClosedRange<Double>
    ) throws(DestinationSettingsError) -> Double {
        guard let text = settings[key] else { return usual }
        guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }), let number = Double(text),
            range.contains(number)
        else { throw error(key, "is no number in range", "\(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    func endpoint(_ key: String, allowsPlain: Bool) throws(DestinationSettingsError) -> EndpointURL {
        let allowed =
            allowsPlain ? "https://host/path or http://host/path" : "https://host/path; http needs allow-private=true"
        guard let text = settings[key] else { throw error(key, "is missing", allowed) }
        guard !text.isEmpty else { throw error(key, "is empty", allowed) }
        let url: EndpointURL
        do {
            url = try EndpointURL(text)
        } catch {
            throw self.error(key, Self.sentence(error), allowed)
        }
        guard url.isSecure || allowsPlain else { throw error(key, "is not encrypted", allowed) }
        return url
    }

    private static func sentence(_ problem: EndpointURL.Problem) -> String {
        switch problem {
        case .scheme: "does not begin with https://"
        case .host: "has no usable host name"
        case .port: "has no usable port"
        case .user: "holds a user name or password"
        case .fragment: "has a fragment, which is never sent"
        case .character: "has a character that no URL may hold"
        }
    }
}

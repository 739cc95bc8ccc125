internal import Leads

/// What can be set for a home, by flag, environment or file.
package enum SettingKey: String, CaseIterable, Sendable {
    case publicURL
    case host
    case port
    case tlsCertificate
    case tlsKey
    case trustedProxies
    case duplicateWindow
    case bodyLimit
    case connectionLimit
    case waitingLimit
    case requestsPerKey
    case logLevel
    case alertURL
    case alertSecretFile

    /// `LEADLEDGER_` and the key in capitals, its words parted by `_`.
    package var environmentName: String {
        var name = "LEADLEDGER_"
        var previous: Character = "_"
        for character in rawValue {
            if character.isUppercase && !previous.isUppercase { name += "_" }
            name += character.uppercased()
            previous = character
        }
        return name
    }

    /// What holds where nobody says otherwise; empty where that is nothing.
    package var standard: String {
        switch self {
        case .publicURL, .tlsCertificate, .tlsKey, .trustedProxies, .alertURL, .alertSecretFile: ""
        case .host: "127.0.0.1"
        case .port: "8080"
        case .duplicateWindow: "15m"
        case .bodyLimit: "1048576"
        case .connectionLimit: "4096"
        case .waitingLimit: "4096"
        case .requestsPerKey: "1000"
        case .logLevel: "notice"
        }
    }

    package var meaning: String {
        switch self {
        case .publicURL: "what the URLs of lead endpoints begin with; where the service listens by default"
        case .host: "the address that the service listens at"
        case .port: "the port that the service listens at; 0 takes any free one"
        case .tlsCertificate: "a PEM file with the certificate and its chain; with it the service speaks HTTPS"
        case .tlsKey: "a PEM file with the certificate's private key"
        case .trustedProxies: "addresses or networks whose Forwarded header is believed, parted by commas"
        case .duplicateWindow: "how long the same content at the same endpoint is taken for the same event"
        case .bodyLimit: "bytes of a request's body"
        case .connectionLimit: "connections at once"
        case .waitingLimit: "events that may wait for a commit before new ones are answered with 429"
        case .requestsPerKey: "requests a second of one API key"
        case .logLevel: "trace, debug, info, notice, warning, error or critical"
        case .alertURL: "where it is posted that a destination fails or was paused, as a CloudEvent"
        case .alertSecretFile: "a file with the secret that signs these, whsec_ and base64"
        }
    }

    /// Says what is wrong with a value; `nil` when it can be used. Empty text is only right where nothing is the
    /// default.
    func problem(with text: String) -> String? {
        switch self {
        case .publicURL, .alertURL:
            guard !text.isEmpty else { return nil }
            return (try? EndpointURL(text)) == nil ? "is no URL such as https://leads.example.com" : nil
        case .host: return text.isEmpty ? "is empty" : nil
        case .port: return number(text, in: 0...65_535)
        case .tlsCertificate, .tlsKey, .trustedProxies, .alertSecretFile: return nil
        case .duplicateWindow:
            guard let span = Span(text), span.micros >= 0, span <= 180 * .day else { return "is no time such as 15m" }
            return nil
        case .bodyLimit: return number(text, in: 1_024...(64 << 20))
        case .connectionLimit, .waitingLimit: return number(text, in: 1...1_000_000)
        case .requestsPerKey: return number(text, in: 1...1_000_000)
        case .logLevel:
            let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
            return levels.contains(text) ? nil : "is none of \(levels.joined(separator: ", "))"
        }
    }

    private func number(_ text: String, in range: ClosedRange<Int>) -> String? {
        Int(text).map(range.contains) ?? false ? nil : "is no number from \(range.lowerBound) to \(range.upperBound)"
    }
}

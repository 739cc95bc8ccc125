internal import Leads
internal import OrderedJSON

/// A request as the log shows it: without what opens doors, for logs are read, copied and kept by many.
///
/// Contact data stays, since simulators are sent made-up people.
struct ArrivalForLog {
    let query: String?
    let headers: [(name: String, value: String)]
    let body: JSON

    /// Stands where a secret stood.
    private static let mark = "…"
    /// In lower case, as names are compared.
    private static let secrets: Set = [
        "access_token", "assertion", "client_assertion", "client_secret", "refresh_token",
    ]

    init(_ arrival: Arrival) {
        query = arrival.query.map { Self.withoutSecrets($0, Self.secrets.union(["sig"])) }
        headers = arrival.headers.map { ($0.name, Self.header($0.name.lowercased(), $0.value)) }
        if let json = try? JSON.parse(arrival.body) {
            body = Self.withoutSecrets(json)
        } else {
            body = .string(Self.withoutSecrets(String(decoding: arrival.body, as: UTF8.self), Self.secrets))
        }
    }

    /// The scheme of an authorization stays, which says how a caller tried.
    private static func header(_ name: String, _ value: String) -> String {
        if name == "authorization" {
            guard let space = value.firstIndex(of: " ") else { return mark }
            return value[...space] + mark
        }
        return secrets.contains(name) ? mark : value
    }

    /// Everything else stays as it stood on the wire.
    private static func withoutSecrets(_ text: String, _ names: Set<String>) -> String {
        text.split(separator: "&", omittingEmptySubsequences: false).map { part in
            guard let equals = part.firstIndex(of: "="),
                let name = PercentEncoding.decode(part[..<equals], plusIsSpace: true),
                names.contains(name.trimmed.lowercased())
            else { return String(part) }
            return part[...equals] + mark
        }.joined(separator: "&")
    }

    private static func withoutSecrets(_ json: JSON) -> JSON {
        switch json {
        case .object(let members):
            .object(
                members.map { member in
                    let isSecret = secrets.contains(member.name.lowercased())
                    return JSON.Member(member.name, isSecret ? .string(mark) : withoutSecrets(member.value))
                })
        case .array(let values): .array(values.map(withoutSecrets))
        default: json
        }
    }
}

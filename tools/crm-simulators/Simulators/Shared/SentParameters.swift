internal import Leads

/// Names and values as they stand in a query or in the body of a form, decoded; the first of a name counts.
struct SentParameters: Sendable {
    let all: [(name: String, value: String)]

    /// The body of a form (`application/x-www-form-urlencoded`); `nil` where the arrival carries another type, or an
    /// escape is broken.
    init?(form arrival: Arrival) {
        guard MediaType(arrival["content-type"])?.essence == "application/x-www-form-urlencoded" else { return nil }
        var all: [(name: String, value: String)] = []
        for (name, value) in Self.parts(String(decoding: arrival.body, as: UTF8.self)) {
            guard let name, let value else { return nil }
            all.append((name, value))
        }
        self.all = all
    }

    /// A query; what has a broken escape is as good as empty.
    init(query: String?) { all = Self.parts(query ?? "").map { ($0 ?? "", $1 ?? "") } }

    private static func parts(_ text: String) -> [(name: String?, value: String?)] {
        text.split(separator: "&").map { part in
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            return (
                PercentEncoding.decode(part[..<equals], plusIsSpace: true),
                PercentEncoding.decode(part[equals...].dropFirst(), plusIsSpace: true)
            )
        }
    }

    /// The first value under a name; `nil` when it is missing or empty.
    subscript(_ name: String) -> String? { first(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// What stands between commas; `nil` when the name is missing.
    func list(_ name: String) -> [String]? { first(name)?.split(separator: ",").map(\.trimmed) }

    private func first(_ name: String) -> String? { all.first { $0.name == name }?.value }
}

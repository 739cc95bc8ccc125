internal import Leads

/// The body of a form (`application/x-www-form-urlencoded`), names and values decoded.
struct FormParameters {
    let all: [(name: String, value: String)]

    /// `nil` where the arrival carries another type, or an escape is broken.
    init?(_ arrival: Arrival) {
        guard MediaType(arrival["content-type"])?.essence == "application/x-www-form-urlencoded" else { return nil }
        self.init(text: String(decoding: arrival.body, as: UTF8.self))
    }

    init?(text: String) {
        var all: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            guard let name = PercentEncoding.decode(part[..<equals], plusIsSpace: true),
                let value = PercentEncoding.decode(part[equals...].dropFirst(), plusIsSpace: true)
            else { return nil }
            all.append((name, value))
        }
        self.all = all
    }

    /// The first value under a name; `nil` when it is missing or empty.
    subscript(_ name: String) -> String? {
        all.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }
}

/// What a `Content-Type` says: the type itself, and the character set where it names one.
struct MediaType {
    /// In lower case, without parameters.
    let essence: String
    let charset: String?

    init?(_ header: String?) {
        guard let header else { return nil }
        let parts = header.lowercased().split(separator: ";").map { $0.split(separator: " ").joined() }
        guard let essence = parts.first else { return nil }
        self.essence = essence
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
            .map { $0.dropFirst(8).split(separator: "\"").joined() }
    }

    /// Whether this is JSON in UTF-8, the only JSON that vendors read.
    var isJSON: Bool { essence == "application/json" && (charset ?? "utf-8") == "utf-8" }
}

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

package import Leads

/// A shared access signature: a query that lets its bearer do what it says until it ends.
///
/// Whoever has the text has the access, so it is in no description and no error.
package struct SharedAccessSignature: Sendable, CustomStringConvertible {
    private let query: String
    /// From when on it is good; `nil` where it says nothing.
    package let startsAt: Instant?
    /// Until when it is good; `nil` where a policy that is stored with the service says it.
    package let endsAt: Instant?
    /// The letters of what it permits, such as `r`; `nil` where a stored policy says it.
    package let permissions: String?
    /// The one table it is for; `nil` for one of the whole account.
    package let table: String?

    /// Reads the token as the portal shows it, with or without the `?` before it.
    ///
    /// `nil` when it has no version, no signature, or characters that no query may hold.
    package init?(_ text: String) {
        let trimmed = text.trimmed
        let query = trimmed.hasPrefix("?") ? String(trimmed.dropFirst()) : trimmed
        guard !query.contains("?"), (try? EndpointURL("https://host/?" + query)) != nil,
            let parameters = PercentEncoding.parameters(of: query)
        else { return nil }
        func value(_ name: String) -> String? {
            parameters.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
        }
        guard value("sig") != nil, value("sv") != nil else { return nil }
        self.query = query
        startsAt = value("st").flatMap { Instant($0) }
        endsAt = value("se").flatMap { Instant($0) }
        permissions = value("sp")
        table = value("tn")
    }

    /// The target of a URL with the token at the end of its query.
    func appended(to target: String) -> String { target + (target.contains("?") ? "&" : "?") + query }

    package var description: String { "a shared access signature" }
}

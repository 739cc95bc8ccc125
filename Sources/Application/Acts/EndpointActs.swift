internal import Foundation
internal import Intake
internal import Leads
internal import Ledger
package import OrderedJSON
internal import Reports
internal import Views

/// Makes a URL that a marketplace can post the leads of one offer to.
package struct EndpointAdd: Act {
    package static let name = "endpoint-add"

    let offer: String
    let label: String?
    let publicURL: String?
    let reason: String?

    /// - Parameters:
    ///   - label: what people call it; the offer, and a number where that is taken, when `nil`.
    ///   - publicURL: what the URL begins with; where the service listens when `nil`.
    package init(offer: String, label: String?, publicURL: String?, reason: String?) {
        self.offer = offer
        self.label = label
        self.publicURL = publicURL
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        guard let known = Offer(offer) else {
            throw ActFailure("--offer must not be empty: name the offer as publisher.offer", isUsage: true)
        }
        let access = try await home.snapshot().views.access
        // Not even a revoked one's: leads that came through either could not be told apart.
        let name = try AccessName.settle(label, fallback: known.text) { name in
            access.endpoints.contains { $0.name == name }
        }
        var random = RandomBytes()
        let token = AccessToken.make(.endpoint, random: &random)
        try await home.append(
            .endpointAdded, AccessEvent.endpointAdded(token, name: name, offer: known.text, reason: reason))
        let url = publicURL ?? home.servedURL()
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        return [
            "endpoint": .string(name), "offer": .string(known.text), "url": .string("\(base)/in/\(token.text)"),
            "token": .string(token.text),
        ]
    }
}

/// Closes an endpoint: what is posted to its URL from now on is answered with 404.
package struct EndpointRevoke: Act {
    package static let name = "endpoint-revoke"

    let endpoint: String
    let reason: String?

    /// - Parameter endpoint: its name or id; of its URL or token, the id is taken.
    package init(_ endpoint: String, reason: String?) {
        self.endpoint = AccessName.withoutSecret(endpoint)
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let access = try await home.snapshot().views.access
        guard let found = access.endpoint(endpoint) else {
            if let revokedAt = access.endpoints.last(where: { $0.name == endpoint || $0.id == endpoint })?.revokedAt {
                throw ActFailure("endpoint \(endpoint) was revoked before, at \(revokedAt)")
            }
            throw ActFailure(
                AccessName.unknown("endpoint", endpoint, access.endpoints.filter { $0.revokedAt == nil }.map(\.name)))
        }
        try await home.append(.endpointRevoked, AccessEvent.revoked(id: found.id, name: found.name, reason: reason))
        return ["endpoint": .string(found.name), "offer": .string(found.offer), "revoked": .bool(true)]
    }
}

/// The names of endpoints, keys and sources.
enum AccessName {
    /// The name that was asked for, which must be free; or the fallback, with a number where that is taken.
    static func settle(_ asked: String?, fallback: String, isTaken: (String) -> Bool) throws -> String {
        if let asked {
            try check(asked)
            guard !isTaken(asked) else {
                throw ActFailure("\(asked) is taken, or was once: choose another --name", isUsage: true)
            }
            return asked
        }
        let plain = String(fallback.unicodeScalars.map { isPlain($0) ? Character($0) : "-" }.prefix(56))
        let base = plain.first?.isLetter == true || plain.first?.isNumber == true ? plain : "e" + plain
        if !isTaken(base) { return base }
        return base + "-\((2...).first { !isTaken("\(base)-\($0)") } ?? 0)"
    }

    /// What people paste in place of a name may hold a whole token; only the part of it that may be shown is used.
    static func withoutSecret(_ text: String) -> String {
        for kind in AccessToken.Kind.allCases {
            guard let start = text.range(of: kind.rawValue, options: .backwards)?.lowerBound else { continue }
            if let token = AccessToken(kind, String(text[start...].prefix { $0 != "/" && $0 != "?" })) {
                return token.id
            }
        }
        return text
    }

    static func check(_ name: String) throws {
        let scalars = name.unicodeScalars
        guard let first = scalars.first, name.utf8.count <= 64, scalars.allSatisfy(isPlain),
            first.properties.isAlphabetic || (48...57).contains(first.value)
        else {
            throw ActFailure(
                "a name is 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', and begins with a letter or digit",
                isUsage: true)
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || (48...57).contains(scalar.value) || "-_.".contains(Character(scalar)))
    }

    static func unknown(_ what: String, _ name: String, _ known: [String]) -> String {
        let shown = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", ..." : "")
        return "there is no \(what) \(name). \(known.isEmpty ? "There is none yet" : "There are: " + shown)"
    }
}

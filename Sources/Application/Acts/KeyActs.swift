internal import Leads
internal import Ledger
package import OrderedJSON
internal import Reports
package import Views

/// Makes a key to the API.
package struct KeyCreate: Act {
    package static let name = "key-create"

    let scope: String
    let label: String?
    let reason: String?

    package init(scope: Scope, label: String?, reason: String?) {
        self.scope = scope.rawValue
        self.label = label
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        guard let scope = Scope(rawValue: scope) else {
            throw ActFailure("a scope is ingest, read or admin", isUsage: true)
        }
        let access = try await home.snapshot().views.access
        let name = try AccessName.settle(label, fallback: scope.rawValue) { name in
            access.keys.contains { $0.name == name }
        }
        var random = RandomBytes()
        let token = AccessToken.make(.key, random: &random)
        try await home.append(.keyCreated, AccessEvent.keyCreated(token, name: name, scope: scope, reason: reason))
        return ["key": .string(token.text), "name": .string(name), "scope": .string(scope.rawValue)]
    }
}

/// Ends a key: requests that present it are answered with 401 from now on.
package struct KeyRevoke: Act {
    package static let name = "key-revoke"

    let key: String
    let reason: String?

    /// - Parameter key: its name or id; of its text, the id is taken.
    package init(_ key: String, reason: String?) {
        self.key = AccessName.withoutSecret(key)
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let access = try await home.snapshot().views.access
        guard let found = access.key(key) else {
            if let revokedAt = access.keys.last(where: { $0.name == key || $0.id == key })?.revokedAt {
                throw ActFailure("key \(key) was revoked before, at \(revokedAt)")
            }
            throw ActFailure(
                AccessName.unknown("key", key, access.keys.filter { $0.revokedAt == nil }.map(\.name)))
        }
        try await home.append(.keyRevoked, AccessEvent.revoked(id: found.id, name: found.name, reason: reason))
        return ["name": .string(found.name), "scope": .string(found.scope.rawValue), "revoked": .bool(true)]
    }
}

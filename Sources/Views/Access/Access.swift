package import Leads
package import Ledger
internal import OrderedJSON

/// A URL that a marketplace posts the leads of one offer to.
package struct Endpoint: Hashable, Sendable {
    /// The public part of its token.
    package let id: String
    package let name: String
    package let offer: String
    package let hash: [UInt8]
    package let addedAt: Instant
    package var revokedAt: Instant?

    /// Who records what arrives here, as the ledger's `actor`.
    package var actor: String { "endpoint:" + name }
}

/// What the holder of an API key may do. `admin` may all.
package enum Scope: String, CaseIterable, Sendable {
    case ingest, read, admin

    package func allows(_ needed: Scope) -> Bool { self == .admin || self == needed }
}

/// A key to the API.
package struct APIKey: Hashable, Sendable {
    /// The public part of its text.
    package let id: String
    package let name: String
    package let scope: Scope
    package let hash: [UInt8]
    package let createdAt: Instant
    package var revokedAt: Instant?

    package var actor: String { "key:" + name }
}

/// Who may come in: endpoints and API keys as the ledger's events leave them, in the order of their making.
///
/// A name belongs to one that is not revoked; a revoked one keeps its entry and frees its name.
package struct Access: Hashable, Sendable {
    package private(set) var endpoints: [Endpoint] = []
    package private(set) var keys: [APIKey] = []

    package init() {}

    init(endpoints: [Endpoint], keys: [APIKey]) {
        self.endpoints = endpoints
        self.keys = keys
    }

    /// - Parameter at: when the event was recorded.
    package mutating func evolve(_ type: EventType, at: Instant, detail: [UInt8]) {
        guard let event = AccessEvent(detail) else { return }
        switch type {
        case .endpointAdded:
            guard let offer = event.offer, let hash = event.hash else { return }
            endpoints.append(Endpoint(id: event.id, name: event.name, offer: offer, hash: hash, addedAt: at))
        case .endpointRevoked:
            for index in endpoints.indices where endpoints[index].id == event.id && endpoints[index].revokedAt == nil {
                endpoints[index].revokedAt = at
            }
        case .keyCreated:
            guard let scope = event.scope, let hash = event.hash else { return }
            keys.append(APIKey(id: event.id, name: event.name, scope: scope, hash: hash, createdAt: at))
        case .keyRevoked:
            for index in keys.indices where keys[index].id == event.id && keys[index].revokedAt == nil {
                keys[index].revokedAt = at
            }
        default: break
        }
    }

    /// The endpoint that has this name, or this id, and is not revoked.
    package func endpoint(_ name: String) -> Endpoint? {
        endpoints.first { $0.revokedAt == nil && ($0.name == name || $0.id == name) }
    }

    package func key(_ name: String) -> APIKey? {
        keys.first { $0.revokedAt == nil && ($0.name == name || $0.id == name) }
    }
}

/// The detail of the events `EndpointAdded`, `EndpointRevoked`, `KeyCreated` and `KeyRevoked`, as JSON.
package struct AccessEvent {
    package let id: String
    package let name: String
    package let offer: String?
    package let scope: Scope?
    package let hash: [UInt8]?

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let id = json["id"]?.string, let name = json["name"]?.string else {
            return nil
        }
        self.id = id
        self.name = name
        offer = json["offer"]?.string
        scope = json["scope"]?.string.flatMap { Scope(rawValue: $0) }
        hash = json["sha256"]?.string.flatMap { Hexadecimal.bytes($0) }
    }

    package static func endpointAdded(_ token: AccessToken, name: String, offer: String, reason: String?) -> [UInt8] {
        let json: JSON = [
            "id": .string(token.id), "name": .string(name), "offer": .string(offer),
            "sha256": .string(Hexadecimal.text(token.hash)), "reason": .optional(reason),
        ]
        return json.encoded()
    }

    package static func keyCreated(_ token: AccessToken, name: String, scope: Scope, reason: String?) -> [UInt8] {
        let json: JSON = [
            "id": .string(token.id), "name": .string(name), "scope": .string(scope.rawValue),
            "sha256": .string(Hexadecimal.text(token.hash)), "reason": .optional(reason),
        ]
        return json.encoded()
    }

    /// An endpoint or a key.
    package static func revoked(id: String, name: String, reason: String?) -> [UInt8] {
        let json: JSON = ["id": .string(id), "name": .string(name), "reason": .optional(reason)]
        return json.encoded()
    }
}

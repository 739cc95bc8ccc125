internal import Leads
package import OrderedJSON
package import Views

/// Who may come in: endpoints and API keys. What their secrets are compared with is never in it.
package struct AccessList {
    private let access: Access

    package init(_ access: Access) { self.access = access }

    /// In the order of their making, revoked ones included.
    package var endpoints: [JSON] {
        access.endpoints.map { endpoint in
            [
                "endpoint": .string(endpoint.name),
                "id": .string(endpoint.id),
                "offer": .string(endpoint.offer),
                "added": .string(endpoint.addedAt.description),
                "revoked": .optional(endpoint.revokedAt?.description),
            ]
        }
    }

    package var keys: [JSON] {
        access.keys.map { key in
            [
                "name": .string(key.name),
                "id": .string(key.id),
                "scope": .string(key.scope.rawValue),
                "created": .string(key.createdAt.description),
                "revoked": .optional(key.revokedAt?.description),
            ]
        }
    }
}

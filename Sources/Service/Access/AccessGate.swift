internal import Crypto
internal import Ledger
internal import Synchronization
package import Views

/// Who may come in: a table of endpoints and keys that many threads ask and the composition replaces as a whole.
///
/// An unknown or revoked token costs what a wrong secret costs: one digest and one comparison, whose time does not
/// depend on where they differ.
package final class AccessGate: Sendable {
    private struct Table {
        var endpoints: [String: Endpoint] = [:]
        var keys: [String: APIKey] = [:]
    }

    private let table: Mutex<Table>
    /// What an unknown token is compared with: no token has this digest.
    private let decoy = [UInt8](repeating: 0, count: SHA256.byteCount)

    package init(_ access: Access = Access()) { table = Mutex(Self.table(access)) }

    /// Takes effect for the next request.
    package func replace(with access: Access) {
        let new = Self.table(access)
        table.withLock { $0 = new }
    }

    /// The endpoint that a token opens; `nil` for one that is unknown, wrong or revoked.
    package func endpoint(token text: String) -> Endpoint? {
        guard let token = AccessToken(.endpoint, text) else { return nil }
        let endpoint = table.withLock { $0.endpoints[token.id] }
        return token.matches(endpoint?.hash ?? decoy) ? endpoint : nil
    }

    /// The key that a text is; `nil` for one that is unknown, wrong or revoked.
    package func key(text: String) -> APIKey? {
        guard let token = AccessToken(.key, text) else { return nil }
        let key = table.withLock { $0.keys[token.id] }
        return token.matches(key?.hash ?? decoy) ? key : nil
    }

    private static func table(_ access: Access) -> Table {
        var table = Table()
        for endpoint in access.endpoints where endpoint.revokedAt == nil { table.endpoints[endpoint.id] = endpoint }
        for key in access.keys where key.revokedAt == nil { table.keys[key.id] = key }
        return table
    }
}

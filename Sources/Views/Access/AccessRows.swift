internal import Leads
internal import SQLite

extension Access {
    private static let endpointKeys: Int64 = 1 << 32
    private static let apiKeyKeys: Int64 = 1 << 33

    static let columns = ["key", "id", "name", "allows", "sha256", "made_at", "revoked_at"]

    init(_ connection: Connection) throws {
        let select = try connection.prepare("SELECT \(Self.columns.joined(separator: ", ")) FROM access ORDER BY key")
        var endpoints: [Endpoint] = []
        var keys: [APIKey] = []
        while try select.step() {
            let (id, name, allows) = (try select.text(1), try select.text(2), try select.text(3))
            let madeAt = Instant(micros: select.integer(5))
            let revokedAt = select.optionalInteger(6).map { Instant(micros: $0) }
            if select.integer(0) < Self.apiKeyKeys {
                endpoints.append(
                    Endpoint(
                        id: id, name: name, offer: allows, hash: select.bytes(4), addedAt: madeAt,
                        revokedAt: revokedAt))
            } else {
                guard let scope = Scope(rawValue: allows) else {
                    throw ViewsError.damaged(connection.path, "an API key has an unknown scope")
                }
                keys.append(
                    APIKey(
                        id: id, name: name, scope: scope, hash: select.bytes(4), createdAt: madeAt,
                        revokedAt: revokedAt))
            }
        }
        self.init(endpoints: endpoints, keys: keys)
    }

    func save(_ connection: Connection) throws {
        let replace = try connection.prepare(
            "REPLACE INTO access (\(Self.columns.joined(separator: ", "))) VALUES (?, ?, ?, ?, ?, ?, ?)")
        func save(
            _ key: Int64, _ id: String, _ name: String, _ allows: String, _ hash: [UInt8], _ made: Instant,
            _ revoked: Instant?
        ) throws {
            try replace.bind(key, at: 1)
            try replace.bind(id, at: 2)
            try replace.bind(name, at: 3)
            try replace.bind(allows, at: 4)
            try replace.bind(hash, at: 5)
            try replace.bind(made.micros, at: 6)
            try replace.bind(revoked?.micros, at: 7)
            try replace.run()
        }
        for (place, endpoint) in endpoints.enumerated() {
            try save(
                Self.endpointKeys + Int64(place), endpoint.id, endpoint.name, endpoint.offer, endpoint.hash,
                endpoint.addedAt, endpoint.revokedAt)
        }
        for (place, key) in keys.enumerated() {
            try save(
                Self.apiKeyKeys + Int64(place), key.id, key.name, key.scope.rawValue, key.hash, key.createdAt,
                key.revokedAt)
        }
    }
}

extension PullSources {
    static let columns = ["number", "settings", "cursor", "pulled_at", "recorded", "is_removed"]

    init(_ connection: Connection) throws {
        let select = try connection.prepare(
            "SELECT \(Self.columns.joined(separator: ", ")) FROM source ORDER BY number")
        var sources: [PullSource] = []
        while try select.step() {
            guard let settings = SourceEvent(select.bytes(1))?.settings else {
                throw ViewsError.damaged(connection.path, "a source cannot be read")
            }
            var source = PullSource(settings: settings)
            source.cursor = try select.optionalText(2)
            source.pulledAt = select.optionalInteger(3).map { Instant(micros: $0) }
            source.recorded = select.integer(4)
            source.isRemoved = select.integer(5) != 0
            sources.append(source)
        }
        self.init(sources)
    }

    func save(_ connection: Connection) throws {
        let replace = try connection.prepare(
            "REPLACE INTO source (\(Self.columns.joined(separator: ", "))) VALUES (?, ?, ?, ?, ?, ?)")
        for (place, source) in all.enumerated() {
            try replace.bind(Int64(place) + 1, at: 1)
            try replace.bind(SourceEvent.changed(source.settings, reason: nil), at: 2)
            try replace.bind(source.cursor, at: 3)
            try replace.bind(source.pulledAt?.micros, at: 4)
            try replace.bind(source.recorded, at: 5)
            try replace.bind(Int64(source.isRemoved ? 1 : 0), at: 6)
            try replace.run()
        }
    }
}

package import Leads
package import OrderedJSON
package import Views

/// When each offer, endpoint and source last showed a sign of life, and which of them are silent against their habit.
package struct HeartbeatList {
    package let heartbeats: [Heartbeat]
    private let now: Instant

    /// Endpoints that are revoked and sources that are removed are left out: their silence is wanted.
    package init(_ views: ViewsReader, now: Instant) throws {
        let (access, sources) = (views.access, views.sources)
        heartbeats = try views.heartbeats().filter { heartbeat in
            switch heartbeat.kind {
            case .offer: true
            case .endpoint: access.endpoints.contains { $0.revokedAt == nil && $0.name == heartbeat.name }
            case .source: sources.active.contains { $0.name == heartbeat.name }
            }
        }
        self.now = now
    }

    /// Offers first, then endpoints, then sources. Seconds may have a fraction; those of a habit are null before there
    /// is one.
    package var rows: [JSON] {
        heartbeats.map { heartbeat in
            [
                "kind": .string(heartbeat.kind.rawValue),
                "name": .string(heartbeat.name),
                "last": .string(heartbeat.last.description),
                "silentSeconds": .number(heartbeat.silence(at: now).secondsText),
                "habitSeconds": heartbeat.habit.map { .number($0.secondsText) } ?? .null,
                "count": .number(heartbeat.count),
                "silent": .bool(heartbeat.isSilent(at: now)),
            ]
        }
    }
}

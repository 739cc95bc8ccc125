internal import Leads
internal import Ledger
internal import OrderedJSON
internal import SQLite

/// What arrivals and those who let them in come to: access, sources, quarantine, heartbeats.
///
/// All but the quarantine is small and held in memory; after a transaction that did not commit, a new fold is read from
/// the file.
struct IntakeFold {
    private(set) var access: Access
    private(set) var sources: PullSources
    private var heartbeats: HeartbeatTable
    private var isAccessDirty = false
    private var areSourcesDirty = false
    private let connection: Connection
    private let insert: Statement
    private let release: Statement

    init(_ connection: Connection) throws {
        self.connection = connection
        access = try Access(connection)
        sources = try PullSources(connection)
        heartbeats = try HeartbeatTable(connection)
        insert = try connection.prepare("INSERT INTO quarantine (seq) VALUES (?)")
        // The first release is the one that counts.
        release = try connection.prepare("UPDATE quarantine SET released_by = ? WHERE seq = ? AND released_by IS NULL")
    }

    /// An action or something quarantined came: a sign of life of its offer and of whom it came through.
    mutating func arrive(_ event: EventColumns, text: (Int64) throws -> String) throws {
        try heartbeats.beat(
            offer: event.offer, actor: event.actor, at: min(event.occurredAt, event.recordedAt), text: text)
    }

    mutating func quarantine(_ seq: Int64) throws {
        try insert.bind(seq, at: 1)
        try insert.run()
    }

    /// Takes in an event of access, sources or quarantine.
    mutating func evolve(_ type: EventType, _ event: EventColumns, detail: [UInt8]) throws {
        let at = Instant(micros: event.recordedAt)
        switch type {
        case .endpointAdded, .endpointRevoked, .keyCreated, .keyRevoked:
            access.evolve(type, at: at, detail: detail)
            isAccessDirty = true
        case .sourceChanged, .sourcePulled:
            sources.evolve(type, at: at, detail: detail)
            areSourcesDirty = true
        case .quarantineReleased:
            guard let seq = (try? JSON.parse(detail))?["quarantined"]?.integer else { return }
            try release.bind(event.seq, at: 1)
            try release.bind(seq, at: 2)
            try release.run()
        default: break
        }
    }

    mutating func save() throws {
        if isAccessDirty { try access.save(connection) }
        if areSourcesDirty { try sources.save(connection) }
        try heartbeats.save(connection)
        (isAccessDirty, areSourcesDirty) = (false, false)
    }
}

/// A row of the view `quarantine`.
package struct QuarantineRow: Hashable, Sendable {
    /// The event that was quarantined.
    package let seq: Int64
    /// The event that released it; `nil` while it waits.
    package let releasedBy: Int64?
}

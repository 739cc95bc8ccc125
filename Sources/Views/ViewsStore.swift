internal import Leads
internal import Ledger
internal import Migrations
internal import SQLite

/// The files of one generation of views: the database and the event file that it names.
struct ViewsStore {
    static let migrator = Migrator(applicationID: 0x4c4c_5731, steps: Migrations.views)  // "LLW1"

    /// The version of each view. A changed one rebuilds the views.
    static let versions = [
        ("customers", 1), ("leads", 1), ("funnel", 2), ("deliveries", 2), ("attempts", 2), ("access", 1),
        ("sources", 1), ("quarantine", 1), ("heartbeats", 3),
    ]

    let connection: Connection
    let events: EventFile

    /// Opens or makes the views at `path`.
    /// - Parameter isBuilding: the file is not in use yet and can be thrown away, so nothing is synced on the way.
    init(path: String, ledger: [UInt8], fingerprint: String, isBuilding: Bool) throws {
        connection = try Connection(path: path, mode: .create)
        try connection.execute(
            isBuilding
                ? "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768"
                : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384")
        try Self.migrator.migrate(connection)
        if try connection.integer("SELECT count(*) FROM progress") == 0 {
            let insert = try connection.prepare(
                "INSERT INTO progress (one, ledger, seq, leads, event_file, fingerprint) VALUES (1, ?, 0, 0, ?, ?)")
            try insert.bind(ledger, at: 1)
            try insert.bind("views-\(Hexadecimal.text(UInt64.random(in: .min ... .max).bigEndianBytes)).events", at: 2)
            try insert.bind(fingerprint, at: 3)
            try insert.run()
        }
        let state = try ViewsState(connection)
        events = try EventFile(path: Self.folder(of: path) + state.eventFile, rows: state.seq)
    }

    /// Closes and deletes the files.
    func remove() {
        try? connection.close()
        ViewsFiles.remove(connection.path)
        events.delete()
    }

    /// What the rows depend on beside the events: the versions of the views, and the policy that filters go by.
    static func fingerprint(_ policy: Policy) -> String {
        let stages = policy.stages.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        return versions.map { "\($0.0):\($0.1)" }.joined(separator: " ") + " policy:\(policy.name) \(stages)"
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}

/// How far the views of a file go, and what they were folded with.
struct ViewsState: Hashable {
    let ledger: [UInt8]
    let seq: Int64
    let leads: Int64
    let eventFile: String
    let fingerprint: String

    init(_ connection: Connection) throws {
        let row = try connection.prepare("SELECT ledger, seq, leads, event_file, fingerprint FROM progress")
        guard try row.step() else { throw ViewsError.damaged(connection.path, "it does not say how far it goes") }
        ledger = row.bytes(0)
        seq = row.integer(1)
        leads = row.integer(2)
        eventFile = try row.text(3)
        fingerprint = try row.text(4)
    }
}

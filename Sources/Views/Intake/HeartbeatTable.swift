internal import Leads
internal import SQLite

/// The heartbeats while events are folded into them: few, so all are held, and those that changed are written when the
/// batch ends.
struct HeartbeatTable {
    private struct Entry {
        let key: Int64
        let name: String
        var rhythm: Rhythm
        var isDirty: Bool
    }

    private var entries: ContiguousArray<Entry> = []
    /// Where the entry of each offer stands, by the number of its text.
    private var offers: [Int64: Int] = [:]
    /// Where the entry of each actor stands; `nobody` for one that is neither an endpoint nor a source.
    private var actors: [Int64: Int] = [:]

    /// The last actor and its place: an import's events all have one.
    private var recent: (actor: Int64, place: Int) = (0, nobody)

    private static let nobody = -1

    init(_ connection: Connection) throws {
        let select = try connection.prepare("SELECT key, name, state FROM heartbeat ORDER BY key")
        while try select.step() {
            let key = select.integer(0)
            let heartbeat = try Self.heartbeat(select, path: connection.path)
            let place = entries.count
            entries.append(Entry(key: key, name: heartbeat.name, rhythm: heartbeat.rhythm, isDirty: false))
            if heartbeat.kind == .offer { offers[key & 0xffff_ffff] = place } else { actors[key & 0xffff_ffff] = place }
        }
    }

    /// Takes in an arrival.
    /// - Parameters:
    ///   - at: microseconds since 1970.
    ///   - text: the text of a term; asked once for each offer and actor.
    mutating func beat(offer: Int64, actor: Int64, at: Int64, text: (Int64) throws -> String) throws {
        if offer != 0 { beat(try place(offer: offer, text), at) }
        if actor != recent.actor { recent = (actor, try place(actor: actor, text)) }
        if recent.place != Self.nobody { beat(recent.place, at) }
    }

    private mutating func beat(_ place: Int, _ at: Int64) {
        entries[place].rhythm.evolve(at: at)
        entries[place].isDirty = true
    }

    private mutating func place(offer: Int64, _ text: (Int64) throws -> String) throws -> Int {
        if let place = offers[offer] { return place }
        let place = add(.offer, offer, try text(offer))
        offers[offer] = place
        return place
    }

    private mutating func place(actor: Int64, _ text: (Int64) throws -> String) throws -> Int {
        if let place = actors[actor] { return place }
        let place = Heartbeat.Kind.named(actor: try text(actor)).map { add($0.kind, actor, $0.name) } ?? Self.nobody
        actors[actor] = place
        return place
    }

    private mutating func add(_ kind: Heartbeat.Kind, _ term: Int64, _ name: String) -> Int {
        entries.append(Entry(key: kind.number << 32 | term, name: name, rhythm: Rhythm(), isDirty: true))
        return entries.count - 1
    }

    mutating func save(_ connection: Connection) throws {
        let replace = try connection.prepare("REPLACE INTO heartbeat (key, name, state) VALUES (?, ?, ?)")
        for place in entries.indices where entries[place].isDirty {
            let rhythm = entries[place].rhythm
            var blob = BlobWriter(capacity: 4 + rhythm.pauses.count)
            blob.add(rhythm.count)
            blob.add(rhythm.first)
            blob.add(rhythm.last)
            blob.add(rhythm.pauseCount)
            for pause in rhythm.pauses { blob.add(pause) }
            try replace.bind(entries[place].key, at: 1)
            try replace.bind(entries[place].name, at: 2)
            try replace.bind(blob.bytes, at: 3)
            try replace.run()
            entries[place].isDirty = false
        }
    }

    /// The heartbeat in the current row of a statement that selects key, name and state.
    static func heartbeat(_ row: Statement, path: String) throws -> Heartbeat {
        let rhythm = row.withBytes(2) { bytes in
            var reader = BlobReader(bytes)
            let (count, first, last, pauseCount) = (reader.next(), reader.next(), reader.next(), reader.next())
            var pauses: [Int64] = []
            while !reader.isAtEnd { pauses.append(reader.next()) }
            return Rhythm(count: count, first: first, last: last, pauseCount: pauseCount, pauses: pauses)
        }
        let kind = Heartbeat.Kind.allCases.first { $0.number == row.integer(0) >> 32 }
        guard let rhythm, let kind else { throw ViewsError.damaged(path, "a heartbeat cannot be read") }
        return Heartbeat(kind: kind, name: try row.text(1), rhythm: rhythm)
    }
}

extension Heartbeat.Kind {
    /// As it is stored.
    fileprivate var number: Int64 {
        switch self {
        case .offer: 1
        case .endpoint: 2
        case .source: 3
        }
    }
}

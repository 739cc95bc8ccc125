package import Leads
internal import OrderedJSON
internal import SQLite

/// A destination as the ledger's events about it leave it.
package struct Destination: Hashable, Sendable {
    /// In order of making: 1, 2, 3 ... A name that was removed and made again has a new number.
    package let number: Int64
    package var settings: DestinationSettings
    package var state: State
    /// Why it is paused.
    package var reason: String?
    /// The last event about it.
    package var seq: Int64
    /// Until when the destination asked to be left alone.
    package var restUntil: Instant?

    package enum State: String, Sendable {
        case active
        /// Its leads are held: nothing is sent, nothing is lost.
        case paused
        case removed
    }

    package var name: String { settings.name }
    package var takesEveryAction: Bool { settings.takesEveryAction }

    /// Why a lead must not be sent here now; `nil` when it may be.
    func suppression(of lead: Lead, _ texts: LeadTexts) -> String? {
        if lead.isTest { return "test" }
        if lead.isForbidden && settings.forbidden == .suppress { return "doNotContact" }
        let exclusion = settings.filter.exclusion(
            offer: texts.offer, stage: lead.stage(texts.stages), country: texts.country,
            latestActionAt: Instant(micros: lead.latest.at))
        return exclusion.map { "filtered: \($0.rawValue)" }
    }
}

/// What a filter asks of a lead beyond its numbers.
struct LeadTexts {
    let offer: Offer?
    let country: String?
    let stages: StageTable
}

/// The destinations of the views, few enough to be held in memory.
struct Destinations {
    private(set) var all: [Destination] = []

    var active: [Destination] { all.filter { $0.state != .removed } }

    init(_ connection: Connection) throws {
        let select = try connection.prepare(
            "SELECT number, settings, state, reason, seq, rest_until FROM destination ORDER BY number")
        while try select.step() {
            guard let settings = DestinationEvent.settings(select.bytes(1)),
                let state = Destination.State(rawValue: try select.text(2))
            else { throw ViewsError.damaged(connection.path, "a destination cannot be read") }
            all.append(
                Destination(
                    number: select.integer(0), settings: settings, state: state, reason: try select.optionalText(3),
                    seq: select.integer(4), restUntil: select.optionalInteger(5).map { Instant(micros: $0) }))
        }
    }

    subscript(number: Int64) -> Destination? {
        all.indices.contains(Int(number) - 1) ? all[Int(number) - 1] : nil
    }

    /// The destination that has this name now.
    func named(_ name: String) -> Destination? { active.first { $0.name == name } }

    /// Applies an event about a destination; returns the destination that changed.
    mutating func evolve(_ type: EventType, seq: Int64, detail: [UInt8]) -> Destination? {
        guard let event = DestinationEvent(detail) else { return nil }
        let existing = all.lastIndex { $0.state != .removed && $0.name == event.name }
        let index: Int
        if let existing {
            index = existing
        } else {
            guard type == .destinationChanged, let settings = event.settings else { return nil }
            all.append(Destination(number: Int64(all.count) + 1, settings: settings, state: .active, seq: seq))
            index = all.count - 1
        }
        all[index].seq = seq
        all[index].restUntil = nil
        switch type {
        case .destinationPaused:
            all[index].state = .paused
            all[index].reason = event.reason
        case .destinationResumed:
            all[index].state = .active
            all[index].reason = nil
        default:
            if event.isRemoval {
                all[index].state = .removed
            } else if let settings = event.settings {
                all[index].settings = settings
            }
        }
        return all[index]
    }

    /// Takes in how an attempt ended: a throttled one asks for a rest, one that got through ends it.
    mutating func evolve(_ attempt: AttemptDetail) {
        guard all.indices.contains(Int(attempt.destination) - 1) else { return }
        let index = Int(attempt.destination) - 1
        switch attempt.outcome {
        case .throttled: all[index].restUntil = max(all[index].restUntil, attempt.retryAt)
        case .delivered: all[index].restUntil = nil
        default: break
        }
    }

    private func max(_ left: Instant?, _ right: Instant?) -> Instant? {
        guard let left, let right else { return left ?? right }
        return left < right ? right : left
    }

    func save(_ connection: Connection) throws {
        let upsert = try connection.prepare(
            """
            INSERT OR REPLACE INTO destination (number, name, settings, state, reason, seq, rest_until)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for destination in all {
            try upsert.bind(destination.number, at: 1)
            try upsert.bind(destination.name, at: 2)
            try upsert.bind(DestinationEvent.changed(destination.settings), at: 3)
            try upsert.bind(destination.state.rawValue, at: 4)
            try upsert.bind(destination.reason, at: 5)
            try upsert.bind(destination.seq, at: 6)
            try upsert.bind(destination.restUntil?.micros, at: 7)
            try upsert.run()
        }
    }
}

/// The detail of the events `DestinationChanged`, `DestinationPaused` and `DestinationResumed`, as JSON.
package struct DestinationEvent {
    package let name: String
    /// What it is set to; `nil` where the event does not say.
    package let settings: DestinationSettings?
    package let isRemoval: Bool
    package let reason: String?

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let name = json["name"]?.string else { return nil }
        self.name = name
        settings = try? DestinationSettings(json: json)
        isRemoval = json["removed"]?.bool ?? false
        reason = json["reason"]?.string
    }

    /// Made or set anew.
    package static func changed(_ settings: DestinationSettings, reason: String? = nil) -> [UInt8] {
        guard case .object(let members) = settings.json else { return [] }
        return JSON.object(members + [JSON.Member("reason", .optional(reason))]).encoded()
    }

    package static func removed(_ name: String, reason: String?) -> [UInt8] {
        let json: JSON = ["name": .string(name), "removed": .bool(true), "reason": .optional(reason)]
        return json.encoded()
    }

    /// Paused or resumed.
    package static func stated(_ name: String, reason: String?) -> [UInt8] {
        let json: JSON = ["name": .string(name), "reason": .optional(reason)]
        return json.encoded()
    }

    static func settings(_ detail: [UInt8]) -> DestinationSettings? {
        (try? JSON.parse(detail)).flatMap { try? DestinationSettings(json: $0) }
    }
}

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
    /// From when on leads are wanted although the setting `since` leaves them out: a backfill.
    package var backfillSince: Instant?
    /// Since when every attempt has failed for a reason that may pass.
    package var failingSince: Instant?
    /// What the last of these came to.
    package var failingReason: String?
    /// The last alert that was given of that, as percent of `FailureBudget.span`; 0 for none.
    package var alerted: Int64 = 0

    package enum State: String, Sendable {
        case active
        /// Its leads are held: nothing is sent, nothing is lost.
        case paused
        case removed
    }

    package var name: String { settings.name }
    package var takesEveryAction: Bool { settings.takesEveryAction }

    /// It answered, or a person took care of it: what failed before no longer counts.
    mutating func isWell() {
        failingSince = nil
        failingReason = nil
        alerted = 0
    }

    /// Why a lead must not be sent here now; `nil` when it may be.
    func suppression(of lead: Lead, _ texts: LeadTexts) -> String? {
        if lead.isTest { return "test" }
        if lead.isForbidden && settings.forbidden == .suppress { return "doNotContact" }
        var filter = settings.filter
        if let backfillSince, let since = filter.since { filter.since = min(since, backfillSince) }
        let exclusion = filter.exclusion(
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
            """
            SELECT number, settings, state, reason, seq, rest_until, backfill_since, failing_since,
                failing_reason, alerted
            FROM destination ORDER BY number
            """)
        while try select.step() {
            guard let settings = DestinationEvent.settings(select.bytes(1)),
                let state = Destination.State(rawValue: try select.text(2))
            else { throw ViewsError.damaged(connection.path, "a destination cannot be read") }
            all.append(
                Destination(
                    number: select.integer(0), settings: settings, state: state, reason: try select.optionalText(3),
                    seq: select.integer(4), restUntil: select.optionalInteger(5).map { Instant(micros: $0) },
                    backfillSince: select.optionalInteger(6).map { Instant(micros: $0) },
                    failingSince: select.optionalInteger(7).map { Instant(micros: $0) },
                    failingReason: try select.optionalText(8), alerted: select.integer(9)))
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
        all[index].isWell()
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
    mutating func evolve(_ attempt: AttemptDetail, at: Instant) {
        guard all.indices.contains(Int(attempt.destination) - 1) else { return }
        let index = Int(attempt.destination) - 1
        switch attempt.outcome {
        case .throttled: all[index].restUntil = max(all[index].restUntil, attempt.retryAt)
        case .delivered: all[index].restUntil = nil
        default: break
        }
        if attempt.outcome.isFailure {
            all[index].failingSince = all[index].failingSince ?? at
            all[index].failingReason = attempt.reason
        } else if attempt.outcome != .alreadyDelivered || attempt.status != nil {
            // It answered. That nothing had to be sent says nothing of how it is.
            all[index].isWell()
        }
    }

    /// Takes in that people were told of a destination's failures.
    mutating func alert(_ alert: AlertDetail) {
        guard let index = all.lastIndex(where: { $0.state != .removed && $0.name == alert.name }) else { return }
        all[index].alerted = alert.level
    }

    /// Takes in from when on a destination wants leads; returns it as it was changed.
    mutating func backfill(_ name: String, since: Instant?) -> Destination? {
        guard let index = all.lastIndex(where: { $0.state != .removed && $0.name == name }) else { return nil }
        all[index].backfillSince = since ?? .earliest
        return all[index]
    }

    private func max(_ left: Instant?, _ right: Instant?) -> Instant? {
        guard let left, let right else { return left ?? right }
        return left < right ? right : left
    }

    func save(_ connection: Connection) throws {
        let upsert = try connection.prepare(
            """
            INSERT OR REPLACE INTO destination
                (number, name, settings, state, reason, seq, rest_until, backfill_since, failing_since,
                 failing_reason, alerted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for destination in all {
            try upsert.bind(destination.number, at: 1)
            try upsert.bind(destination.name, at: 2)
            try upsert.bind(DestinationEvent.changed(destination.settings), at: 3)
            try upsert.bind(destination.state.rawValue, at: 4)
            try upsert.bind(destination.reason, at: 5)
            try upsert.bind(destination.seq, at: 6)
            try upsert.bind(destination.restUntil?.micros, at: 7)
            try upsert.bind(destination.backfillSince?.micros, at: 8)
            try upsert.bind(destination.failingSince?.micros, at: 9)
            try upsert.bind(destination.failingReason, at: 10)
            try upsert.bind(destination.alerted, at: 11)
            try upsert.run()
        }
    }
}

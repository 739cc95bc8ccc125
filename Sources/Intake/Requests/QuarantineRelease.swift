package import Leads
package import Ledger
internal import OrderedJSON

/// Why an event cannot be released from quarantine. It never shows what the event holds.
package struct ReleaseError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// An event in quarantine, with what it kept.
package struct Quarantined: Sendable {
    package var seq: Int64
    package var actor: String
    /// The offer of the endpoint that it came to; empty when there was none.
    package var offer: String
    package var recordedAt: Instant
    /// The bytes it kept; `nil` when they cannot be unsealed any more.
    package var body: [UInt8]?

    package init(seq: Int64, actor: String, offer: String, recordedAt: Instant, body: [UInt8]?) {
        self.seq = seq
        self.actor = actor
        self.offer = offer
        self.recordedAt = recordedAt
        self.body = body
    }

    /// `nil` when the event is none that was put into quarantine.
    package init?(_ event: StoredEvent, body: [UInt8]?) {
        guard event.eventType == .intakeQuarantined else { return nil }
        self.init(
            seq: event.seq, actor: event.actor, offer: event.offer, recordedAt: event.recordedAt, body: body)
    }
}

/// Reads what is in quarantine again, by today's rules or as somebody corrected it.
package enum QuarantineRelease {
    /// The events to append, in one go: the actions, and at the end the fact that they were released.
    ///
    /// Each action is caused by the event in quarantine, keeps its actor, and happened when that was recorded unless it
    /// says a time of its own. A second release of the same event adds nothing, and is a conflict at the ledger when it
    /// reads something else.
    /// - Parameters:
    ///   - quarantined: the event in quarantine.
    ///   - correction: what to record instead: JSON, or CSV with a header, as a file for import holds it.
    ///   - reason: why, in the words of the person who releases it.
    ///   - actor: who releases it.
    /// - Throws: when nothing can be read, or not all of it.
    package static func read(
        _ quarantined: Quarantined, correction: [UInt8]? = nil, reason: String?, actor: String = "operator",
        rules: UnicodeRules = .system
    ) throws(ReleaseError) -> [NewEvent] {
        var events: [NewEvent]
        if let correction {
            events = try self.events(try rows(of: correction), of: quarantined, rules)
        } else if let body = quarantined.body {
            events = try again(body, of: quarantined, rules)
        } else {
            throw ReleaseError("what event \(quarantined.seq) kept cannot be unsealed any more; give a correction")
        }
        for index in events.indices {
            events[index].identity = .own(scope: "quarantine", "\(quarantined.seq)#\(index)")
            events[index].id = nil
            events[index].cause = quarantined.seq
            events[index].occurredAt = events[index].occurredAt ?? quarantined.recordedAt
            // The bytes stay with the event in quarantine; every field of them is in the contact part.
            events[index].body = nil
        }
        return events + [released(quarantined, events: events.count, reason: reason, actor: actor)]
    }

    /// The event by which somebody says that there is no lead in what is in quarantine. What came stays as it is.
    package static func dismissed(_ quarantined: Quarantined, reason: String?, actor: String = "operator") -> NewEvent {
        released(quarantined, events: 0, reason: reason, actor: actor)
    }

    private static func released(
        _ quarantined: Quarantined, events: Int, reason: String?, actor: String
    ) -> NewEvent {
        let detail: JSON = [
            "quarantined": .number(quarantined.seq), "events": .number(events), "reason": .optional(reason),
        ]
        // The same whoever releases it and why: the fact is that it was released.
        return NewEvent(
            type: .quarantineReleased, identity: .own(scope: "release", "\(quarantined.seq)"),
            content: Array("\(quarantined.seq)".utf8), subject: .none, actor: actor, cause: quarantined.seq,
            detail: detail.encoded())
    }

    /// What was kept, by today's rules.
    private static func again(
        _ body: [UInt8], of quarantined: Quarantined, _ rules: UnicodeRules
    ) throws(ReleaseError) -> [NewEvent] {
        if let request = ArrivedRequest(kept: body) {
            var requests = LeadRequests(rules: rules)
            let events = requests.read(
                request, offer: quarantined.offer, actor: quarantined.actor, scope: "", window: .minute)
            for event in events where event.type == .intakeQuarantined { throw still(quarantined, reason(of: event)) }
            return events
        }
        guard let value = try? JSON.parse(body), case .object(let members) = value else {
            throw still(quarantined, "a row of a file of columns says nothing without its header; give a correction")
        }
        return try events([read(members)], of: quarantined, rules)
    }

    private static func read(_ members: [JSON.Member]) -> ActionReading {
        let names = Set(members.map { ActionField.normalized($0.name) })
        if names.isSuperset(of: ["partitionkey", "rowkey"]) {
            var entities = AzureEntities()
            return entities.read(members)
        }
        var objects = ActionObjects()
        return objects.read(.object(members))
    }

    private static func rows(of correction: [UInt8]) throws(ReleaseError) -> [ActionReading] {
        switch try? JSON.parse(correction) {
        case .object(let members): return [read(members)]
        case .array(let values):
            return values.map { value in
                guard case .object(let members) = value else { return .refused(.notAnObject) }
                return read(members)
            }
        default: break
        }
        var readings: [ActionReading] = []
        do throws(ImportError) {
            guard let reader = try ImportFormat.auto.reader(correction) else { return [] }
            correction.withUnsafeBytes { reader.append($0) }
            reader.finish()
            while let row = try reader.next() { readings.append(row.reading) }
        } catch {
            throw ReleaseError("the correction cannot be read: \(error)")
        }
        return readings
    }

    private static func events(
        _ readings: [ActionReading], of quarantined: Quarantined, _ rules: UnicodeRules
    ) throws(ReleaseError) -> [NewEvent] {
        guard !readings.isEmpty else { throw still(quarantined, "there is no action in it") }
        var events: [NewEvent] = []
        for reading in readings {
            switch reading {
            case .refused(let error): throw still(quarantined, error.description)
            case .quarantine(let reason, _): throw still(quarantined, reason)
            case .action(let action, _):
                events.append(
                    action.asEvent(
                        identity: .none, actor: quarantined.actor, rules: rules, body: nil,
                        offer: Offer(quarantined.offer)))
            }
        }
        return events
    }

    private static func still(_ quarantined: Quarantined, _ reason: String) -> ReleaseError {
        ReleaseError("event \(quarantined.seq) stays in quarantine: \(reason)")
    }

    private static func reason(of event: NewEvent) -> String {
        event.detail.flatMap { try? JSON.parse($0) }?["reason"]?.string ?? "it cannot be read"
    }
}

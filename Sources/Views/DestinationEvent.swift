package import Leads
internal import OrderedJSON

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

/// The detail of the event `DeliveryReleased`, as JSON. The event's own columns say which lead it was.
package struct ReleaseDetail: Hashable, Sendable {
    /// The destination's number, and its name for those who read the event alone.
    package let destination: Int64
    package let name: String
    /// The `seq` of the action, at a destination that takes every action; 0 for the lead's state.
    package let action: Int64
    package let release: Delivery.Release
    package let reason: String?

    package init(destination: Int64, name: String, action: Int64, release: Delivery.Release, reason: String?) {
        self.destination = destination
        self.name = name
        self.action = action
        self.release = release
        self.reason = reason
    }

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let destination = json["destination"]?.integer,
            let release = json["release"]?.string.flatMap(Delivery.Release.init(rawValue:))
        else { return nil }
        self.init(
            destination: destination, name: json["name"]?.string ?? "", action: json["action"]?.integer ?? 0,
            release: release, reason: json["reason"]?.string)
    }

    package var encoded: [UInt8] {
        let json: JSON = [
            "destination": .number(destination), "name": .string(name), "action": .number(action),
            "release": .string(release.rawValue), "reason": .optional(reason),
        ]
        return json.encoded()
    }
}

/// The detail of the event `ReplayRequested`, as JSON.
package struct ReplayDetail: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// Every lead that changed since is sent once more.
        case replay
        /// Leads are wanted from then on that the setting `since` left out.
        case backfill
    }

    /// The destination.
    package let name: String
    package let kind: Kind
    /// `nil` for everything.
    package let since: Instant?
    package let reason: String?

    package init(name: String, kind: Kind, since: Instant?, reason: String?) {
        self.name = name
        self.kind = kind
        self.since = since
        self.reason = reason
    }

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let name = json["name"]?.string,
            let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:))
        else { return nil }
        self.init(
            name: name, kind: kind, since: json["since"]?.string.flatMap { Instant($0) },
            reason: json["reason"]?.string)
    }

    package var encoded: [UInt8] {
        let json: JSON = [
            "name": .string(name), "kind": .string(kind.rawValue), "since": .optional(since?.description),
            "reason": .optional(reason),
        ]
        return json.encoded()
    }
}

/// The detail of the event `DestinationAlerted`, as JSON: a destination has failed for so long.
package struct AlertDetail: Hashable, Sendable {
    package let name: String
    /// Percent of the time after which the destination is paused.
    package let level: Int64
    package let failingSince: Instant
    /// What its last attempt came to.
    package let reason: String

    package init(name: String, level: Int64, failingSince: Instant, reason: String) {
        self.name = name
        self.level = level
        self.failingSince = failingSince
        self.reason = reason
    }

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let name = json["name"]?.string,
            let level = json["level"]?.integer, let since = json["failingSince"]?.string.flatMap({ Instant($0) })
        else { return nil }
        self.init(name: name, level: level, failingSince: since, reason: json["reason"]?.string ?? "")
    }

    package var encoded: [UInt8] {
        let json: JSON = [
            "name": .string(name), "level": .number(level), "failingSince": .string(failingSince.description),
            "reason": .string(reason),
        ]
        return json.encoded()
    }
}

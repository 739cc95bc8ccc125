internal import Destinations
package import Leads
package import OrderedJSON
internal import Reports
internal import Views

/// Adds a destination, or sets an existing one anew.
package struct DestinationAdd: Act {
    package static let name = "destination-add"

    let destination: String
    let kind: String
    let settings: [String: String]
    let secrets: [String: String]
    let reason: String?

    package init(_ settings: DestinationSettings, reason: String?) {
        destination = settings.name
        kind = settings.kind.rawValue
        self.settings = settings.settings
        secrets = settings.secrets.mapValues(\.description)
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let settings = try DestinationSettings(name: destination, kind: kind, settings: settings, secrets: secrets)
        try Adapters.check(settings)
        let existing = try await home.snapshot().views.destinations.first {
            $0.state != .removed && $0.name == destination
        }
        if let existing, existing.settings.kind != settings.kind {
            throw DestinationSettingsError(
                key: "kind", problem: "cannot change while the destination exists",
                allowed: "remove \(settings.name) and add it again, or add it under another name")
        }
        if let existing, existing.settings.takesEveryAction != settings.takesEveryAction {
            throw DestinationSettingsError(
                key: "mode", problem: "cannot change while the destination exists",
                allowed: "remove \(settings.name) and add it again, or add it under another name")
        }
        try await home.append(.destinationChanged, DestinationEvent.changed(settings, reason: reason))
        guard case .object(let members) = settings.json else { return .null }
        return .object(members + [JSON.Member("added", .bool(existing == nil))])
    }
}

/// Holds a destination's leads, or lets them go on.
package struct DestinationHold: Act {
    package static let name = "destination-hold"

    let destination: String
    let isPause: Bool
    let reason: String?
    let isDryRun: Bool

    package init(_ destination: String, isPause: Bool, reason: String?, isDryRun: Bool) {
        self.destination = destination
        self.isPause = isPause
        self.reason = reason
        self.isDryRun = isDryRun
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let snapshot = try await home.snapshot()
        let found = try Home.destination(destination, of: snapshot)
        let isChanged = found.state == (isPause ? .active : .paused)
        if isChanged && !isDryRun {
            try await home.append(
                isPause ? .destinationPaused : .destinationResumed,
                DestinationEvent.stated(destination, reason: reason ?? (isPause ? "paused by a person" : nil)))
        }
        return [
            "name": .string(destination), "state": .string(isPause ? "paused" : "active"),
            "changed": .bool(isChanged), "count": .number(try snapshot.views.openDeliveries(of: found.number)),
            "dryRun": .bool(isDryRun),
        ]
    }
}

/// Removes a destination; what was sent there stays in the audit.
package struct DestinationRemove: Act {
    package static let name = "destination-remove"

    let destination: String
    let reason: String?
    let isDryRun: Bool

    package init(_ destination: String, reason: String?, isDryRun: Bool) {
        self.destination = destination
        self.reason = reason
        self.isDryRun = isDryRun
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let snapshot = try await home.snapshot()
        let found = try Home.destination(destination, of: snapshot)
        if !isDryRun {
            try await home.append(.destinationChanged, DestinationEvent.removed(destination, reason: reason))
        }
        return [
            "name": .string(destination), "state": .string("removed"),
            "count": .number(try snapshot.views.openDeliveries(of: found.number)), "dryRun": .bool(isDryRun),
        ]
    }
}

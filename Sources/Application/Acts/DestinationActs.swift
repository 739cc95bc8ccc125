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

/// Holds a destination's leads.
package struct DestinationPause: Act {
    package static let name = "destination-pause"

    let destination: String
    let reason: String?

    package init(_ destination: String, reason: String?) {
        self.destination = destination
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let isChanged = try await home.destination(destination).state == .active
        if isChanged {
            try await home.append(
                .destinationPaused, DestinationEvent.stated(destination, reason: reason ?? "paused by a person"))
        }
        return ["name": .string(destination), "state": .string("paused"), "changed": .bool(isChanged)]
    }
}

/// Lets a paused destination go on.
package struct DestinationResume: Act {
    package static let name = "destination-resume"

    let destination: String
    let reason: String?

    package init(_ destination: String, reason: String?) {
        self.destination = destination
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let isChanged = try await home.destination(destination).state == .paused
        if isChanged {
            try await home.append(.destinationResumed, DestinationEvent.stated(destination, reason: reason))
        }
        return ["name": .string(destination), "state": .string("active"), "changed": .bool(isChanged)]
    }
}

/// Removes a destination; what was sent there stays in the audit.
package struct DestinationRemove: Act {
    package static let name = "destination-remove"

    let destination: String
    let reason: String?

    package init(_ destination: String, reason: String?) {
        self.destination = destination
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        _ = try await home.destination(destination)
        try await home.append(.destinationChanged, DestinationEvent.removed(destination, reason: reason))
        return ["name": .string(destination), "state": .string("removed")]
    }
}

extension OpenHome {
    fileprivate func destination(_ name: String) async throws -> Destination {
        try Home.destination(name, of: try await snapshot())
    }
}

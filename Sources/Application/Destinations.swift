package import Delivery
package import Leads
internal import Ledger
package import OrderedJSON
internal import Reports
package import Views

/// What people do to destinations. Each act is an event with its reason.
extension Home {
    package struct UnknownDestination: Error, CustomStringConvertible {
        package let description: String
    }

    /// The destinations that are not removed.
    package func destinations() async throws -> [Destination] {
        try await snapshot().views.destinations.filter { $0.state != .removed }
    }

    package func destination(_ name: String) async throws -> Destination {
        let all = try await destinations()
        guard let destination = all.first(where: { $0.name == name }) else {
            let known = all.isEmpty ? "There is none yet" : "There are: " + all.map(\.name).joined(separator: ", ")
            throw UnknownDestination(description: "there is no destination \(name). \(known)")
        }
        return destination
    }

    /// Adds a destination or sets it anew; returns whether it was added.
    package func setDestination(_ settings: DestinationSettings, reason: String?) async throws -> Bool {
        try HTTPSDestination.check(settings)
        let existing = try await destinations().first { $0.name == settings.name }
        if let existing, existing.settings.https.mode != settings.https.mode {
            throw DestinationSettingsError(
                key: "mode", problem: "cannot change while the destination exists",
                allowed: "remove \(settings.name) and add it again, or add it under another name")
        }
        try await append(.destinationChanged, DestinationEvent.changed(settings, reason: reason))
        return existing == nil
    }

    /// Returns `false` when it was paused already.
    package func pauseDestination(_ name: String, reason: String?) async throws -> Bool {
        guard try await destination(name).state == .active else { return false }
        try await append(
            .destinationPaused, DestinationEvent.stated(name, reason: reason ?? "paused by a person"))
        return true
    }

    /// Returns `false` when it was not paused.
    package func resumeDestination(_ name: String, reason: String?) async throws -> Bool {
        guard try await destination(name).state == .paused else { return false }
        try await append(.destinationResumed, DestinationEvent.stated(name, reason: reason))
        return true
    }

    package func removeDestination(_ name: String, reason: String?) async throws {
        _ = try await destination(name)
        try await append(.destinationChanged, DestinationEvent.removed(name, reason: reason))
    }

    private func append(_ type: EventType, _ detail: [UInt8]) async throws {
        let event = NewEvent(
            type: type, identity: .none, content: detail, subject: .none, actor: "operator", detail: detail)
        _ = try await write { writer in try await writer.append(event) }
    }

    /// Runs the delivery workers in this process.
    package func deliver(
        once: Bool, told: @escaping @Sendable (String, Outcome) -> Void
    ) async throws -> DeliveryCounts {
        try await write { writer in
            try await writeViews { views in
                try await Reconciler(
                    writer: writer, views: views, files: files, policy: policy, clock: clock, isCancelled: isCancelled
                ).run(once: once, told: told)
            }
        }
    }
}

extension Destination {
    package var json: JSON {
        guard case .object(let members) = settings.json else { return .null }
        return .object(
            members + [
                JSON.Member("state", .string(state.rawValue)), JSON.Member("reason", .optional(reason)),
            ])
    }
}

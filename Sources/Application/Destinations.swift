package import Delivery
internal import Leads
internal import Ledger
package import OrderedJSON
package import Reports
package import Views

/// The destinations of a home, and the workers that bring them up to date.
extension Home {
    /// The destinations that are not removed.
    package func destinations() async throws -> [Destination] {
        try await snapshot().views.destinations.filter { $0.state != .removed }
    }

    package func destination(_ name: String) async throws -> Destination {
        try Self.destination(name, of: try await snapshot())
    }

    /// The destinations that are not removed, each with how many of its deliveries wait.
    package func destinationOverview() async throws -> [(destination: Destination, counts: DeliveryTally.Counts)] {
        let views = try await snapshot().views
        let tally = try DeliveryTally(views)
        return views.destinations.filter { $0.state != .removed }.map { ($0, tally[$0]) }
    }

    /// How many deliveries of a destination wait.
    package func counts(of name: String) async throws -> DeliveryTally.Counts {
        let snapshot = try await snapshot()
        return try DeliveryTally(snapshot.views)[Self.destination(name, of: snapshot)]
    }

    static func destination(_ name: String, of snapshot: Snapshot) throws -> Destination {
        let all = snapshot.views.destinations.filter { $0.state != .removed }
        guard let destination = all.first(where: { $0.name == name }) else {
            throw ActFailure(AccessName.unknown("destination", name, all.map(\.name)))
        }
        return destination
    }

    /// Runs the delivery workers in this process.
    /// - Parameter once: ends when nothing is due any more; otherwise when cancelled.
    /// - Throws: `ActFailure` where a service has the home open, for that delivers by itself.
    package func deliver(once: Bool) async throws -> DeliveryCounts {
        do {
            return try await work(once: once)
        } catch LedgerError.writerAtWork where FileBytes.exists(files.controlSocket) {
            throw ActFailure("a service has this home open and delivers by itself; nothing is to be done")
        }
    }

    private func work(once: Bool) async throws -> DeliveryCounts {
        try await write { writer in
            let sender = try AlertSender(settings, ledger: writer.id, clock: clock)
            let (alerts, alert) = AsyncStream<DestinationAlert>.makeStream(bufferingPolicy: .bufferingNewest(1_000))
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await alert in alerts {
                        if !alert.isPaused {
                            notice(
                                "destination \(alert.destination) keeps failing (\(alert.level) % of the time after "
                                    + "which it is paused): \(alert.reason)")
                        }
                        if let why = await sender?.send(alert) { notice("an alert did not arrive: \(why)") }
                    }
                }
                let counts = try await writeViews { views in
                    let reconciler = Reconciler(
                        writer: writer, views: views, files: files, policy: policy, clock: clock,
                        alert: { alert.yield($0) }, isCancelled: isCancelled)
                    if once { return try await reconciler.runOnce() }
                    return try await reconciler.supervise {
                        notice("the worker of \($0) failed and is started again: \($1)")
                    }
                }
                alert.finish()
                try await group.waitForAll()
                return counts
            }
        }
    }
}

extension Destination {
    /// The destination as it is listed and shown.
    package func json(_ counts: DeliveryTally.Counts) -> JSON {
        guard case .object(let members) = settings.json else { return .null }
        return .object(
            members + [
                JSON.Member("state", .string(state.rawValue)), JSON.Member("reason", .optional(reason)),
                JSON.Member("open", .number(counts.open)), JSON.Member("held", .number(counts.held)),
                JSON.Member("parked", .number(counts.parked)), JSON.Member("unknown", .number(counts.unknown)),
            ])
    }
}

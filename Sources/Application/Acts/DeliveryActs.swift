package import Leads
internal import Ledger
package import OrderedJSON
internal import Reports
internal import Views

/// Tries deliveries again that failed, were parked or are unknown, or sends delivered ones once more.
package struct DeliveryRelease: Act {
    package static let name = "delivery-release"

    /// Which deliveries are meant.
    package struct Selection: Codable, Sendable {
        /// By their names, `dlv_…`.
        package var deliveries: [String] = []
        /// Or all that are parked, of one destination or of all, those whose reason holds a text.
        package var isAllParked = false
        package var destination: String?
        package var parkedFor: String?

        package init() {}
    }

    let release: String
    let selection: Selection
    let reason: String?
    let isDryRun: Bool

    package init(_ release: Delivery.Release, _ selection: Selection, reason: String?, isDryRun: Bool) {
        self.release = release.rawValue
        self.selection = selection
        self.reason = reason
        self.isDryRun = isDryRun
    }

    /// Events appended at once.
    private static let chunk = 1_000
    /// Deliveries that are listed among the skipped; the others are counted.
    private static let shown = 20

    package func perform(on home: OpenHome) async throws -> JSON {
        guard let release = Delivery.Release(rawValue: release) else { throw ActFailure("there is no verb \(release)") }
        let snapshot = try await home.snapshot()
        var events: [NewEvent] = []
        var skipped: [JSON] = []
        var skippedCount = 0
        var paused: Set<String> = []
        try eachSelected(snapshot) { row in
            guard let destination = snapshot.views.destinations.first(where: { $0.number == row.destination }) else {
                return
            }
            guard destination.state != .removed, row.delivery.takes(release) else {
                skippedCount += 1
                guard skipped.count < Self.shown else { return }
                let state = destination.state == .removed ? "destination removed" : row.delivery.state.name
                skipped.append([
                    "delivery": .string(snapshot.deliveryID(row.key)), "state": .string(state),
                    "reason": .optional(row.delivery.reason),
                ])
                return
            }
            if destination.state == .paused { paused.insert(destination.name) }
            let detail = ReleaseDetail(
                destination: destination.number, name: destination.name,
                action: destination.takesEveryAction ? row.key & 0xffff_ffff : 0, release: release, reason: reason)
            events.append(
                NewEvent(
                    type: .deliveryReleased, identity: .none, content: detail.encoded,
                    subject: .existing(row.lead >> 32), offer: try snapshot.ledger.text(row.lead & 0xffff_ffff),
                    actor: "operator", detail: detail.encoded))
        }
        if !isDryRun {
            for start in stride(from: 0, to: events.count, by: Self.chunk) {
                let answers = try await home.writer.append(
                    Array(events[start..<min(start + Self.chunk, events.count)]))
                if let last = answers.compactMap(\.receipt).last { await home.appended(last.seq) }
            }
        }
        return [
            "verb": .string(release.rawValue), "count": .number(events.count), "skipped": .number(skippedCount),
            "skippedDeliveries": .array(skipped), "paused": .array(paused.sorted().map { .string($0) }),
            "dryRun": .bool(isDryRun),
        ]
    }

    private func eachSelected(_ snapshot: Snapshot, _ body: (DeliveryRow) throws -> Void) throws {
        for name in selection.deliveries {
            guard let key = snapshot.deliveryKey(name), let row = try snapshot.views.delivery(key) else {
                throw ActFailure(
                    "\(name) is no delivery of this ledger. Nothing was changed. Look: leadledger deliveries")
            }
            try body(row)
        }
        guard selection.isAllParked else { return }
        let destination = try selection.destination.map { try Home.destination($0, of: snapshot).number }
        try snapshot.views.deliveries(destination: destination) { row in
            guard row.delivery.state == .parked else { return true }
            let isMeant = selection.parkedFor.map { text in
                (row.delivery.reason ?? "").lowercased().contains(text.lowercased())
            }
            if isMeant ?? true { try body(row) }
            return true
        }
    }
}

/// Sends leads of one destination once more (replay), or sends it leads that its setting `since` left out (backfill).
package struct DeliveryReplay: Act {
    package static let name = "delivery-replay"

    let kind: String
    let destination: String
    let since: Int64?
    let reason: String?
    let isDryRun: Bool

    /// - Parameter since: leads whose latest action is older are left alone; `nil` for all.
    package init(
        _ kind: ReplayKind, destination: String, since: Instant?, reason: String?, isDryRun: Bool
    ) {
        self.kind = kind.rawValue
        self.destination = destination
        self.since = since?.micros
        self.reason = reason
        self.isDryRun = isDryRun
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        guard let kind = ReplayDetail.Kind(rawValue: kind) else { throw ActFailure("there is no verb \(kind)") }
        let snapshot = try await home.snapshot()
        let found = try Home.destination(destination, of: snapshot)
        let since = since.map { Instant(micros: $0) }
        let count = try count(kind, found, since, snapshot)
        // A replay of nothing is no event; a backfill says for good from when on leads are wanted.
        if !isDryRun, count > 0 || kind == .backfill {
            let detail = ReplayDetail(name: destination, kind: kind, since: since, reason: reason)
            try await home.append(.replayRequested, detail.encoded)
        }
        return [
            "name": .string(destination), "verb": .string(kind.rawValue), "since": .optional(since?.description),
            "count": .number(count), "dryRun": .bool(isDryRun), "state": .string(found.state.rawValue),
        ]
    }

    private func count(
        _ kind: ReplayDetail.Kind, _ destination: Destination, _ since: Instant?, _ snapshot: Snapshot
    ) throws -> Int {
        let events = try snapshot.views.events()
        var count = 0
        try snapshot.views.deliveries(destination: destination.number) { row in
            let isMeant =
                switch kind {
                case .replay: row.delivery.state != .suppressed
                case .backfill: row.delivery.reason == "filtered: \(DestinationFilter.Exclusion.since.rawValue)"
                }
            guard isMeant else { return true }
            let unit = row.key & 0xffff_ffff
            let at =
                destination.takesEveryAction
                ? (1...Int64(events.count) ~= unit ? events[unit].occurredAt : .min)
                : try snapshot.views.lead(row.lead)?.lead.latest.at ?? .min
            if since.map({ $0.micros <= at }) ?? true { count += 1 }
            return true
        }
        return count
    }
}

/// The two ways in which many leads are sent to one destination.
package enum ReplayKind: String, Sendable {
    case replay, backfill
}

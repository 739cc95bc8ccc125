internal import Leads
internal import Ledger
internal import Reports
internal import Service
internal import Synchronization
internal import Views

/// How a service is doing, for those who watch it.
struct ServingStatus: Sendable {
    let writer: LedgerWriter
    let head: FoldedHead
    let files: LedgerFiles
    let policy: Policy
    let clock: @Sendable () -> Instant
    private let opened = OpenedFigures()

    init(
        writer: LedgerWriter, head: FoldedHead, files: LedgerFiles, policy: Policy,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.writer = writer
        self.head = head
        self.files = files
        self.policy = policy
        self.clock = clock
    }

    /// The writer refuses to open a ledger whose commits would not last.
    var now: ServiceStatus {
        ServiceStatus(events: writer.lastSeq, folded: head.seq, synchronous: "full")
    }

    /// What Prometheus is told beside the service's own figures. Opens the views, so not for threads that serve.
    var metrics: [Metrics.Family] {
        let (events, folded) = (writer.lastSeq, head.seq)
        var families = [
            Self.gauge("leadledger_ledger_events", "Events in the ledger.", [.init("", [], Double(events))]),
            Self.gauge("leadledger_views_seq", "The last event in the views.", [.init("", [], Double(folded))]),
            Self.gauge(
                "leadledger_views_lag_events", "Events that the views lack.",
                [.init("", [], Double(max(0, events - folded)))]),
        ]
        families += opened.families {
            guard let views = try? ViewsReader(files: files, ledger: writer.id, policy: policy) else { return [] }
            return ((try? Self.senders(views, clock())) ?? []) + Self.destinations(views)
        }
        return families
    }

    /// Endpoints, sources and offers that a figure each is told of; the rest would be more than anybody watches.
    private static let shown = 1_000

    /// Endpoints and sources come first, so that no number of made-up offers can push them out. Of offers only those
    /// that an endpoint or a source is set to, or that are written as Partner Center writes them: anything else is what
    /// a sender wrote into the field, and the figures need no key.
    private static func senders(_ views: ViewsReader, _ now: Instant) throws -> [Metrics.Family] {
        let endpoints = views.access.endpoints.filter { $0.revokedAt == nil }.map(\.offer)
        let sources = views.sources.active.compactMap { $0.settings.settings["offer"] }
        let offers = Set((endpoints + sources).map { ExactText($0) })
        let all = try HeartbeatList(views, now: now).heartbeats
        let heartbeats =
            (all.filter { $0.kind != .offer }
            + all.filter { $0.kind == .offer && (offers.contains(ExactText($0.name)) || isOfferName($0.name)) }).prefix(
                shown)
        func samples(_ value: (Heartbeat) -> Double) -> [Metrics.Sample] {
            heartbeats.map { .init("", [("kind", $0.kind.rawValue), ("name", $0.name)], value($0)) }
        }
        return [
            gauge(
                "leadledger_silence_seconds", "Since when nothing came from an offer, endpoint or source.",
                samples { Double($0.silence(at: now).micros) / 1_000_000 }),
            gauge(
                "leadledger_silent", "1 when it has been silent for far longer than its own habit.",
                samples { $0.isSilent(at: now) ? 1 : 0 }),
        ]
    }

    /// `publisher.offer`, each of letters, digits, `-` and `_`, at most 50 of them
    /// (https://learn.microsoft.com/partner-center/marketplace-offers, "Offer ID").
    private static func isOfferName(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                (1...50).contains(part.utf8.count)
                    && part.utf8.allSatisfy { byte in
                        (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || (0x30...0x39).contains(byte)
                            || byte == 0x2d || byte == 0x5f
                    }
            }
    }

    private static func destinations(_ views: ViewsReader) -> [Metrics.Family] {
        let destinations = views.destinations.filter { $0.state != .removed }
        return [
            gauge(
                "leadledger_destination_paused", "1 when a destination is paused and its leads are held.",
                destinations.map { .init("", [("destination", $0.name)], $0.state == .paused ? 1 : 0) }),
            gauge(
                "leadledger_destination_alert_level",
                "How far a destination that keeps failing is on the way to being paused, in percent.",
                destinations.map { .init("", [("destination", $0.name)], Double($0.alerted)) }),
            gauge(
                "leadledger_deliveries_open", "Deliveries that are still to be made.",
                destinations.map {
                    .init("", [("destination", $0.name)], Double((try? views.openDeliveries(of: $0.number)) ?? 0))
                }),
        ]
    }

    private static func gauge(_ name: String, _ help: String, _ samples: [Metrics.Sample]) -> Metrics.Family {
        Metrics.Family(name, .gauge, help, samples)
    }
}

/// Figures that files are opened for, at most once a second however often they are asked for.
private final class OpenedFigures: Sendable {
    private let last = Mutex<(at: ContinuousClock.Instant, families: [Metrics.Family])?>(nil)

    func families(_ read: () -> [Metrics.Family]) -> [Metrics.Family] {
        last.withLock { last in
            if let last, .now - last.at < .seconds(1) { return last.families }
            let families = read()
            last = (.now, families)
            return families
        }
    }
}

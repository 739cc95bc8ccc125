import Delivery
import Destinations
import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Simulators
import Synchronization
import Views

/// A home whose leads are delivered to simulated systems by the real workers.
final class DeliveryHome: Sendable {
    let files: LedgerFiles
    let clock: TestClock
    let writer: LedgerWriter
    let views: ViewsWriter
    private let alerted = Mutex<[DestinationAlert]>([])
    private let stopped = Mutex(false)

    fileprivate init(_ home: TemporaryHome, _ writer: LedgerWriter, _ views: ViewsWriter) {
        files = home.files
        clock = home.clock
        self.writer = writer
        self.views = views
    }

    var alerts: [DestinationAlert] { alerted.withLock { $0 } }

    /// Ends workers that go on.
    func stop() { stopped.withLock { $0 = true } }

    func add(_ name: String, kind: String = "https", _ settings: [String: String]) async throws {
        let settings = try DestinationSettings(
            name: name, kind: kind, settings: settings.merging(["allow-private": "true"]) { $1 }, secrets: [:])
        try await append(.destinationChanged, DestinationEvent.changed(settings))
    }

    func append(_ type: EventType, _ detail: [UInt8]) async throws {
        _ = try await writer.append(
            NewEvent(type: type, identity: .none, content: detail, subject: .none, actor: "test", detail: detail))
    }

    /// One lead each of so many customers.
    func leads(_ count: Int, action: String = "INS", offer: String = "contoso.app") async throws {
        _ = try await writer.append(
            (0..<count).map { .action(action, email: "c\($0)@example.com", offer: offer) })
    }

    var reconciler: Reconciler {
        let clock = clock
        return Reconciler(
            writer: writer, views: views, files: files, policy: .september2018, clock: { clock.now },
            jitter: { 0.5 }, alert: { [self] alert in alerted.withLock { $0.append(alert) } },
            isCancelled: { [self] in stopped.withLock { $0 } })
    }

    /// Workers that go on until the home is told to stop.
    func running() -> Reconciler {
        stopped.withLock { $0 = false }
        return realTime
    }

    /// The same workers by the real clock, whose pace is what is measured.
    private var realTime: Reconciler {
        Reconciler(
            writer: writer, views: views, files: files, policy: .september2018, clock: SimulatedServer.clock,
            isCancelled: { [self] in stopped.withLock { $0 } })
    }

    /// Delivers by the real clock, for waits that a destination asks for.
    func deliverAsTimePasses() async throws -> DeliveryCounts { try await realTime.runOnce() }

    func deliver() async throws -> DeliveryCounts { try await reconciler.runOnce() }

    /// Delivers through an adapter of the test's own.
    func deliver(by adapter: any Adapter) async throws -> DeliveryCounts {
        let reconciler = Reconciler(
            writer: writer, views: views, files: files, policy: .september2018, clock: SimulatedServer.clock,
            adapter: { _ in adapter })
        return try await reconciler.runOnce()
    }

    /// The attempts so far, as the ledger has them.
    func attempts() throws -> [AttemptDetail] {
        let reader = try LedgerReader(files: files)
        var attempts: [AttemptDetail] = []
        try reader.scan(from: 1, to: try reader.head().size) { event, detail in
            guard event.type == EventType.deliveryAttempted.rawValue else { return }
            if let detail = AttemptDetail(try detail()) { attempts.append(detail) }
        }
        return attempts
    }

    func events(_ type: EventType) throws -> Int {
        let reader = try LedgerReader(files: files)
        var count = 0
        try reader.scan(from: 1, to: try reader.head().size) { event, _ in
            if event.type == type.rawValue { count += 1 }
        }
        return count
    }
}

/// Runs `body` with a home, and closes it.
func withDeliveryHome(_ body: (DeliveryHome) async throws -> Void) async throws {
    let home = try TemporaryHome()
    try await home.withWriter { writer in
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        do {
            try await body(DeliveryHome(home, writer, views))
            try await views.close()
        } catch {
            try? await views.close()
            throw error
        }
    }
}

/// Runs `body` against simulated endpoints, at their addresses.
func withEndpoints(
    _ count: Int = 1, _ body: @escaping @Sendable ([(url: String, arrivals: Arrivals)]) async throws -> Void
) async throws {
    let arrivals = try (0..<count).map { _ in try Arrivals() }
    let (started, start) = AsyncStream<(Int, Int)>.makeStream()
    try await withThrowingTaskGroup { group in
        for (index, arrivals) in arrivals.enumerated() {
            let server = SimulatedServer(HTTPSEndpoint(signature: nil), arrivals: arrivals)
            group.addTask { try await server.run { start.yield((index, $0)) } }
        }
        var ports: [Int: Int] = [:]
        for await (index, port) in started {
            ports[index] = port
            if ports.count == count { break }
        }
        try await body(arrivals.enumerated().map { ("http://127.0.0.1:\(ports[$0.offset] ?? 0)/leads", $0.element) })
        group.cancelAll()
        // Being broken off is how the servers end here.
        while let result = await group.nextResult() { _ = result }
    }
}

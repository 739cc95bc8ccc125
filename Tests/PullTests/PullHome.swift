import Foundation
import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Outbound
import Pull
import Simulators
import Synchronization
import Views

/// A home, a table service over a real socket, and one source between them; time stands still until a test moves it.
final class PullHome: Sendable {
    let writer: LedgerWriter
    let clock: TestClock
    let service: AzureTableService
    let arrivals: Arrivals
    let port: Int
    private let files: LedgerFiles
    private let state = Mutex(State())

    private struct State {
        var sources = PullSources()
        /// What was handed to the ledger, batch by batch.
        var batches: [[NewEvent]] = []
        var pauses: [Span] = []
        /// Batches after which the ledger fails.
        var batchLimit = Int.max
    }

    struct LedgerIsGone: Error {}

    static let account = "leadledgertest"
    static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

    fileprivate init(
        home: TemporaryHome, writer: LedgerWriter, service: AzureTableService, arrivals: Arrivals, port: Int
    ) {
        files = home.files
        clock = home.clock
        self.writer = writer
        self.service = service
        self.arrivals = arrivals
        self.port = port
        set([])
    }

    var source: PullSource { state.withLock { $0.sources.active[0] } }
    var sources: [PullSource] { state.withLock { $0.sources.active } }
    var batches: [[NewEvent]] { state.withLock(\.batches) }
    var pauses: [Span] { state.withLock(\.pauses) }
    var events: [NewEvent] { batches.flatMap(\.self) }

    /// Sets the source anew.
    func set(
        _ settings: [String], secret: String = "account-key=env:KEY", name: String = "table"
    ) {
        let base = ["endpoint=http://127.0.0.1:\(port)/\(Self.account)", "allow-private=true", "timeout=20s"]
        let account = secret.hasPrefix("account-key") ? ["account=\(Self.account)"] : []
        let read = try! SourceSettings(
            name: name, kind: "azure-table", set: base + account + settings, secret: [secret])
        let detail = SourceEvent.changed(PullSettings(read), reason: nil)
        state.withLock { $0.sources.evolve(.sourceChanged, at: clock.now, detail: detail) }
    }

    func remove(_ name: String) {
        let detail = SourceEvent.removed(name, reason: nil)
        state.withLock { $0.sources.evolve(.sourceChanged, at: clock.now, detail: detail) }
    }

    /// From the next batch on the ledger takes `count` more.
    func failAppends(after count: Int) { state.withLock { $0.batchLimit = $0.batches.count + count } }

    var append: @Sendable ([NewEvent]) async throws -> [Appended] {
        { [self] events in
            try state.withLock { state in
                guard state.batches.count < state.batchLimit else { throw LedgerIsGone() }
                state.batches.append(events)
            }
            let answers = try await writer.append(events)
            for event in events where event.type == .sourcePulled {
                state.withLock { $0.sources.evolve(.sourcePulled, at: clock.now, detail: event.detail ?? []) }
            }
            return answers
        }
    }

    func table(secret value: String = PullHome.key) throws -> TableSource {
        try TableSource(
            source: source, secrets: SecretReader { $0 == "KEY" ? value : nil }, append: append,
            clock: { [clock] in clock.now }, rules: .plain,
            pause: { [self] span in state.withLock { $0.pauses.append(span) } }, jitter: { 0.5 })
    }

    func pull() async throws -> PullCounts { try await table().pull() }

    /// A row as the marketplace writes it.
    func put(
        _ row: String, partition: String = "p", at timestamp: Instant? = nil, action: String = "INS",
        product: String? = "contoso.app", more: [JSON.Member] = []
    ) async {
        let info = #"{"FirstName":"Ada","Email":"\#(row)@example.com","Country":"US"}"#
        var properties = [
            JSON.Member("LeadSource", .string("AzureMarketplace")), JSON.Member("ActionCode", .string(action)),
            JSON.Member("CustomerInfo", .string(info)),
        ]
        if let product { properties.append(JSON.Member("ProductId", .string(product))) }
        await put(row, partition: partition, at: timestamp, properties: properties + more)
    }

    func put(_ row: String, partition: String = "p", at timestamp: Instant? = nil, properties: [JSON.Member]) async {
        await service.put(
            AzureTableRow(
                partitionKey: partition, rowKey: row, timestamp: timestamp ?? clock.now, properties: properties),
            in: "marketplaceleads")
    }

    /// The queries that came, decoded.
    func queries() async throws -> [String] {
        try await arrivals.log.split(separator: 0x0a).compactMap {
            try JSON.parse($0)["query"]?.string?.removingPercentEncoding
        }
    }

    /// How many events of each kind the ledger holds.
    func recorded(_ type: EventType) throws -> Int { try stored(type).count }

    func stored(_ type: EventType) throws -> [StoredEvent] {
        let reader = try LedgerReader(files: files)
        return try (1...max(1, reader.head().size)).compactMap { try reader.event($0) }.filter { $0.eventType == type }
    }

    /// What was kept of an event, unsealed.
    func body(of event: StoredEvent) throws -> String {
        String(decoding: try LedgerReader(files: files).body(of: event) ?? [], as: UTF8.self)
    }
}

/// Runs `body` with a home and a table service, and ends both.
func withPullHome(
    paging: AzureTableService.Paging = .init(), _ body: (PullHome) async throws -> Void
) async throws {
    let home = try TemporaryHome()
    try await home.withWriter { writer in
        let service = AzureTableService(
            account: PullHome.account, key: PullHome.key, tables: ["marketplaceleads"], paging: paging)!
        let arrivals = try Arrivals()
        let clock = home.clock
        let server = SimulatedServer(service, arrivals: arrivals, now: { clock.now })
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run { port.yield($0) } }
            for await port in ports {
                try await body(
                    PullHome(home: home, writer: writer, service: service, arrivals: arrivals, port: port))
                break
            }
            group.cancelAll()
            // Being broken off is how the server ends here.
            while let result = await group.nextResult() { _ = result }
        }
    }
}

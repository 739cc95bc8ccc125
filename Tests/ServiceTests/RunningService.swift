import Intake
import Leads
import Ledger
import LedgerTestKit
import Logging
import ServiceLifecycle
import Synchronization
import Views

@testable import Service

/// A service on a free port of loopback over a home of one test's own, with an endpoint and a key of each scope.
struct RunningService: Sendable {
    let base: String
    let port: Int
    let gate: AccessGate
    let metrics: Metrics
    let service: LeadService
    let lines: LogLines
    let home: SharedHome
    let token: String
    let keys: [Scope: String]

    /// Hands a service to `body`, and ends it gracefully afterwards.
    /// - Parameter append: stands in for the writer's, which it is given.
    static func run<Result: Sendable>(
        _ home: SharedHome? = nil, settings: ServiceSettings = .init(),
        append: (@Sendable (LedgerWriter, [NewEvent]) async throws -> [Appended])? = nil,
        _ body: @Sendable (RunningService) async throws -> Result
    ) async throws -> Result {
        let home = try home ?? SharedHome()
        let writer = try home.writer()
        do {
            let result = try await run(home, settings, writer, append ?? { try await $0.append($1) }, body)
            try await writer.close()
            return result
        } catch {
            try? await writer.close()
            throw error
        }
    }

    private static func run<Result: Sendable>(
        _ home: SharedHome, _ settings: ServiceSettings, _ writer: LedgerWriter,
        _ append: @escaping @Sendable (LedgerWriter, [NewEvent]) async throws -> [Appended],
        _ body: @Sendable (RunningService) async throws -> Result
    ) async throws -> Result {
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        var settings = settings
        settings.port = 0
        settings.lingerTime = min(settings.lingerTime, 100 * .millisecond)
        let lines = LogLines()
        let gate = AccessGate(home.access)
        let metrics = Metrics()
        let files = home.files
        let service = try LeadService(
            settings: settings, files: files,
            policies: { name in
                guard let policy = Policy.builtIn.first(where: { $0.name == name }) else { throw NoSuchPolicy() }
                return policy
            },
            policy: .september2018, ledger: writer.id, append: { try await append(writer, $0) }, gate: gate,
            folded: { _ in _ = try? await views.catchUp() },
            status: { ServiceStatus(events: (try? LedgerReader(files: files).head().size) ?? -1, folded: 0) },
            metrics: metrics, clock: home.clock,
            logger: Logger(label: "test") { _ in LogRecorder(lines: lines) })
        let (bases, found) = AsyncStream<String>.makeStream()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service.application { found.yield($0) })],
                logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }))
        let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { found.finish() }
                try await group.run()
            }
            var iterator = bases.makeAsyncIterator()
            guard let base = await iterator.next() else {
                try await tasks.waitForAll()
                throw NoSuchService()
            }
            let port = Int(base.split(separator: ":").last ?? "") ?? 0
            let running = RunningService(
                base: base, port: port, gate: gate, metrics: metrics, service: service, lines: lines, home: home,
                token: home.token, keys: home.keys)
            do {
                let result = try await body(running)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
        try await views.close()
        return result
    }

    func events() throws -> Int64 { try LedgerReader(files: home.files).head().size }
}

struct NoSuchPolicy: Error {}

/// The service ended before it took connections.
struct NoSuchService: Error {}

extension Span {
    static let millisecond = Span(micros: 1_000)
}

/// A home that several services may have one after the other.
final class SharedHome: @unchecked Sendable {
    private let home: TemporaryHome
    let files: LedgerFiles
    let clock: @Sendable () -> Instant
    private(set) var access = Access()
    let token: String
    let keys: [Scope: String]
    let tokens: [Scope: AccessToken]

    init() throws {
        home = try TemporaryHome()
        files = home.files
        let clock = home.clock
        self.clock = { clock.now }
        var random = RandomBytes()
        let endpoint = AccessToken.make(.endpoint, random: &random)
        token = endpoint.text
        access.evolve(
            .endpointAdded, at: clock.now,
            detail: AccessEvent.endpointAdded(endpoint, name: "shop", offer: "contoso.app", reason: nil))
        var tokens: [Scope: AccessToken] = [:]
        for scope in Scope.allCases {
            let key = AccessToken.make(.key, random: &random)
            tokens[scope] = key
            access.evolve(
                .keyCreated, at: clock.now,
                detail: AccessEvent.keyCreated(key, name: scope.rawValue, scope: scope, reason: nil))
        }
        self.tokens = tokens
        keys = tokens.mapValues(\.text)
    }

    func writer() throws -> LedgerWriter { try home.writer() }

    func deleteViews() { home.deleteDatabase("views.db") }
}

/// What was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct LogRecorder: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level) \(event.message) \(event.metadata ?? [:])") }
}

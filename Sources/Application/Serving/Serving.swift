internal import Delivery
internal import Leads
internal import Ledger
package import Logging
internal import Outbound
internal import Pull
internal import Reports
internal import Service
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals
internal import Views

/// A home put to work: intake, API, folds, sources and delivery in one process.
package struct Serving: Sendable {
    private let home: Home
    private let settings: Settings
    private let logger: Logger

    package init(home: Home, settings: Settings, logger: Logger) {
        self.home = home
        self.settings = settings
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, answers what was accepted, and closes the files.
    /// - Parameter ready: told the service's URL once it accepts requests.
    package func run(ready: @escaping @Sendable (String) -> Void) async throws {
        try await home.write { writer in
            try await home.writeViews { views in try await serve(writer, views, ready) }
        }
    }

    private func serve(
        _ writer: LedgerWriter, _ views: ViewsWriter, _ ready: @escaping @Sendable (String) -> Void
    ) async throws {
        let gate = AccessGate()
        // Endpoints must be known before the first lead comes, however long the views take to fold.
        gate.replace(with: try Self.access(home))
        let head = FoldedHead()
        let files = home.files
        let url = Mutex(settings.servedURL)
        let ending = StopFlag()
        var owner = home
        // An act that takes long must not hold up the end: what it recorded stays, and it is run again for the rest.
        owner.isCancelled = { ending.isSet }
        let open = OpenHome(
            home: owner, writer: writer, views: { views }, servedURL: { url.withLock { $0 } },
            appended: { await head.wait(for: $0) })
        let metrics = Metrics()
        let status = ServingStatus(writer: writer, head: head, files: files, policy: home.policy, clock: home.clock)
        metrics.add { status.metrics }
        let health = SourceHealth()
        metrics.add { health.metrics }
        let service = try LeadService(
            settings: settings.service, files: files,
            policies: { try Policies.named($0, home: files.home) }, policy: home.policy, writer: writer, gate: gate,
            folded: { await head.wait(for: $0) }, status: { status.now }, metrics: metrics, clock: home.clock,
            logger: logger)
        let (alerts, alert) = AsyncStream<DestinationAlert>.makeStream(bufferingPolicy: .bufferingNewest(1_000))
        let sender = try AlertSender(settings, ledger: writer.id, clock: home.clock)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: FoldService(writer: writer, views: views, gate: gate, head: head, logger: logger),
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: AlertService(alerts: alerts, sender: sender, logger: logger)),
                    .init(
                        service: DeliveryService(home: home, writer: writer, views: views, logger: logger) {
                            alert.yield($0)
                        }),
                    .init(service: pull(writer, views, health)),
                    .init(service: ControlServer(files: files, home: open, logger: logger)),
                    .init(
                        service: service.application { running in
                            url.withLock { $0 = running }
                            ready(running)
                        }),
                    // The last of the list is the first that hears of the end.
                    .init(service: EndService(flag: ending)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "leadledger.services", factory: { _ in SwiftLogNoOpLogHandler() })))
        try await group.run()
    }

    /// Who may come in by what was recorded so far.
    private static func access(_ home: Home) throws -> Access {
        let ledger = try LedgerReader(files: home.files)
        let views = try? ViewsReader(files: home.files, ledger: ledger.id, policy: home.policy)
        return try Access.read(views: views, ledger: ledger)
    }

    private func pull(_ writer: LedgerWriter, _ views: ViewsWriter, _ health: SourceHealth) -> SourcesService {
        SourcesService(
            pull: PullService(
                sources: { await views.sources.active }, secrets: SecretReader(),
                append: { try await writer.append($0) }, clock: home.clock,
                pulled: { [logger] name, counts in
                    health.note(name, isFailing: false)
                    logger.debug(
                        "a source was read", metadata: ["source": "\(name)", "recorded": "\(counts.recorded)"])
                },
                failed: { [logger] name, why in
                    health.note(name, isFailing: true)
                    logger.warning("a source could not be read", metadata: ["source": "\(name)", "error": "\(why)"])
                }))
    }

}

extension Settings {
    /// What of the settings concerns the HTTP service.
    var service: ServiceSettings {
        var service = ServiceSettings()
        service.host = self[.host].text
        service.port = number(.port)
        service.certificateFile = text(.tlsCertificate)
        service.keyFile = text(.tlsKey)
        service.trustedProxies = list(.trustedProxies)
        service.duplicateWindow = span(.duplicateWindow)
        service.bodyLimit = number(.bodyLimit)
        service.connectionLimit = number(.connectionLimit)
        service.waitingLimit = number(.waitingLimit)
        service.requestsPerKey = number(.requestsPerKey)
        return service
    }
}

/// Says to what does not listen for it that the service ends.
private struct EndService: ServiceLifecycle.Service {
    let flag: StopFlag

    func run() async throws {
        try await gracefulShutdown()
        flag.set()
    }
}

internal import Delivery
internal import Leads
internal import Ledger
internal import Logging
internal import Pull
internal import ServiceLifecycle
internal import Views

/// The sources of a service.
struct SourcesService: ServiceLifecycle.Service {
    let pull: PullService

    func run() async throws { await cancelWhenGracefulShutdown { await pull.run() } }
}

/// The delivery workers of a service. What keeps them from working must not keep leads from being recorded: they are
/// begun again, until the service ends.
struct DeliveryService: ServiceLifecycle.Service {
    let home: Home
    let writer: LedgerWriter
    let views: ViewsWriter
    let logger: Logger
    let alert: @Sendable (DestinationAlert) -> Void

    func run() async throws {
        let stop = StopFlag()
        await withGracefulShutdownHandler {
            while !stop.isSet, !Task.isCancelled {
                do {
                    try await work(stop)
                } catch {
                    logger.error("delivery could not be begun", metadata: ["error": "\(error)"])
                    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pauseAfterFailure) }
                }
            }
        } onGracefulShutdown: {
            stop.set()
        }
    }

    private static let pauseAfterFailure = Duration.seconds(5)

    private func work(_ stop: StopFlag) async throws {
        _ = try await Reconciler(
            writer: writer, views: views, files: home.files, policy: home.policy, clock: home.clock, alert: alert,
            isCancelled: { stop.isSet || Task.isCancelled }
        ).supervise { [logger] destination, why in
            logger.error("a worker failed", metadata: ["destination": "\(destination)", "error": "\(why)"])
        }
    }
}

internal import HummingbirdCore
internal import Intake
package import Leads
package import Ledger
package import Logging
internal import Synchronization
internal import Views

/// The HTTP service of one home: takes leads and events in, and answers questions.
///
/// It owns no store. Events go to the writer it is given, questions open readers of their own on threads of their own;
/// what the rest of the process knows, it asks.
package final class LeadService: Sendable {
    let settings: ServiceSettings
    let files: LedgerFiles
    let policies: @Sendable (String) throws -> Policy
    let policy: Policy
    let gate: AccessGate
    let folded: @Sendable (Int64) async -> Void
    let status: @Sendable () -> ServiceStatus
    let metrics: Metrics
    let clock: @Sendable () -> Instant
    let logger: Logger

    let ids: PublicID
    let appends: AppendLine
    let offers: OfferNumbers
    let answers: KeptAnswers
    let reads: ReadLine
    let figureLine: ReadLine
    let pace: KeyPace
    let forwarded: Forwarded
    let leadReaders = Readers { LeadRequests(rules: .system) }
    let actionReaders = Readers { ActionRequests(rules: .system) }
    let requestIDs = RequestIDs()
    let dates = DateHeader()
    let tls: ServerTLS?
    let isEnding = Atomic<Bool>(false)

    static let routes = RouteTable(Route.all)

    /// - Parameters:
    ///   - policies: a policy by its name; throws when there is none.
    ///   - policy: the policy that stages of lists go by, which the views are folded with.
    ///   - folded: returns once the views hold the event with this `seq`, or after a time that bounds the wait.
    package convenience init(
        settings: ServiceSettings, files: LedgerFiles, policies: @escaping @Sendable (String) throws -> Policy,
        policy: Policy, writer: LedgerWriter, gate: AccessGate,
        folded: @escaping @Sendable (Int64) async -> Void, status: @escaping @Sendable () -> ServiceStatus,
        metrics: Metrics, clock: @escaping @Sendable () -> Instant, logger: Logger
    ) throws {
        try self.init(
            settings: settings, files: files, policies: policies, policy: policy, ledger: writer.id,
            append: { try await writer.append($0) }, gate: gate, folded: folded, status: status, metrics: metrics,
            clock: clock, logger: logger)
    }

    /// - Parameter append: what `LedgerWriter.append` promises.
    init(
        settings: ServiceSettings, files: LedgerFiles, policies: @escaping @Sendable (String) throws -> Policy,
        policy: Policy, ledger: [UInt8], append: @escaping @Sendable ([NewEvent]) async throws -> [Appended],
        gate: AccessGate, folded: @escaping @Sendable (Int64) async -> Void,
        status: @escaping @Sendable () -> ServiceStatus, metrics: Metrics,
        clock: @escaping @Sendable () -> Instant, logger: Logger
    ) throws {
        self.settings = settings
        self.files = files
        self.policies = policies
        self.policy = policy
        self.gate = gate
        self.folded = folded
        self.status = status
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        ids = PublicID(ledger: ledger)
        appends = AppendLine(limit: settings.waitingLimit, metrics: metrics, append: append)
        reads = ReadLine(threads: settings.readThreads, limit: settings.readLimit, running: metrics.reads)
        figureLine = ReadLine(threads: 1, limit: settings.readLimit, running: Counter())
        offers = OfferNumbers(files: files)
        answers = KeptAnswers(limit: settings.keptAnswers)
        pace = KeyPace(perSecond: settings.requestsPerKey)
        forwarded = try Forwarded(trustedProxies: settings.trustedProxies)
        tls = try ServerTLS(settings)
    }

    /// Whether new work should go elsewhere.
    var isDraining: Bool { isEnding.load(ordering: .relaxed) || status().isDraining }
}

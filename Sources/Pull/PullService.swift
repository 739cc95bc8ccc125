package import Leads
package import Ledger
package import Outbound
internal import Synchronization
package import Views

/// Pulls every source of a home at its interval, each for itself: one that is slow or fails holds up no other.
///
/// Sources that are added, changed or removed while it runs are taken up within a second. A source that fails is tried
/// again after 30 s, and after twice as long each further time, up to 15 min.
package struct PullService: Sendable {
    private let sources: @Sendable () async -> [PullSource]
    private let secrets: SecretReader
    private let append: @Sendable ([NewEvent]) async throws -> [Appended]
    private let clock: @Sendable () -> Instant
    private let pulled: @Sendable (String, PullCounts) -> Void
    private let failed: @Sendable (String, String) -> Void
    private let tick: @Sendable () async throws -> Void
    private let jitter: @Sendable () -> Double

    /// - Parameters:
    ///   - sources: those that stand now, with their latest cursors; removed ones are passed over.
    ///   - pulled: is told the name of a source and what its pull did.
    ///   - failed: is told the name of a source, and why its pull ended early and how to mend it.
    ///   - tick: returns when it is time to look again which sources are due.
    ///   - jitter: in 0 ..< 1; spreads pulls by ±10 %.
    package init(
        sources: @escaping @Sendable () async -> [PullSource], secrets: SecretReader,
        append: @escaping @Sendable ([NewEvent]) async throws -> [Appended], clock: @escaping @Sendable () -> Instant,
        pulled: @escaping @Sendable (_ name: String, PullCounts) -> Void = { _, _ in },
        failed: @escaping @Sendable (_ name: String, _ message: String) -> Void,
        tick: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(1)) },
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.sources = sources
        self.secrets = secrets
        self.append = append
        self.clock = clock
        self.pulled = pulled
        self.failed = failed
        self.tick = tick
        self.jitter = jitter
    }

    /// Runs until the task is cancelled. Pulls under way are then broken off: what they have appended stays.
    package func run() async {
        let wanted = Wanted()
        await withTaskGroup(of: Turn.self) { group in
            var schedule = PullSchedule()
            group.addTask { await nextLook() }
            await startDue(&schedule, wanted, &group)
            for await turn in group {
                switch turn {
                case .look:
                    group.addTask { await nextLook() }
                    await startDue(&schedule, wanted, &group)
                case .done(let name, let result):
                    schedule.ended(name, result, now: clock(), jitter: jitter())
                    tell(name, result)
                case .end: break
                }
            }
        }
    }

    private enum Turn: Sendable {
        case look
        case done(String, PullSchedule.Result)
        case end
    }

    private func nextLook() async -> Turn {
        do {
            try await tick()
            return Task.isCancelled ? .end : .look
        } catch {
            return .end
        }
    }

    private func startDue(
        _ schedule: inout PullSchedule, _ wanted: Wanted, _ group: inout TaskGroup<Turn>
    ) async {
        guard !Task.isCancelled else { return }
        let active = await sources().filter { !$0.isRemoved }
        wanted.replace(with: active.map(\.settings))
        for source in schedule.start(active, now: clock()) {
            group.addTask { .done(source.name, await pull(source, wanted)) }
        }
    }

    private func pull(_ source: PullSource, _ wanted: Wanted) async -> PullSchedule.Result {
        do {
            let table = try TableSource(source: source, secrets: secrets, append: append, clock: clock)
            let counts = try await table.pull { wanted.holds(source.settings) }
            return .done(counts, interval: try SourceSettings(source.settings).table.interval)
        } catch let failure as PullFailure {
            return .failed("\(failure)", retryAfter: failure.retryAfter)
        } catch is CancellationError {
            return .stopped
        } catch {
            return .failed("\(error)", retryAfter: nil)
        }
    }

    private func tell(_ name: String, _ result: PullSchedule.Result) {
        switch result {
        case .done(let counts, _): pulled(name, counts)
        case .failed(let message, _): failed(name, message)
        case .stopped: break
        }
    }
}

/// The settings that stand, for pulls under way to see whether theirs are among them.
private final class Wanted: Sendable {
    private let settings = Mutex<Set<PullSettings>>([])

    func replace(with new: [PullSettings]) { settings.withLock { $0 = Set(new) } }

    func holds(_ one: PullSettings) -> Bool { settings.withLock { $0.contains(one) } }
}

internal import Crypto
package import Leads
internal import SQLite
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The one writer of the ledger.
///
/// `append` returns after the commit that holds its events is on disk. Callers that wait while one commit runs share
/// the next: each puts its events into a tray, and whoever finds nobody at work on it has the writer called to it. A
/// conflict of one is told to that one alone; a failure of the disk is told to all whose commit it was, and leaves
/// nothing behind.
package actor LedgerWriter {
    /// The most events that share a commit; bounds what a transaction holds in memory.
    static let commitLimit = 8_192

    private let executor = WriterExecutor(name: "leadledger.ledger")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The ledger's id, 16 bytes.
    package nonisolated let id: [UInt8]
    private nonisolated let keys: IdentityKeys
    private nonisolated let tray = Mutex(Tray())
    /// Says after each commit that there is something new, for one who follows; signals that nobody took are one.
    package nonisolated let commits: AsyncStream<Void>
    private nonisolated let committed: AsyncStream<Void>.Continuation
    private nonisolated let durable: Atomic<Int64>
    private nonisolated let ending = Mutex<LedgerError?>(nil)
    private let files: LedgerFiles
    private var lock: FileLock?
    private let store: LedgerStore
    private let vault: Vault
    private let lookup: Lookup
    private let clock: @Sendable () -> Instant
    private var random: RandomBytes
    private var failure: LedgerError?
    private var lastCommit: (callers: Int, duration: Duration) = (0, .zero)

    /// Opens the ledger for writing, making its files where they are missing, and catches up the lookups.
    /// - Parameters:
    ///   - clock: the time of recording; events never go back behind the one before.
    ///   - random: what ids are made of.
    ///   - waitMilliseconds: how long to wait for another writer to end.
    package init(
        files: LedgerFiles, rules: UnicodeRules, clock: @escaping @Sendable () -> Instant,
        random: RandomBytes = RandomBytes(), waitMilliseconds: Int = 0
    ) throws {
        var random = random
        do {
            lock = try FileLock(path: files.ledgerLock, waitMilliseconds: waitMilliseconds)
            try files.refuseLostLedger()
            store = try LedgerStore(
                files: files, createdAt: clock(),
                newID: EventID.version7(at: clock(), random: random.pair()).uuidBytes ?? [])
            vault = try Vault(files: files, ledger: store.id, mode: store.head.size == 0 ? .create : .readWrite)
            lookup = try Lookup.open(path: files.lookup, ledger: store.id)
            try LookupCatchUp(store: store, vault: vault, lookup: lookup, rules: rules).run()
        } catch {
            throw LedgerError(error, path: files.ledger)
        }
        (commits, committed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        durable = Atomic(store.head.size)
        id = store.id
        keys = IdentityKeys(vault.master)
        self.files = files
        self.clock = clock
        self.random = random
    }

    /// Why nothing more can be appended before the ledger is opened anew; `nil` while it can. `commits` ends with it.
    package nonisolated var failedFor: LedgerError? { ending.withLock(\.self) }

    /// The last event that is durable.
    package nonisolated var lastSeq: Int64 { durable.load(ordering: .acquiring) }

    /// Writes what is still in memory of the lookups, and frees the files for the next writer.
    package func close() throws {
        defer { lock = nil }
        committed.finish()
        // What cannot be written, on a full disk for instance, the next writer adds from the ledger.
        try? lookup.flush(upTo: store.head.size)
        do {
            try lookup.close()
            try vault.close()
            try store.connection.close()
        } catch {
            throw LedgerError(error, path: files.ledger)
        }
    }

    /// Appends one event.
    package nonisolated func append(_ event: NewEvent) async throws -> Appended {
        try await append([event])[0]
    }

    /// Appends events in order, in one commit, and returns when it is on disk: an answer for each, in the same order.
    package nonisolated func append(_ events: [NewEvent]) async throws -> [Appended] {
        guard !events.isEmpty else { return [] }
        let prepared = events.map { keys.prepare($0) }
        let result = await withUnsafeContinuation { continuation in
            let isFirst = tray.withLock { tray in
                tray.tickets.append(Ticket(events: prepared, continuation: continuation))
                defer { tray.isBeingEmptied = true }
                return !tray.isBeingEmptied
            }
            // On the writer's own queue: whoever asked for the actor itself would be a job there each, and most of them
            // only to find that an earlier one did it.
            if isFirst { executor.execute { self.assumeIsolated { $0.emptyTray() } } }
        }
        return try result.get()
    }

    /// Commits what lies in the tray, and what comes meanwhile.
    private func emptyTray() {
        while true {
            awaitCompany()
            let tickets = tray.withLock { $0.take(limit: Self.commitLimit) }
            if tickets.isEmpty { return }
            let start = ContinuousClock.now
            commit(tickets)
            lastCommit = (tickets.count, ContinuousClock.now - start)
        }
    }

    /// Callers who shared the last commit were answered at the same moment and are about to come back: a commit begun
    /// for the first of them would leave the others to the next one. So the writer waits until as many are there, for
    /// at most half of the time that commit took. A single caller never waits.
    private func awaitCompany() {
        let waiting = tray.withLock(\.tickets.count)
        guard lastCommit.callers > 1, waiting > 0, waiting < lastCommit.callers else { return }
        let deadline = ContinuousClock.now + lastCommit.duration / 2
        while tray.withLock(\.tickets.count) < lastCommit.callers && ContinuousClock.now < deadline { usleep(20) }
    }

    private func fail(_ error: LedgerError) {
        failure = error
        ending.withLock { $0 = error }
        committed.finish()
    }

    private func commit(_ tickets: [Ticket]) {
        if let failure { return tickets.forEach { $0.answer(.failure(failure)) } }
        var batch = AppendBatch(
            store: store, vault: vault, lookup: lookup, now: clock(), random: random)
        do {
            var answers: [[Appended]] = []
            try store.commit {
                try lookup.reading {
                    for ticket in tickets { answers.append(try ticket.events.map { try batch.append($0) }) }
                }
                return batch.head
            }
            random = batch.random
            durable.store(store.head.size, ordering: .releasing)
            committed.yield()
            for (ticket, answer) in zip(tickets, answers) { ticket.answer(.success(answer)) }
        } catch {
            batch.takeBack()
            // A nonce must not be used for other bytes after a commit that failed: the disk may have seen the first
            // ones.
            random = batch.random
            // An event that cannot be recorded must not take its neighbours along: each caller has a commit of its own.
            if error is LedgerError && tickets.count > 1 { return tickets.forEach { commit([$0]) } }
            let said = LedgerError(error, path: files.ledger)
            // After a failed write or sync nobody can say what the disk holds: only opening the file again can tell.
            if let error = error as? SQLiteError, error.isInputOutput { fail(.unsure(files.ledger)) }
            for ticket in tickets { ticket.answer(.failure(failure ?? said)) }
            return
        }
        if lookup.count >= Lookup.flushLimit {
            do {
                try lookup.flushAside(upTo: store.head.size)
            } catch let error as SQLiteError where error.isFull {
                // What gathered stays in memory and is written when there is room.
            } catch {
                // The events are safe; without lookups the next ones could be appended twice.
                fail(LedgerError(error, path: files.lookup))
            }
        }
    }
}

/// What waits for the writer, and whether the writer was called to it.
private struct Tray {
    var tickets: [Ticket] = []
    var isBeingEmptied = false

    /// The next tickets, with at most `limit` events unless the first has more; none ends the emptying.
    mutating func take(limit: Int) -> [Ticket] {
        var events = 0
        var count = 0
        while count < tickets.count, count == 0 || events + tickets[count].events.count <= limit {
            events += tickets[count].events.count
            count += 1
        }
        isBeingEmptied = count > 0
        defer { tickets.removeFirst(count) }
        return Array(tickets[..<count])
    }
}

/// Events of one caller, who is answered once.
private struct Ticket: Sendable {
    let events: [PreparedEvent]
    let continuation: UnsafeContinuation<Result<[Appended], LedgerError>, Never>

    func answer(_ result: Result<[Appended], LedgerError>) { continuation.resume(returning: result) }
}

internal import Azure
internal import Intake
package import Leads
package import Ledger
package import Outbound
package import Views

/// The table of an Azure storage account that leads are pulled from.
///
/// Every row is recorded once, by its keys, however often it is read. What cannot be read, and what a row was changed
/// to after it had been recorded, is quarantined with the row's JSON; nothing is passed over. Memory holds one answer
/// of the service at a time.
package struct TableSource: Sendable {
    private let source: PullSource
    private let settings: AzureTableSettings
    private let access: TableAccess
    private let append: @Sendable ([NewEvent]) async throws -> [Appended]
    private let clock: @Sendable () -> Instant
    private let pause: @Sendable (Span) async throws -> Void
    private let jitter: @Sendable () -> Double
    private let rules: UnicodeRules

    package static let sleep: @Sendable (Span) async throws -> Void = {
        try await Task.sleep(for: .microseconds($0.micros))
    }

    /// - Parameters:
    ///   - secrets: reads the source's secret, here and now.
    ///   - append: appends a batch and answers for each event in order, once all are durable.
    ///   - pause: waits between tries.
    ///   - jitter: in 0 ..< 1; spreads tries.
    /// - Throws: `SourceSettingsError` for settings of another version, `PullFailure` for a secret that is missing or
    ///   cannot be what it should be.
    package init(
        source: PullSource, secrets: SecretReader, append: @escaping @Sendable ([NewEvent]) async throws -> [Appended],
        clock: @escaping @Sendable () -> Instant, rules: UnicodeRules = .system,
        pause: @escaping @Sendable (Span) async throws -> Void = Self.sleep,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) throws {
        self.source = source
        settings = try SourceSettings(source.settings).table
        access = try TableAccess(settings, secrets: secrets, now: clock())
        self.append = append
        self.clock = clock
        self.rules = rules
        self.pause = pause
        self.jitter = jitter
    }

    /// Reads what was written since the pull before, and appends it.
    /// - Parameter isWanted: asked before each answer; once false, the pull ends and leaves the cursor where it was.
    /// - Throws: `PullFailure`, `CancellationError`, and what `append` throws. What was appended until then stays.
    package func pull(isWanted: @Sendable () -> Bool = { true }) async throws -> PullCounts {
        try await withClient { try await pull(over: $0, isWanted: isWanted) }
    }

    private func pull(over client: TableClient, isWanted: @Sendable () -> Bool) async throws -> PullCounts {
        var progress = TablePull(
            stored: source.cursor, place: access.place, startedAt: clock(), overlap: settings.overlap)
        var query = TableQuery(table: settings.table, filter: progress.filter)
        var rows = TableRows(actor: source.actor, offer: settings.offer, rules: rules)
        var counts = PullCounts()
        while true {
            guard isWanted() else { return counts }
            let page = try await client.page(&query)
            counts.pages += 1
            progress.noteAnswer(at: page.answeredAt)
            for entity in page.entities { progress.note(entity.timestamp) }
            try await take(page.entities.map { rows.event(of: $0) }, rows: rows, counts: &counts)
            guard let next = page.continuation else { break }
            guard next != query.continuation else {
                throw PullFailure(
                    problem: "the table service sends the same place to go on from again and again",
                    mend: "check that endpoint leads to a table service")
            }
            query.continuation = next
        }
        // Only now is it known what was new, and only now is everything durable that the cursor stands for: rows that
        // were changed may have been appended last of all.
        if let cursor = progress.cursorToRecord(isNews: counts.isNews) {
            let detail = SourceEvent.pulled(source.name, cursor: cursor, recorded: Int64(counts.recorded))
            _ = try await append([
                NewEvent(
                    type: .sourcePulled, identity: .none, content: detail, subject: .none, actor: source.actor,
                    detail: detail)
            ])
        }
        return counts
    }

    /// Appends the events of one answer, and after them what the ledger refused of them as changed.
    private func take(_ events: [NewEvent], rows: TableRows, counts: inout PullCounts) async throws {
        counts.read += events.count
        var changed: [NewEvent] = []
        for (event, answer) in zip(events, try await answers(to: events)) {
            switch answer {
            case .recorded where event.type == .intakeQuarantined: counts.quarantined += 1
            case .recorded: counts.recorded += 1
            case .duplicate: counts.duplicates += 1
            case .conflict(let seq): changed.append(rows.changed(event, from: seq))
            }
        }
        for answer in try await answers(to: changed) {
            if case .recorded = answer { counts.quarantined += 1 } else { counts.duplicates += 1 }
        }
    }

    private func answers(to events: [NewEvent]) async throws -> [Appended] {
        guard !events.isEmpty else { return [] }
        let answers = try await append(events)
        precondition(answers.count == events.count, "the ledger answers for each event")
        return answers
    }

    /// Looks whether a pull would work: reads one row, and takes nothing.
    package func check() async -> PullCheck {
        var check = PullCheck()
        do {
            let page = try await withClient { client in
                var query = TableQuery(table: settings.table, top: 1)
                var client = client
                // Somebody waits for the answer.
                client.isPatient = false
                return try await client.page(&query)
            }
            check.passed += [
                "\(access.place) answers", "the secret \(settings.secret.rawValue) is accepted",
                "the table \(settings.table) can be read",
            ]
            note(page, in: &check)
        } catch let failure as PullFailure {
            check.failure = failure
        } catch {
            check.failure = PullFailure(problem: "the check was broken off", mend: "run it again")
        }
        if let endsAt = access.endsAt, endsAt - clock() < 30 * .day {
            check.notes.append("the shared access signature ends at \(endsAt)")
        }
        return check
    }

    private func note(_ page: TablePage, in check: inout PullCheck) {
        guard let entity = page.entities.first else {
            if page.continuation == nil { check.notes.append("the table has no rows yet") }
            return
        }
        var rows = TableRows(actor: source.actor, offer: settings.offer, rules: rules)
        let event = rows.event(of: entity)
        if event.type == .intakeQuarantined {
            check.notes.append("the first row is not read as a lead: it would be quarantined")
        } else {
            check.passed.append("the first row is read as a lead")
            if event.offer == nil { check.notes.append("the first row names no offer: set offer=publisher.offer") }
        }
    }

    private func withClient<Result: Sendable>(
        _ body: (TableClient) async throws -> Result
    ) async throws -> Result {
        let sender = HTTPSender(
            host: access.service.endpoint.host, allowsPrivate: settings.allowsPrivate, timeout: settings.timeout)
        let client = TableClient(
            service: access.service, sender: sender, clock: clock, pause: pause, jitter: jitter)
        do {
            let result = try await body(client)
            await sender.shutdown()
            return result
        } catch {
            await sender.shutdown()
            throw error
        }
    }
}

internal import Azure
package import Leads
internal import OrderedJSON
package import Outbound

/// A table of an Azure storage account: each lead is an entity, its offer the partition, its id the row.
///
/// A write names the row, so it may be repeated: an attempt whose outcome is unknown is safe to send again. Leads of
/// one offer go together, as an entity group transaction.
package struct AzureTableDestination: Adapter {
    private let table: String
    private let mode: TableWrite.Mode
    private let makesTable: Bool
    private let entity: AzureTableEntity
    let access: StorageAccess
    let service: TableService
    let session: StorageSession

    /// Reads the secret. Opens no connection.
    /// - Throws: `DestinationSettingsError` for a property that no table can have, `SecretError` for a secret that
    ///   cannot be read or used.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        try Self.check(settings)
        table = settings.text("table") ?? "leads"
        mode = settings.text("write").flatMap { TableWrite.Mode(rawValue: $0) } ?? .merge
        makesTable = settings.flag("create-table")
        entity = AzureTableEntity(settings.mapping)
        access = try StorageAccess(settings, .writeTable, secrets: secrets)
        service = TableService(endpoint: access.endpoint, credential: access.credential, scheme: access.scheme)
        session = StorageSession(client: APIClient(settings, resolver: resolver), endpoint: access.endpoint)
    }

    /// What can be said against the mapping.
    package static func check(_ settings: DestinationSettings) throws(DestinationSettingsError) {
        try AzureTableEntity.check(settings.mapping)
    }

    package var batchLimit: Int { 100 }

    package func prepare(_ outgoing: Outgoing) -> Prepared {
        let (record, content, adjusted) = entity.entity(outgoing)
        return Prepared(
            outgoing, record: record, digest: sha256(content.encoded()), key: outgoing.lead, adjusted: adjusted)
    }

    /// The request for `leads`, which are of one partition.
    func request(_ leads: [Prepared], now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        let writes = leads.map(write)
        return writes.count == 1
            ? try service.request(writes[0], now: now) : try service.request(batch: writes, now: now)
    }

    private func write(_ lead: Prepared) -> TableWrite {
        TableWrite(
            table: table, partitionKey: entity.partitionKey(lead.outgoing), rowKey: lead.outgoing.lead, mode: mode,
            entity: lead.record)
    }

    /// A transaction for each partition, one after the other; after one that failed nothing more is sent.
    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        var attempts: [SentAttempt?] = Array(repeating: nil, count: leads.count)
        var isDivisible = false
        var end: SentAttempt?
        for group in groups(leads) {
            let answer = await sendGroup(group.map { leads[$0] }, now: now)
            for (place, attempt) in zip(group, answer.attempts) { attempts[place] = attempt }
            isDivisible = isDivisible || answer.isDivisible
            end = answer.isDivisible ? answer.attempts.first : answer.attempts.first { Self.endsAll($0.outcome) }
            if end != nil { break }
        }
        return BatchAnswer(attempts.map { $0 ?? Self.notSent(after: end) }, isDivisible: isDivisible)
    }

    /// Places of `leads` by partition, in order, as many together as one transaction takes.
    private func groups(_ leads: [Prepared]) -> [[Int]] {
        var order: [String] = []
        var places: [String: [Int]] = [:]
        for (place, lead) in leads.enumerated() {
            let key = entity.partitionKey(lead.outgoing)
            if places[key] == nil { order.append(key) }
            places[key, default: []].append(place)
        }
        var groups: [[Int]] = []
        for key in order {
            var bytes = Int.max / 2
            for place in places[key] ?? [] {
                let size = service.batchBytes(of: write(leads[place]))
                if bytes + size > Self.batchBytes || groups.last?.count == batchLimit {
                    groups.append([])
                    bytes = TableService.batchFrameBytes
                }
                groups[groups.count - 1].append(place)
                bytes += size
            }
        }
        return groups
    }

    /// A batch must be shorter than 4 MiB.
    private static let batchBytes = 4 << 20 - 1

    private static func endsAll(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .config, .throttled, .retry, .ambiguous, .authRefresh: true
        case .delivered, .alreadyDelivered, .rejected: false
        }
    }

    /// A lead that was not sent, for what was sent before it failed.
    private static func notSent(after end: SentAttempt?) -> SentAttempt {
        let outcome: Outcome = end.map { $0.outcome == .ambiguous ? .retry : $0.outcome } ?? .retry
        return SentAttempt(
            outcome: outcome,
            reason: outcome == .config ? end?.reason ?? "" : "not sent, for the request before it failed",
            retryAfter: end?.retryAfter)
    }

    private func sendGroup(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        var exchange = await session.send(now: now) { () throws(EndpointURL.Problem) in try request(leads, now: now) }
        if makesTable, failure(of: exchange, now: now)?.code == "TableNotFound" {
            let made = await session.send(now: now) { () throws(EndpointURL.Problem) in
                try service.request(makeTable: table, now: now)
            }
            guard made.status == 201 || made.status == 204 || failure(of: made, now: now)?.code == "TableAlreadyExists"
            else { return answer(leads, made.tellingNothing, now: now) }
            exchange = await session.send(now: now) { () throws(EndpointURL.Problem) in try request(leads, now: now) }
        }
        return answer(leads, exchange, now: now)
    }

    /// How the service refuses: the answer itself, or the part of it that failed.
    func failure(of exchange: StorageExchange, now: Instant) -> StorageError? {
        guard let answer = exchange.answer, ![201, 204].contains(answer.status) else { return nil }
        guard answer.status == 202 else { return exchange.error(.writeTable, now: now) }
        let parts = TableBatchAnswer(body: answer.body, contentType: answer["content-type"])?.parts
        return parts?.first { !(200...299).contains($0.status) }.map { part in
            StorageError(status: part.status, body: part.body, now: now, use: .writeTable) { part.headers[$0] }
        }
    }

    private func answer(_ leads: [Prepared], _ exchange: StorageExchange, now: Instant) -> BatchAnswer {
        guard exchange.answer != nil else {
            let silence = SentAttempt(silence: exchange.sent)
            return all(leads, exchange) { _ in silence }
        }
        let status = exchange.status
        if let error = failure(of: exchange, now: now) { return refused(leads, exchange, error, now: now) }
        if status != 202 {
            return all(leads, exchange) { lead in
                SentAttempt(
                    outcome: .delivered, status: status, remoteID: remoteID(lead), reason: "answered \(status ?? 0)")
            }
        }
        let answer = exchange.answer
        let parts = answer.flatMap { TableBatchAnswer(body: $0.body, contentType: $0["content-type"]) }?.parts
        guard leads.count > 1, let parts, parts.count == leads.count else {
            return all(leads, exchange) { _ in
                SentAttempt(outcome: .ambiguous, status: status, reason: "answered 202 with parts that cannot be read")
            }
        }
        return all(leads, exchange, results: parts.map { ["status": .number($0.status)] }) { lead in
            SentAttempt(
                outcome: .delivered, status: status, remoteID: remoteID(lead), reason: "answered 202, the part 204")
        }
    }

    private func refused(
        _ leads: [Prepared], _ exchange: StorageExchange, _ error: StorageError, now: Instant
    ) -> BatchAnswer {
        let meaning = AzureTableOutcome(
            status: error.status, code: error.code, retryAfter: exchange.answer?.retryAfter(now: now))
        let isBatch = leads.count > 1
        var outcome = meaning.outcome
        // A changeset with one entity that is there wrote none of the others.
        if isBatch, outcome == .alreadyDelivered { outcome = .rejected }
        let isRejected = outcome == .rejected
        let reason =
            isRejected ? StorageTrouble.rejection(error, leads) : StorageTrouble.reason(error, outcome)
        let named = isBatch && isRejected ? error.place.flatMap { leads.indices.contains($0) ? leads[$0] : nil } : nil
        var answer = all(leads, exchange) { lead in
            let isOther = named.map { $0.outgoing.lead != lead.outgoing.lead } ?? false
            return SentAttempt(
                outcome: outcome, status: error.status,
                remoteID: outcome == .alreadyDelivered ? remoteID(lead) : nil,
                reason: isOther ? "not written, for another lead of its batch was refused" : reason,
                retryAfter: meaning.retryAfter)
        }
        answer.isDivisible = isBatch && isRejected
        return answer
    }

    private func remoteID(_ lead: Prepared) -> String {
        "\(entity.partitionKey(lead.outgoing))/\(lead.outgoing.lead)"
    }

    private func all(
        _ leads: [Prepared], _ exchange: StorageExchange, results: [JSON]? = nil, _ attempt: (Prepared) -> SentAttempt
    ) -> BatchAnswer {
        BatchAnswer(
            leads.enumerated().map { place, lead in
                var attempt = attempt(lead)
                attempt.sha256 = sha256(lead.record.encoded())
                attempt.exchange =
                    leads.count == 1
                    ? ExchangeRecord.whole(exchange.request, exchange.sent)
                    : ExchangeRecord.part(
                        exchange.request, exchange.sent, record: lead.record, result: results?[place])
                return attempt
            })
    }

    package func check(now: Instant) async -> [CheckStep] {
        await AzureTableCheck(
            access: access, service: service, session: session, table: table, makesTable: makesTable
        ).steps(now: now)
    }

    package func shutdown() async { await session.client.shutdown() }
}

package import Leads
package import OrderedJSON

/// The table service of one storage account: as strict as the real one about signatures, versions and names.
///
/// It takes requests under `/` as well as under `/ACCOUNT/`, as emulators do.
package actor AzureTableService: SimulatedSystem {
    private let authorization: AzureAuthorization
    private let paging: Paging
    private var store: AzureTableStore

    /// How answers to queries are cut up.
    package struct Paging: Sendable {
        /// Entities in an answer, 1 ... 1,000.
        package var size: Int
        /// Answers without entities that come before each one that has some.
        package var empties: Int

        package init(size: Int = 1_000, empties: Int = 0) {
            self.size = size
            self.empties = empties
        }
    }

    /// `nil` when `key` is no base 64.
    package init?(account: String, key: String, tables: [String] = [], paging: Paging = Paging()) {
        guard let authorization = AzureAuthorization(account: account, key: key, signing: AzureTableSigning()) else {
            return nil
        }
        self.authorization = authorization
        self.paging = paging
        store = AzureTableStore(tables: tables)
    }

    package nonisolated var methods: [String] { ["GET", "POST", "PUT", "PATCH", "MERGE", "DELETE"] }
    /// More than the service takes, so that the service says itself that a body is too large.
    package nonisolated var bodyLimit: Int { 2 * AzureTableLimits.body }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        AzureFault(status, code ?? AzureFault.usualCode(status), "As asked.").tableAnswer(readsJSON: true)
    }

    /// Writes a row as if the service had done so at the row's time.
    package func put(_ row: AzureTableRow, in table: String) { store.put(row, in: table) }

    package func rowCount(in table: String) -> Int { (try? store.rows(of: table))?.all.count ?? 0 }

    package var records: [JSON] { store.records }

    package var counts: [(name: String, count: Int)] {
        [("records", store.rowCount), ("created", store.created), ("updated", store.updated)]
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        do throws(AzureFault) {
            let call = try AzureTableCall(arrival, account: authorization.account)
            try authorization.check(arrival, needs: call.need.map { [$0] } ?? [], now: now)
            try checkHeaders(arrival)
            return try answer(call, arrival, now, refusal)
        } catch {
            return Self.refused(error, arrival)
        }
    }

    private static func refused(
        _ fault: AzureFault, _ arrival: Arrival, records: [RecordFate] = []
    ) -> Verdict {
        let accepted = arrival["accept"] ?? ""
        let readsJSON = accepted.isEmpty || accepted.contains("json") || accepted.contains("*/*")
        return .answered(
            fault.tableAnswer(readsJSON: readsJSON), fate: .rejected, reason: fault.code, records: records)
    }

    private func checkHeaders(_ arrival: Arrival) throws(AzureFault) {
        guard let version = arrival["x-ms-version"], AzureVersion.isKnown(version) else { throw .header }
        guard let accepted = arrival["accept"], accepted.contains("json") else {
            throw AzureFault(415, "AtomFormatNotSupported", "Atom format is not supported.")
        }
        guard arrival.body.count <= AzureTableLimits.body else { throw .tooLarge }
    }

    private func answer(
        _ call: AzureTableCall, _ arrival: Arrival, _ now: Instant, _ refusal: Refusal?
    ) throws(AzureFault) -> Verdict {
        let answers = AzureTableAnswers(arrival)
        func done(_ answer: SimulatedAnswer) -> Verdict { .answered(answer, fate: .accepted, reason: nil) }
        switch call.target {
        case .tables:
            return done(try makeTable(arrival, answers))
        case .namedTable(let name):
            try store.removeTable(name)
            return done(answers.nothing())
        case .entities(let name):
            let reading = AzureTableReading(name: name, table: try store.rows(of: name), paging: paging)
            return done(try reading.answer(call, answers))
        case .entity(let name, let partition, let row) where arrival.method == "GET":
            guard let known = try store.row(partition, row, of: name) else { throw AzureTableWrite.resourceNotFound }
            return done(
                answers.one(
                    known.json(types: answers.showsTypes), metadata: "\(name)/@Element", etag: known.etag))
        case .insert, .entity:
            return write(call, arrival, now, refusal)
        case .batch:
            return try transact(arrival, now, refusal)
        }
    }

    private func makeTable(_ arrival: Arrival, _ answers: AzureTableAnswers) throws(AzureFault) -> SimulatedAnswer {
        if arrival.method == "GET" {
            return answers.list(
                store.tableNames.map { [JSON.Member("TableName", .string($0))] }, metadata: "Tables")
        }
        guard let name = (try? JSON.parse(arrival.body))?["TableName"]?.string, AzureTableCall.isTableName(name) else {
            throw AzureFault(
                400, "InvalidResourceName", "The specifed resource name contains invalid characters.")
        }
        guard store.make(name) else {
            throw AzureFault(409, "TableAlreadyExists", "The table specified already exists.")
        }
        return answers.made([JSON.Member("TableName", .string(name))], metadata: "Tables/@Element", etag: nil)
    }

    private func write(_ call: AzureTableCall, _ arrival: Arrival, _ now: Instant, _ refusal: Refusal?) -> Verdict {
        var alone = AzureTableTrial.Batch()
        let trial = AzureTableTrial(call, arrival, now: now, place: 0, in: &alone, refusing: refusal, on: &store)
        switch trial.result {
        case .success(let answer):
            return .answered(answer, fate: .accepted, reason: nil, records: trial.records)
        case .failure(let fault):
            return Self.refused(fault, arrival, records: trial.records)
        }
    }

    /// All operations of a batch, or none and the answer of the first that failed.
    private func transact(_ arrival: Arrival, _ now: Instant, _ refusal: Refusal?) throws(AzureFault) -> Verdict {
        let batch = try AzureTableBatch(arrival)
        var copy = store
        var together = AzureTableTrial.Batch()
        var made: [SimulatedAnswer] = []
        var records: [RecordFate] = []
        for (place, operation) in batch.operations.enumerated() {
            let trial: AzureTableTrial
            do throws(AzureFault) {
                let call = try AzureTableCall(operation, account: authorization.account)
                guard let need = call.need else { throw .invalid("a batch in a batch") }
                try authorization.check(arrival, needs: [need], now: now)
                trial = AzureTableTrial(
                    call, operation, now: now, place: place, in: &together, refusing: refusal, on: &copy)
            } catch {
                trial = AzureTableTrial(fault: error)
            }
            switch trial.result {
            case .success(let answer):
                made.append(answer)
                records += trial.records
            case .failure(let fault):
                let answer = AzureTableBatch.answer([fault.tableAnswer(readsJSON: true, place: place)])
                return .answered(answer, fate: .rejected, reason: fault.code, records: trial.records)
            }
        }
        store = copy
        return .answered(AzureTableBatch.answer(made), fate: .accepted, reason: nil, records: records)
    }
}

internal import Leads
internal import OrderedJSON

/// One write as it was tried: its answer or its fault, and what became of the row.
struct AzureTableTrial {
    let result: Result<SimulatedAnswer, AzureFault>
    let records: [RecordFate]

    /// What the operations of a batch share, and what no two of them may.
    struct Batch {
        private var table: String?
        private var partition: String?
        private var rows: Set<String> = []

        mutating func add(_ write: AzureTableWrite, at place: Int) throws(AzureFault) {
            guard place < AzureTableBatch.limit else {
                throw AzureFault(
                    400, "InvalidInput", "The batch request operation exceeds the maximum 100 changes per change set.")
            }
            guard partition ?? write.partition == write.partition, table ?? write.table == write.table else {
                throw AzureFault(
                    400, "CommandsInBatchActOnDifferentPartitions",
                    "All commands in a batch must operate on same entity group.")
            }
            guard rows.insert(write.row).inserted else {
                throw AzureFault(
                    400, "InvalidDuplicateRow",
                    "The batch request contains multiple changes with same row key. An entity can appear only once "
                        + "in a batch request.")
            }
            (table, partition) = (write.table, write.partition)
        }
    }

    init(fault: AzureFault, records: [RecordFate] = []) {
        result = .failure(fault)
        self.records = records
    }

    /// Tries the write that a call asks for.
    /// - Parameter place: its place in its batch; 0 for a write alone.
    init(
        _ call: AzureTableCall, _ arrival: Arrival, now: Instant, place: Int, in batch: inout Batch,
        refusing refusal: Refusal?, on store: inout AzureTableStore
    ) {
        do throws(AzureFault) {
            let write = try AzureTableWrite(call.target, arrival, now: now)
            try batch.add(write, at: place)
            if let refusal, refusal.places.contains(place) { throw .asked(refusal.code ?? "PropertyValueTooLarge") }
            let outcome = try store.apply(write)
            let answers = AzureTableAnswers(arrival)
            switch write.change {
            case .insert:
                result = .success(
                    answers.made(
                        outcome.row.json(types: answers.showsTypes), metadata: "\(write.table)/@Element",
                        etag: outcome.row.etag))
            case .replace, .merge: result = .success(answers.nothing(etag: outcome.row.etag))
            case .delete: result = .success(answers.nothing())
            }
            records = outcome.fate.map { [RecordFate(key: write.key, fate: $0)] } ?? []
        } catch {
            let isThere = error.code == "EntityAlreadyExists"
            result = .failure(error)
            records =
                AzureTableWrite.key(of: call.target, arrival).map {
                    [RecordFate(key: $0, fate: isThere ? .known : .refused)]
                } ?? []
        }
    }
}

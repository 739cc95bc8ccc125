internal import Leads
internal import OrderedJSON

/// One write to one row, alone or in a batch.
struct AzureTableWrite {
    enum Change {
        case insert(AzureTableRow)
        case replace(AzureTableRow)
        case merge(AzureTableRow)
        case delete
    }

    let table: String
    let partition: String
    let row: String
    let change: Change
    /// What `If-Match` says; without it a replacement and a merge may make the row.
    private let condition: String?

    static let resourceNotFound = AzureFault(404, "ResourceNotFound", "The specified resource does not exist.")

    /// What names the row in the log and in the records.
    var key: String { Self.key(partition, row) }

    static func key(_ partition: String, _ row: String) -> String { partition + "/" + row }

    /// The key that a request is about, be the rest of it right or wrong; `nil` where it names none.
    static func key(of target: AzureTableCall.Target, _ arrival: Arrival) -> String? {
        switch target {
        case .entity(_, let partition, let row):
            return key(partition, row)
        case .insert:
            let json = try? JSON.parse(arrival.body)
            guard let partition = json?["PartitionKey"]?.string, let row = json?["RowKey"]?.string else { return nil }
            return key(partition, row)
        case .tables, .namedTable, .entities, .batch:
            return nil
        }
    }

    init(_ target: AzureTableCall.Target, _ arrival: Arrival, now: Instant) throws(AzureFault) {
        condition = arrival["if-match"]
        switch target {
        case .insert(let name):
            let entity = try AzureTableRow(Self.members(arrival), partitionKey: nil, rowKey: nil, now: now)
            (table, partition, row, change) = (name, entity.partitionKey, entity.rowKey, .insert(entity))
        case .entity(let name, let partition, let row):
            (table, self.partition, self.row) = (name, partition, row)
            if arrival.method == "DELETE" {
                guard condition != nil else { throw .missing(header: "If-Match") }
                change = .delete
                return
            }
            guard ["PUT", "PATCH", "MERGE"].contains(arrival.method) else { throw .invalid("the verb of a write") }
            let entity = try AzureTableRow(
                Self.members(arrival), partitionKey: partition, rowKey: row, now: now)
            change = arrival.method == "PUT" ? .replace(entity) : .merge(entity)
        case .tables, .namedTable, .entities, .batch:
            throw .invalid("this is no write to an entity")
        }
    }

    /// Whether the row is there and as it must be for this write.
    func checkCondition(_ known: AzureTableRow?) throws(AzureFault) {
        guard let condition else { return }
        if case .insert = change { throw .header }
        guard let known else { throw Self.resourceNotFound }
        guard condition == "*" || condition == known.etag else {
            throw AzureFault(
                412, "UpdateConditionNotSatisfied",
                "The update condition specified in the request was not satisfied.")
        }
    }

    private static func members(_ arrival: Arrival) throws(AzureFault) -> [JSON.Member] {
        guard arrival["content-type"]?.split(separator: ";").first?.lowercased() == "application/json" else {
            throw AzureFault(415, "MediaTypeNotSupported", "None of the provided media types are supported.")
        }
        guard case .object(let members)? = try? JSON.parse(arrival.body) else { throw .invalid("the body") }
        return members
    }
}

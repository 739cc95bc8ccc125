internal import OrderedJSON

/// Answers a query over one table, a page at a time.
struct AzureTableReading {
    let name: String
    let table: AzureTableRows
    let paging: AzureTableService.Paging

    func answer(_ call: AzureTableCall, _ answers: AzureTableAnswers) throws(AzureFault) -> SimulatedAnswer {
        let rows = table.all
        let filter = try call.parameter("$filter").map { (text) throws(AzureFault) in try AzureTableFilter(text) }
        var size = paging.size
        if let top = call.parameter("$top") {
            guard let top = Int(top), (1...1_000).contains(top) else { throw .invalid("$top") }
            size = min(size, top)
        }
        let mark =
            try AzureTableMark(call)
            ?? rows.first.map {
                AzureTableMark(partition: $0.partitionKey, row: $0.rowKey, empties: paging.empties)
            }
        let start = mark.map { table.place($0.partition, $0.row).index } ?? 0
        var found: [AzureTableRow] = []
        var next: AzureTableMark?
        if let mark, mark.empties > 0 {
            next = AzureTableMark(partition: mark.partition, row: mark.row, empties: mark.empties - 1)
        } else {
            for row in rows[start...] where filter?.matches(row) ?? true {
                if found.count == size {
                    next = AzureTableMark(partition: row.partitionKey, row: row.rowKey, empties: paging.empties)
                    break
                }
                found.append(row)
            }
        }
        let names = call.parameter("$select").map { Set($0.split(separator: ",").map(String.init)) }
        let entities = found.map { row in
            row.json(types: answers.showsTypes).filter { member in
                names.map { $0.contains(String(member.name.prefix { $0 != "@" })) || member.name == "odata.etag" }
                    ?? true
            }
        }
        return answers.list(entities, metadata: name, mark: next)
    }
}

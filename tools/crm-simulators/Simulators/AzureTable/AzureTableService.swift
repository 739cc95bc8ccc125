package import Leads
internal import OrderedJSON

/// The table service of one storage account: as strict as the real one about signatures, versions and names.
///
/// It takes requests under `/` as well as under `/ACCOUNT/`, as emulators do.
package actor AzureTableService: SimulatedSystem {
    private let authorization: AzureTableAuthorization
    private var paging: Paging
    private var tables: [String: AzureTableRows] = [:]
    /// Names in the spelling they were made with.
    private var tableNames: [String: String] = [:]

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
        guard let authorization = AzureTableAuthorization(account: account, key: key) else { return nil }
        self.authorization = authorization
        self.paging = paging
        for name in tables {
            self.tables[name.lowercased()] = AzureTableRows()
            tableNames[name.lowercased()] = name
        }
    }

    package nonisolated var methods: [String] { ["GET", "POST", "PUT", "PATCH", "MERGE", "DELETE"] }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        let usual = [429: "TooManyRequests", 500: "InternalError", 503: "ServerBusy", 403: "AuthenticationFailed"]
        return AzureTableFault(status, code ?? usual[status] ?? "InternalError", "As asked.").answer(readsJSON: true)
    }

    /// Writes a row as if the service had done so at the row's time.
    package func put(_ row: AzureTableRow, in table: String) {
        tables[table.lowercased(), default: AzureTableRows()].put(row)
        tableNames[table.lowercased()] = tableNames[table.lowercased()] ?? table
    }

    package func rowCount(in table: String) -> Int { tables[table.lowercased()]?.all.count ?? 0 }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        let accepted = arrival["accept"] ?? ""
        do throws(AzureTableFault) {
            let call = try AzureTableCall(arrival, account: authorization.account)
            try authorization.check(arrival, need: call.need, now: now)
            try checkHeaders(arrival)
            return .answered(try answer(call, arrival, now), fate: .accepted, reason: nil)
        } catch {
            let readsJSON = accepted.isEmpty || accepted.contains("json") || accepted.contains("*/*")
            return .answered(error.answer(readsJSON: readsJSON), fate: .rejected, reason: error.code)
        }
    }

    private func checkHeaders(_ arrival: Arrival) throws(AzureTableFault) {
        let known = ["2015-", "2016-", "2017-", "2018-", "2019-", "2020-", "2021-", "2022-", "2023-", "2024-"]
        guard let version = arrival["x-ms-version"], version.utf8.count == 10,
            known.contains(where: { version.hasPrefix($0) })
        else {
            throw AzureTableFault(
                400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")
        }
        guard let accepted = arrival["accept"], accepted.contains("json") else {
            throw AzureTableFault(415, "AtomFormatNotSupported", "Atom format is not supported.")
        }
    }

    private func answer(_ call: AzureTableCall, _ arrival: Arrival, _ now: Instant) throws(AzureTableFault)
        -> SimulatedAnswer
    {
        let answers = AzureTableAnswers(arrival)
        switch call.target {
        case .tables: return try makeTable(arrival, answers)
        case .namedTable(let name):
            guard tables.removeValue(forKey: name.lowercased()) != nil else { throw Self.tableNotFound }
            return answers.nothing()
        case .entities(let name): return try query(name, call, answers)
        case .insert(let name): return try insert(name, arrival, answers, now)
        case .entity(let name, let partition, let row):
            return try change(name, (partition, row), arrival, answers, now)
        }
    }

    private static let tableNotFound = AzureTableFault(
        404, "TableNotFound", "The table specified does not exist.")

    private func makeTable(_ arrival: Arrival, _ answers: AzureTableAnswers) throws(AzureTableFault)
        -> SimulatedAnswer
    {
        if arrival.method == "GET" {
            return answers.list(
                tableNames.keys.sorted().filter { tables[$0] != nil }
                    .map { [JSON.Member("TableName", .string(tableNames[$0] ?? $0))] },
                metadata: "Tables")
        }
        guard let name = (try? JSON.parse(arrival.body))?["TableName"]?.string, AzureTableCall.isTableName(name) else {
            throw AzureTableFault(
                400, "InvalidResourceName", "The specifed resource name contains invalid characters.")
        }
        guard tables[name.lowercased()] == nil else {
            throw AzureTableFault(409, "TableAlreadyExists", "The table specified already exists.")
        }
        tables[name.lowercased()] = AzureTableRows()
        tableNames[name.lowercased()] = name
        return answers.made([JSON.Member("TableName", .string(name))], metadata: "Tables/@Element", etag: nil)
    }

    private func insert(
        _ name: String, _ arrival: Arrival, _ answers: AzureTableAnswers, _ now: Instant
    ) throws(AzureTableFault) -> SimulatedAnswer {
        guard let rows = tables[name.lowercased()] else { throw Self.tableNotFound }
        let row = try AzureTableRow(Self.members(arrival), partitionKey: nil, rowKey: nil, now: now)
        guard !rows.place(row.partitionKey, row.rowKey).isThere else {
            throw AzureTableFault(409, "EntityAlreadyExists", "The specified entity already exists.")
        }
        tables[name.lowercased()]?.put(row)
        return answers.made(
            row.json(types: answers.showsTypes), metadata: "\(name)/@Element", etag: row.etag)
    }

    private func change(
        _ name: String, _ keys: (partition: String, row: String), _ arrival: Arrival, _ answers: AzureTableAnswers,
        _ now: Instant
    ) throws(AzureTableFault) -> SimulatedAnswer {
        guard let rows = tables[name.lowercased()] else { throw Self.tableNotFound }
        let (index, isThere) = rows.place(keys.partition, keys.row)
        let known = isThere ? rows.all[index] : nil
        let condition = arrival["if-match"]
        if arrival.method == "GET" || arrival.method == "DELETE" || condition != nil, known == nil {
            throw AzureTableFault(404, "ResourceNotFound", "The specified resource does not exist.")
        }
        if arrival.method == "DELETE", condition == nil {
            throw AzureTableFault(400, "MissingRequiredHeader", "If-Match is missing.")
        }
        if let condition, condition != "*", condition != known?.etag {
            throw AzureTableFault(
                412, "UpdateConditionNotSatisfied",
                "The update condition specified in the request was not satisfied.")
        }
        switch arrival.method {
        case "GET":
            return answers.one(
                known?.json(types: answers.showsTypes) ?? [], metadata: "\(name)/@Element", etag: known?.etag)
        case "DELETE":
            tables[name.lowercased()]?.remove(at: index)
            return answers.nothing()
        default:
            let write = try AzureTableRow(
                Self.members(arrival), partitionKey: keys.partition, rowKey: keys.row, now: now)
            let row = arrival.method == "PUT" ? write : known?.merged(with: write) ?? write
            tables[name.lowercased()]?.put(row)
            return answers.nothing(etag: row.etag)
        }
    }

    private static func members(_ arrival: Arrival) throws(AzureTableFault) -> [JSON.Member] {
        guard case .object(let members)? = try? JSON.parse(arrival.body) else { throw .invalid("the body") }
        guard Set(members.map(\.name)).count == members.count else {
            throw AzureTableFault(
                400, "DuplicatePropertiesSpecified", "A property is specified more than one time.")
        }
        return members
    }

    private func query(
        _ name: String, _ call: AzureTableCall, _ answers: AzureTableAnswers
    ) throws(AzureTableFault) -> SimulatedAnswer {
        guard let rows = tables[name.lowercased()]?.all else { throw Self.tableNotFound }
        let filter = try call.parameter("$filter").map { (text) throws(AzureTableFault) in try AzureTableFilter(text) }
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
        let start = mark.map { tables[name.lowercased()]?.place($0.partition, $0.row).index ?? 0 } ?? 0
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

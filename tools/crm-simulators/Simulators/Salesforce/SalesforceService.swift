package import Leads
package import OrderedJSON

/// A Salesforce org with its token endpoint and the part of the REST API that is about leads.
///
/// It is as strict as the real one about sessions, fields, types and external ids.
package actor SalesforceService: SimulatedSystem {
    let settings: SalesforceSettings
    let object: SalesforceObject
    private var tokens = AccessTokenBook()
    var leads: SalesforceLeads
    var createdCount = 0
    var updatedCount = 0
    /// Leads that assignment rules ran for.
    var assignedCount = 0
    private var usedToday = 0
    private var today: Int64 = 0

    package init(_ settings: SalesforceSettings) {
        self.settings = settings
        object = SalesforceObject(settings)
        leads = SalesforceLeads(keyField: settings.externalIDField)
    }

    package nonisolated var methods: [String] { ["GET", "POST", "PATCH", "PUT", "DELETE"] }

    /// A code in lower case is one of the token endpoint.
    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        if let code, !code.isEmpty, code == code.lowercased() {
            return SalesforceTokenEndpoint.refusal(code, "as asked", status: status)
        }
        return SalesforceFault.asked(status: status, code: code).answer
    }

    // Not asynchronous, it would lose against the method of the protocol that does nothing.
    package func expireTokens() async { tokens.endAll() }

    package var records: [JSON] {
        leads.all.map { lead in
            ["key": .string(key(of: lead)), "written": .number(lead.written), "fields": .object(lead.fields)]
        }
    }

    package var counts: [(name: String, count: Int)] {
        [
            ("records", leads.all.count), ("created", createdCount), ("updated", updatedCount),
            ("tokens", tokens.count), ("assigned", assignedCount), ("usedToday", usedToday),
        ]
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        let base = settings.instance ?? "http://" + (arrival["host"] ?? "localhost")
        if arrival.path == "/services/oauth2/token" {
            let answer = SalesforceTokenEndpoint(settings: settings, base: base).answer(arrival, &tokens, now)
            return .answered(answer, fate: answer.status == 200 ? .accepted : .rejected, reason: nil)
        }
        var outcome = SalesforceOutcome()
        do throws(SalesforceFault) {
            let call = try SalesforceCall(arrival)
            guard call.version != nil else {
                guard call.method == "GET" else { throw .method(call.method, allowed: "GET,HEAD") }
                return .answered(Self.answer(200, Self.versions), fate: .accepted, reason: nil)
            }
            try authorize(arrival, now)
            try answer(call, refusal, now, &outcome)
        } catch {
            outcome.answer = error.answer
            outcome.fault = error
        }
        if outcome.fault?.status != 401 {
            outcome.answer.headers.append(("sforce-limit-info", "api-usage=\(usedToday)/\(settings.dailyLimit)"))
        }
        let reason = outcome.fault.map { "\($0.code) \($0.message)" }
        return .answered(
            outcome.answer, fate: reason == nil ? .accepted : .rejected, reason: reason, records: outcome.records)
    }

    private func authorize(_ arrival: Arrival, _ now: Instant) throws(SalesforceFault) {
        guard let header = arrival["authorization"] else { throw .session }
        let words = header.split(separator: " ")
        guard words.count == 2, ["bearer", "oauth"].contains(words[0].lowercased()) else { throw .header }
        guard case .good = tokens.state(of: String(words[1]), at: now) else { throw .session }
        tokens.renew(String(words[1]), at: now)
        if today != now.dayNumber {
            today = now.dayNumber
            usedToday = 0
        }
        guard usedToday < settings.dailyLimit else { throw .limit }
        usedToday += 1
    }

    private func answer(
        _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant, _ outcome: inout SalesforceOutcome
    ) throws(SalesforceFault) {
        let parts = call.parts
        let refusesFirst = refusal?.places.contains(0) == true ? refusal : nil
        switch (call.method, parts.first ?? "", parts.count) {
        case ("GET", "", 0), ("GET", "limits", 1), ("GET", "sobjects", 1), ("GET", "query", 1), ("GET", "queryAll", 1):
            outcome.answer = Self.answer(200, try read(call))
        case (_, "sobjects", 2...4) where parts[1].lowercased() == "lead":
            try answerOne(call, refusesFirst, now, &outcome)
        case ("POST", "composite", 2) where parts[1] == "sobjects":
            try store(call, refusal, now, by: nil, &outcome)
        case ("PATCH", "composite", 4) where parts[1] == "sobjects" && parts[2].lowercased() == "lead":
            guard (call.version ?? 0) >= 46 else { throw .notFound }
            guard let field = object.field(parts[3]), object.isKey(parts[3]) else {
                throw SalesforceFault(
                    400, "INVALID_FIELD",
                    "Field name provided, \(parts[3]) does not match an External ID, Salesforce Id, or indexed field "
                        + "for Lead")
            }
            try store(call, refusal, now, by: field, &outcome)
        case (let method, "limits", 1), (let method, "query", 1): throw .method(method, allowed: "GET,HEAD")
        default: throw .notFound
        }
    }

    private func answerOne(
        _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant, _ outcome: inout SalesforceOutcome
    ) throws(SalesforceFault) {
        let parts = call.parts
        switch (call.method, parts.count) {
        case ("GET", 2):
            outcome.answer = Self.answer(200, ["objectDescribe": object.description, "recentItems": .array([])])
        case ("GET", 3) where parts[2] == "describe":
            outcome.answer = Self.answer(200, object.description)
        case ("POST", 2):
            try create(call, refusal, now, &outcome)
        case ("GET", 3), ("GET", 4):
            guard let place = try place(call) else { throw .notFound }
            let names = call.parameter("fields")?.split(separator: ",").map(String.init) ?? object.fields.map(\.name)
            let lead = leads.all[place]
            outcome.answer = Self.answer(200, try object.show(lead, names, path: call.path(of: lead)))
        case ("PATCH", 3):
            guard let place = try place(call) else { throw .notFound }
            try update(place, call, refusal, now, &outcome)
        case ("PATCH", 4):
            try upsert(call, refusal, now, &outcome)
        case (let method, 2): throw .method(method, allowed: "GET,HEAD,POST")
        case (let method, _): throw .method(method, allowed: "GET,HEAD,PATCH,DELETE")
        }
    }

    /// The lead that the path names by its id, or by the external id; `nil` where there is none.
    func place(_ call: SalesforceCall) throws(SalesforceFault) -> Int? {
        let parts = call.parts
        if parts.count == 3 { return leads.place(id: parts[2]) }
        if parts[2].lowercased() == "id" { return leads.place(id: parts[3]) }
        guard object.isKey(parts[2]) else { throw .externalID(parts[2]) }
        let places = leads.places(key: parts[3])
        guard places.count <= 1 else { throw .several(places.map { call.path(of: leads.all[$0]) }) }
        return places.first
    }

    private func read(_ call: SalesforceCall) throws(SalesforceFault) -> JSON {
        let root = "/services/data/v\(call.version ?? 0).0"
        switch call.parts.first ?? "" {
        case "":
            let names = ["sobjects", "limits", "query", "queryAll", "composite"]
            return .object(names.map { JSON.Member($0, .string("\(root)/\($0)")) })
        case "limits":
            return [
                "DailyApiRequests": [
                    "Max": .number(settings.dailyLimit), "Remaining": .number(settings.dailyLimit - usedToday),
                ]
            ]
        case "sobjects":
            let lead: JSON = [
                "name": .string("Lead"), "label": .string("Lead"), "keyPrefix": .string("00Q"),
                "urls": ["sobject": .string("\(root)/sobjects/Lead")],
            ]
            return ["encoding": .string("UTF-8"), "maxBatchSize": .number(200), "sobjects": .array([lead])]
        default:
            return try find(call)
        }
    }

    private func find(_ call: SalesforceCall) throws(SalesforceFault) -> JSON {
        guard let text = call.parameter("q") else {
            throw SalesforceFault(400, "MALFORMED_QUERY", "A query must be there.")
        }
        let query = try SalesforceQuery(text)
        var conditions: [(field: SalesforceField, values: Set<String>)] = []
        for condition in query.conditions {
            guard let field = object.field(condition.field) else { throw .column(condition.field) }
            conditions.append((field, Set(condition.values.map { $0.lowercased() })))
        }
        let found = leads.all.lazy.filter { lead in
            conditions.allSatisfy { $0.values.contains(lead[$0.field].string?.lowercased() ?? "") }
        }
        var rows: [JSON] = []
        for lead in found.prefix(query.limit) {
            rows.append(try object.show(lead, query.fields, path: call.path(of: lead)))
        }
        return ["totalSize": .number(rows.count), "done": .bool(true), "records": .array(rows)]
    }

    func key(of lead: SalesforceLead) -> String { lead[settings.externalIDField]?.string ?? lead.id }

    static func answer(_ status: Int, _ json: JSON) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status, headers: [("content-type", "application/json;charset=UTF-8")], body: json.encoded())
    }

    private static let versions = JSON.array(
        SalesforceCall.versions.map { number in
            [
                "label": .string("Release \(number)"), "url": .string("/services/data/v\(number).0"),
                "version": .string("\(number).0"),
            ]
        })
}

/// What a request came to, gathered while it is answered.
struct SalesforceOutcome {
    var answer = SimulatedAnswer(status: 204)
    var fault: SalesforceFault?
    var records: [RecordFate] = []
}

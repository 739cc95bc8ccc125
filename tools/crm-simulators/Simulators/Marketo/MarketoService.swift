package import Leads
package import OrderedJSON

/// One instance of Marketo: its endpoint for tokens, and the part of its REST API that is about leads.
///
/// As Marketo does, it says 200 to nearly everything and puts what went wrong into the body.
package actor MarketoService: SimulatedSystem {
    private let settings: MarketoSettings
    private let assets: MarketoAssets
    private var tokens: MarketoTokens
    private var leads: MarketoLeads
    private var recent: RollingLimit?
    /// The day of US Central Standard Time that calls were counted on, and how many.
    private var today: (day: Int64, calls: Int) = (0, 0)
    private var underWay = 0
    private var requests = 0
    private let pause: @Sendable () async -> Void

    /// - Parameter pause: is waited for between the decision what to write and the writing. Calls that come meanwhile
    ///   do not see it, and count as concurrent.
    package init(_ settings: MarketoSettings, now: Instant, pause: @escaping @Sendable () async -> Void = {}) {
        self.settings = settings
        self.pause = pause
        let fields = MarketoFields(settings)
        assets = MarketoAssets(settings, fields: fields)
        tokens = MarketoTokens(settings)
        recent = settings.callsPerTwentySeconds.map { RollingLimit(calls: $0, span: 20 * .second) }
        var leads = MarketoLeads(fields: fields)
        for email in settings.duplicates {
            for _ in 0..<2 { leads.make(key: email, [JSON.Member("email", .string(email))], now: now) }
        }
        self.leads = leads
    }

    package nonisolated var methods: [String] { ["GET", "POST"] }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        let answers = MarketoAnswers(number: 0, now: Instant(micros: 0))
        if status == 200 || code != nil {
            let answer = answers.failure(.call(code ?? "611"))
            return SimulatedAnswer(status: status, headers: answer.headers, body: answer.body)
        }
        return answers.failure(
            status == 401
                ? .identity(status: 401, error: "unauthorized", description: "As asked") : .http(status: status))
    }

    /// Asynchronous although it waits for nothing: else callers of the type itself get the default of the protocol.
    package func expireTokens() async { tokens.end() }

    package var records: [JSON] {
        leads.all.map { lead in
            [
                "key": .string(lead.key), "written": .number(lead.written), "id": .number(lead.id),
                "fields": .object(lead.fields),
            ]
        }
    }

    package var counts: [(name: String, count: Int)] {
        [
            ("records", leads.all.count), ("created", leads.created), ("updated", leads.updated),
            ("tokens", tokens.answers), ("repeatedKeys", leads.repeatedKeys),
        ]
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) async -> Verdict {
        requests += 1
        let answers = MarketoAnswers(number: requests, now: now)
        underWay += 1
        defer { underWay -= 1 }
        do throws(MarketoFault) {
            try MarketoCall.checkShape(arrival)
            if arrival.path == "/identity/oauth/token" {
                return .answered(try tokens.answer(arrival, now: now), fate: .accepted, reason: nil)
            }
            try tokens.check(arrival, now: now)
            try count(now)
            let call = try MarketoCall(arrival)
            if call.writes, settings.isReadOnly { throw .call("603") }
            return try await answer(call, answers, now: now, refusing: refusal)
        } catch {
            return .answered(answers.failure(error), fate: .rejected, reason: error.reason)
        }
    }

    /// Counts a call against the limits; throws when it is above one.
    private func count(_ now: Instant) throws(MarketoFault) {
        if let limit = settings.concurrentCalls, underWay > limit { throw .call("615") }
        if let calls = recent?.calls, recent?.admit(now) == false {
            throw .call(MarketoReason("606", "Max rate limit '\(calls)' exceeded with in '20' secs"))
        }
        guard let limit = settings.callsPerDay else { return }
        let day = (now - 6 * .hour).dayNumber
        if today.day != day { today = (day, 0) }
        guard today.calls < limit else { throw .call(MarketoReason("607", "Daily quota '\(limit)' reached")) }
        today.calls += 1
    }

    private func answer(
        _ call: MarketoCall, _ answers: MarketoAnswers, now: Instant, refusing refusal: Refusal?
    ) async throws(MarketoFault) -> Verdict {
        let write: MarketoWrite
        switch call {
        case .syncLeads(let json):
            write = try MarketoWrite(sync: json, fields: leads.fields, partitions: settings.partitions)
        case .pushLeads(let json):
            write = try MarketoWrite(
                push: json, fields: leads.fields, partitions: settings.partitions, assets: assets)
        case .submitForm(let json):
            write = try MarketoWrite(form: json, assets: assets)
        case .describe:
            return .answered(answers.success(leads.fields.descriptions), fate: .accepted, reason: nil)
        case .findLeads(let parameters):
            return .answered(try find(parameters, answers), fate: .accepted, reason: nil)
        case .forms, .form, .formFields, .programByName:
            return .answered(try assets.answer(call, answers), fate: .accepted, reason: nil)
        }
        return await carryOut(write, answers, now: now, refusing: refusal)
    }

    private func carryOut(
        _ write: MarketoWrite, _ answers: MarketoAnswers, now: Instant, refusing refusal: Refusal?
    ) async -> Verdict {
        let decisions = write.records.enumerated().map { place, record in
            let decision = leads.decide(record.members, action: write.action, lookup: write.lookup)
            let isAsked = refusal?.places.contains(place) == true
            guard let reason = isAsked ? MarketoReason(refusal?.code ?? "1003") : record.refusal else {
                return decision
            }
            return leads.skipping(decision, for: reason)
        }
        await pause()
        let results = decisions.map { leads.carryOut($0, now: now, isPush: write.isPush) }
        return .answered(
            answers.success(results.map(\.0)), fate: .accepted, reason: nil, records: results.map(\.1))
    }

    private func find(_ parameters: SentParameters, _ answers: MarketoAnswers) throws(MarketoFault) -> SimulatedAnswer {
        guard let type = parameters["filterType"] else { throw .call(.missing("filterType")) }
        guard let values = parameters.list("filterValues"), !values.isEmpty else {
            throw .call(.missing("filterValues"))
        }
        guard let field = leads.fields[type] else { throw .call(.noField(type)) }
        guard field.isKey else { throw .call(.unsupportedField(type)) }
        guard values.count <= 300 else { throw .call(.invalid("More than 300 filterValues")) }
        let names =
            parameters.list("fields")
            ?? ["id", "email", "updatedAt", "createdAt", "firstName", "lastName"]
        if let stray = names.first(where: { leads.fields[$0] == nil }) { throw .call(.noField(stray)) }
        let size = min(300, max(1, parameters["batchSize"].flatMap { Int($0) } ?? 300))
        let first = parameters["nextPageToken"].flatMap { Int($0) } ?? 0
        let found = Array(Set(values.flatMap { leads.find(type, $0) })).sorted()
        guard found.count <= 1_000 else { throw .call(.invalid("Too many results match the filter")) }
        let page = found.dropFirst(first).prefix(size)
        let shown = (names.contains("id") ? names : ["id"] + names)
        return answers.page(
            page.map { place in .object(shown.map { JSON.Member($0, leads.all[place].value($0)) }) },
            next: first + size < found.count ? String(first + size) : nil)
    }
}

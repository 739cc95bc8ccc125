package import Leads
package import OrderedJSON

/// One HubSpot account: the part of its API that is about contacts.
package actor HubSpotService: SimulatedSystem {
    private let settings: HubSpotSettings
    private var contacts: HubSpotContacts
    private var token: SimulatedSecret?
    private var nextToken: SimulatedSecret?
    private var ended: [SimulatedSecret] = []
    private var limit: RollingLimit?
    /// Calls since the start, against the limit of a day.
    private var calls = 0

    private static let callsPerDay = 500_000
    private static let standardNames = [
        "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname",
    ]

    package init(_ settings: HubSpotSettings) {
        self.settings = settings
        contacts = HubSpotContacts(properties: HubSpotProperties(settings))
        token = SimulatedSecret(settings.token)
        nextToken = settings.nextToken.map { SimulatedSecret($0) }
        limit = settings.callsPerTenSeconds.map { RollingLimit(calls: $0, span: 10 * .second) }
    }

    package nonisolated var methods: [String] { ["GET", "POST", "PATCH", "PUT", "DELETE"] }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        if status == 429 {
            let policy = code ?? "TEN_SECONDLY_ROLLING"
            var answer = HubSpotFault.limit(policy).answer
            answer.headers += Self.headers(
                limit: 100, remaining: policy == "DAILY" ? 100 : 0,
                dailyRemaining: policy == "DAILY" ? 0 : Self.callsPerDay)
            return answer
        }
        let usual = [
            401: "INVALID_AUTHENTICATION", 403: "MISSING_SCOPES", 404: "OBJECT_NOT_FOUND", 409: "CONFLICT",
            400: "VALIDATION_ERROR", 423: "LOCKED", 477: "MIGRATION_IN_PROGRESS",
        ]
        return HubSpotFault(
            status: status, category: code ?? usual[status] ?? "INTERNAL_ERROR", message: "As asked"
        ).answer
    }

    /// Asynchronous although it waits for nothing: else callers of the type itself get the default of the protocol.
    package func expireTokens() async {
        if let token { ended.append(token) }
        token = nextToken
        nextToken = nil
    }

    package var records: [JSON] {
        contacts.all.map { contact in
            [
                "key": .string(contact.key), "written": .number(contact.written), "id": .string(String(contact.id)),
                "fields": .object(contact.properties),
            ]
        }
    }

    package var counts: [(name: String, count: Int)] {
        [
            ("records", contacts.all.count), ("created", contacts.created), ("updated", contacts.updated),
            ("tokens", 0),
        ]
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) async -> Verdict {
        var answered: (answer: SimulatedAnswer, fates: [RecordFate])
        var reason: String?
        do throws(HubSpotFault) {
            try checkToken(arrival)
            if limit?.admit(now) == false { throw .limit("TEN_SECONDLY_ROLLING") }
            calls += 1
            let call = try HubSpotCall(arrival)
            if let scope = call.scope, !settings.scopes.contains(scope) { throw .scope(scope) }
            answered = try answer(call, SentParameters(query: arrival.query), now: now, refusing: refusal)
        } catch {
            answered = (error.answer, [])
            reason = error.category
        }
        if answered.answer.status != 401 {
            answered.answer.headers += Self.headers(
                limit: limit?.calls ?? 100, remaining: limit?.remaining ?? 99,
                dailyRemaining: Self.callsPerDay - calls)
        }
        return .answered(
            answered.answer, fate: reason == nil ? .accepted : .rejected, reason: reason, records: answered.fates)
    }

    private static func headers(limit: Int, remaining: Int, dailyRemaining: Int) -> [(name: String, value: String)] {
        [
            ("X-HubSpot-RateLimit-Max", String(limit)), ("X-HubSpot-RateLimit-Remaining", String(remaining)),
            ("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
            ("X-HubSpot-RateLimit-Daily", String(callsPerDay)),
            ("X-HubSpot-RateLimit-Daily-Remaining", String(dailyRemaining)),
        ]
    }

    private func checkToken(_ arrival: Arrival) throws(HubSpotFault) {
        let words = (arrival["authorization"] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw .authentication("INVALID_AUTHENTICATION")
        }
        let given = String(words[1])
        if token?.matches(given) == true { return }
        throw .authentication(
            ended.contains { $0.matches(given) } ? "EXPIRED_AUTHENTICATION" : "INVALID_AUTHENTICATION")
    }

    private func answer(
        _ call: HubSpotCall, _ parameters: SentParameters, now: Instant, refusing refusal: Refusal?
    ) throws(HubSpotFault) -> (answer: SimulatedAnswer, fates: [RecordFate]) {
        let names = parameters.list("properties") ?? Self.standardNames
        switch call {
        case .upsert(let json):
            return try HubSpotBatch(json, properties: contacts.properties)
                .carryOut(on: &contacts, isMultiStatus: settings.isMultiStatus, now: now, refusing: refusal)
        case .create(let json):
            return try create(HubSpotBatch.properties(json), now: now, refusing: refusal)
        case .update(let id, let json):
            let place = try place(id, parameters)
            return try update(place, HubSpotBatch.properties(json), now: now, refusing: refusal)
        case .read(let id):
            return (HubSpotFault.json(200, .object(contacts.all[try place(id, parameters)].shown(known(names)))), [])
        case .search(let json):
            let search = try HubSpotSearch(json, properties: contacts.properties)
            let found = contacts.all.filter(search.matches)
            let shown = found.prefix(search.limit).map { contact in
                JSON.object(contact.shown(known(search.names ?? Self.standardNames)))
            }
            return (HubSpotFault.json(200, ["total": .number(found.count), "results": .array(shown)]), [])
        case .properties:
            let all = contacts.properties.all.map(\.description)
            return (HubSpotFault.json(200, ["results": .array(all)]), [])
        case .account:
            return (HubSpotFault.json(200, account), [])
        }
    }

    /// What is asked for and is not there is left out without a word.
    private func known(_ names: [String]) -> [String] { names.filter { contacts.properties[$0] != nil } }

    private func create(
        _ members: [JSON.Member], now: Instant, refusing refusal: Refusal?
    ) throws(HubSpotFault) -> (answer: SimulatedAnswer, fates: [RecordFate]) {
        try refuse(refusal)
        try contacts.properties.check(members)
        try contacts.checkConflicts(members, at: nil)
        let key = members.first { $0.name == "email" }?.value.string ?? ""
        let place = contacts.create(key: key, members, now: now)
        let names = members.map(\.name)
        let shown = names + Self.standardNames.filter { !names.contains($0) }
        return (
            HubSpotFault.json(201, .object(contacts.all[place].shown(shown))), [RecordFate(key: key, fate: .created)]
        )
    }

    private func update(
        _ place: Int, _ members: [JSON.Member], now: Instant, refusing refusal: Refusal?
    ) throws(HubSpotFault) -> (answer: SimulatedAnswer, fates: [RecordFate]) {
        try refuse(refusal)
        try contacts.properties.check(members)
        try contacts.checkConflicts(members, at: place)
        contacts.update(place, members, now: now)
        let contact = contacts.all[place]
        return (
            HubSpotFault.json(200, .object(contact.shown(members.map(\.name) + ["hs_object_id"]))),
            [RecordFate(key: contact.key, fate: .updated)]
        )
    }

    private func refuse(_ refusal: Refusal?) throws(HubSpotFault) {
        guard let refusal, refusal.places.contains(0) else { return }
        throw HubSpotFault(status: 400, category: refusal.code ?? "VALIDATION_ERROR", message: "As asked")
    }

    /// Where the contact is that a path and `idProperty` name.
    private func place(_ id: String, _ parameters: SentParameters) throws(HubSpotFault) -> Int {
        let property = parameters["idProperty"]
        if let property, !contacts.properties.identifies(property) {
            throw .invalid("Unable to perform update/upsert by non-unique 0-1 property \"\(property)\"")
        }
        guard let place = contacts.find(property, id) else { throw .notFound }
        return place
    }

    private var account: JSON {
        [
            "portalId": .number(settings.portal), "accountType": .string("STANDARD"),
            "timeZone": .string("Europe/Berlin"), "companyCurrency": .string("EUR"),
            "additionalCurrencies": .array([]), "utcOffset": .string("+01:00"),
            "utcOffsetMilliseconds": .number(3_600_000), "uiDomain": .string("app.hubspot.com"),
            "dataHostingLocation": .string("eu1"),
        ]
    }
}

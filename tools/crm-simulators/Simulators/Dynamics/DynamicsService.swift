package import Leads
package import OrderedJSON

/// A Dataverse environment with its Web API, and the token endpoint of Entra ID that goes with it.
///
/// It is as strict as the real one about tokens, columns and keys, and stricter about headers that the real one only
/// asks for. It does not have batches.
package actor DynamicsService: SimulatedSystem {
    private let settings: DynamicsSettings
    private let columns: [DynamicsColumn]
    private var tokens = AccessTokenBook()
    private var leads: DynamicsLeads
    private var createdCount = 0
    private var updatedCount = 0

    package init(_ settings: DynamicsSettings) {
        self.settings = settings
        let own = settings.columns.contains { $0.name == settings.keyColumn }
        columns =
            DynamicsColumn.standard + (own ? [] : [DynamicsColumn(settings.keyColumn, .string(maximum: 100))])
            + settings.columns
        leads = DynamicsLeads(keyColumn: settings.keyColumn)
    }

    package nonisolated var methods: [String] { ["GET", "POST", "PATCH"] }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        if let code, code.hasPrefix("AADSTS"), let digits = Int(code.dropFirst(6)) {
            return EntraAnswers.refusal(digits, "As asked.", status: status)
        }
        return DynamicsFault.asked(status: status, code: code).answer
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
            ("tokens", tokens.count),
        ]
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        let base = settings.environment ?? "http://" + (arrival["host"] ?? "localhost")
        if arrival.path.hasSuffix("/oauth2/v2.0/token") {
            let answer = EntraEndpoint(settings: settings, base: base).answer(arrival, &tokens, now)
            return .answered(answer, fate: answer.status == 200 ? .accepted : .rejected, reason: nil)
        }
        var key: String?
        do throws(DynamicsFault) {
            guard arrival.path.hasPrefix("/api/data/") else { throw .segment(arrival.path) }
            try authorize(arrival, base, now)
            let call = try DynamicsCall(arrival, base: base)
            try checkRole(call)
            guard call.method != "GET" else { return .answered(try read(call), fate: .accepted, reason: nil) }
            let (answer, record) = try write(call, refusal, &key)
            return .answered(answer, fate: .accepted, reason: nil, records: [record])
        } catch {
            let records = key.map { [RecordFate(key: $0, fate: error.isKnown ? .known : .refused)] } ?? []
            let reason = "\(error.code) \(error.message)"
            return .answered(
                error.answer, fate: error.isKnown ? .duplicate : .rejected, reason: reason, records: records)
        }
    }

    private func authorize(_ arrival: Arrival, _ base: String, _ now: Instant) throws(DynamicsFault) {
        let words = (arrival["authorization"] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw .unauthorized(settings, base, hasEnded: false)
        }
        switch tokens.state(of: String(words[1]), at: now) {
        case .good(let audience) where audience == EntraEndpoint.host(of: base): return
        case .ended: throw .unauthorized(settings, base, hasEnded: true)
        case .good, .unknown: throw .unauthorized(settings, base, hasEnded: false)
        }
    }

    private func checkRole(_ call: DynamicsCall) throws(DynamicsFault) {
        switch (settings.role, call.address) {
        case (.full, _), (.none, .whoAmI): return
        case (.absent, _): throw .noUser
        case (.none, .keys), (.none, .attributes): throw .privilege("prvReadEntity")
        case (.none, .lead), (.none, .leads):
            throw .privilege(call.method == "GET" ? "prvReadLead" : "prvCreateLead")
        }
    }

    private func read(_ call: DynamicsCall) throws(DynamicsFault) -> SimulatedAnswer {
        let answers = DynamicsAnswers(call: call, columns: columns)
        switch call.address {
        case .whoAmI: return answers.whoAmI()
        case .keys: return try answers.keys(settings)
        case .attributes(let kind): return try answers.attributes(kind: kind)
        case .leads: return try answers.list(leads.all)
        case .lead(let key):
            guard let place = try place(of: key) else { throw missing(key) }
            return try answers.one(leads.all[place], status: 200)
        }
    }

    private func write(
        _ call: DynamicsCall, _ refusal: Refusal?, _ name: inout String?
    ) throws(DynamicsFault) -> (SimulatedAnswer, RecordFate) {
        let answers = DynamicsAnswers(call: call, columns: columns)
        let members = try call.members()
        let id = members.first { $0.name == "leadid" }?.value.string.flatMap(DynamicsAddress.identifier)
        let keyInBody = members.first { $0.name == settings.keyColumn }?.value.string
        var place: Int?
        var newID = id ?? Self.newIdentifier()
        var newMembers = members
        var address: String?
        switch (call.method, call.address) {
        case ("POST", .leads):
            name = keyInBody ?? newID
            if leads.place(id: newID) != nil { throw .sameID }
        case ("PATCH", .lead(.identifier(let id))):
            name = keyInBody ?? id
            place = leads.place(id: id)
            newID = id
        case ("PATCH", .lead(.column(let column, let value))):
            name = value
            place = try self.place(of: .column(column, value: value))
            address = call.addressOnTheWire
            // What the body says is what a new lead gets; a lead that is there keeps what the address says.
            if place != nil || keyInBody == nil {
                newMembers.removeAll { $0.name == column }
                if place == nil { newMembers.append(JSON.Member(column, .string(value))) }
            }
        default: throw .method
        }
        if let refusal, refusal.places.contains(0) {
            throw .refusal(code: refusal.code, column: members.first?.name ?? "subject")
        }
        try check(newMembers)
        try check(call, place)
        try checkUnique(newMembers, call, place)
        newMembers.removeAll { $0.name == "leadid" || $0.name.contains("@") }
        let isNew = place == nil
        if let place { leads.change(place, newMembers) } else { place = leads.add(id: newID, newMembers) }
        if isNew { createdCount += 1 } else { updatedCount += 1 }
        let lead = leads.all[place ?? 0]
        let record = RecordFate(key: key(of: lead), fate: isNew ? .created : .updated)
        guard call.wantsRepresentation else {
            return (answers.nothing(address: address ?? call.address(of: lead)), record)
        }
        return (try answers.one(lead, status: isNew ? 201 : 200), record)
    }

    /// Whether every member is a column, and its value is one that the column takes.
    private func check(_ members: [JSON.Member]) throws(DynamicsFault) {
        for member in members where !member.name.hasPrefix("@odata.") {
            if member.name == "campaignid@odata.bind" {
                let digits = (member.value.string ?? "").split(separator: "(").last?.dropLast() ?? ""
                throw DynamicsFault(404, "0x80040217", "Entity 'Campaign' With Id = \(digits) Does Not Exist")
            }
            guard let column = columns.first(where: { $0.name == member.name }) else {
                throw .payload(
                    "Microsoft.Crm.CrmException: Invalid property '\(member.name)' was found in entity "
                        + "'Microsoft.Dynamics.CRM.lead'. ---> Microsoft.OData.ODataException: Does not support "
                        + "untyped value in non-open type.")
            }
            if let fault = column.fault(member.value) { throw fault }
        }
    }

    /// Whether the lead is there or not as the request wants it.
    private func check(_ call: DynamicsCall, _ place: Int?) throws(DynamicsFault) {
        switch call.condition {
        case .any: break
        case .absent: if place != nil { throw .exists }
        case .present, .version:
            guard let place else {
                if case .lead(let key) = call.address { throw missing(key) }
                throw .syntax("If-Match does not go with POST.")
            }
            if case .version(let tag) = call.condition, tag != leads.all[place].etag { throw .otherVersion }
        }
        if let place, let value = leads.all[place][settings.keyColumn]?.string, settings.qualified.contains(value) {
            throw .readOnly
        }
    }

    private func checkUnique(_ members: [JSON.Member], _ call: DynamicsCall, _ place: Int?) throws(DynamicsFault) {
        if settings.keyStatus == .active,
            let value = members.first(where: { $0.name == settings.keyColumn })?.value.string,
            let other = leads.place(key: value), other != place
        {
            throw .sameKey(settings.keyColumn)
        }
        if settings.findsDuplicates, call.detectsDuplicates,
            let email = members.first(where: { $0.name == "emailaddress1" })?.value.string,
            leads.has(email: email, besides: place)
        {
            throw .duplicate
        }
    }

    private func place(of key: DynamicsAddress.Key) throws(DynamicsFault) -> Int? {
        switch key {
        case .identifier(let id): return leads.place(id: id)
        case .column(let column, let value):
            guard column == settings.keyColumn, settings.keyStatus == .active else { throw .undefinedKey }
            return leads.place(key: value)
        }
    }

    private func missing(_ key: DynamicsAddress.Key) -> DynamicsFault {
        if case .identifier(let id) = key { return .missing(id: id) }
        return .missingByKey
    }

    private func key(of lead: DynamicsLead) -> String { lead[settings.keyColumn]?.string ?? lead.id }

    private static func newIdentifier() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        func group(_ count: Int) -> String {
            String((0..<count).map { _ in digits.randomElement(using: &random) ?? "0" })
        }
        return "\(group(8))-\(group(4))-4\(group(3))-a\(group(3))-\(group(12))"
    }
}

internal import Leads
internal import OrderedJSON

extension SalesforceService {
    /// Records in one request at most.
    private static var maximumRecords: Int { 200 }

    func create(
        _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant, _ outcome: inout SalesforceOutcome
    ) throws(SalesforceFault) {
        let members = try call.members()
        if members.contains(where: { $0.name.lowercased() == "id" }) { throw .superfluous("Id") }
        let read = try object.read(members)
        let place = try noting(key(in: read), &outcome) { () throws(SalesforceFault) in
            try store(read, nil, call, refusal, now)
        }
        let id = leads.all[place].id
        outcome.records = [RecordFate(key: key(of: leads.all[place]), fate: .created)]
        outcome.answer = Self.answer(201, ["id": .string(id), "success": .bool(true), "errors": .array([])])
    }

    func update(
        _ place: Int, _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant, _ outcome: inout SalesforceOutcome
    ) throws(SalesforceFault) {
        let members = try call.members()
        if members.contains(where: { $0.name.lowercased() == "id" }) { throw .superfluous("Id") }
        let read = try object.read(members)
        _ = try noting(key(of: leads.all[place]), &outcome) { () throws(SalesforceFault) in
            try store(read, place, call, refusal, now)
        }
        outcome.records = [RecordFate(key: key(of: leads.all[place]), fate: .updated)]
    }

    func upsert(
        _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant, _ outcome: inout SalesforceOutcome
    ) throws(SalesforceFault) {
        guard object.isKey(call.parts[2]) || call.parts[2].lowercased() == "id" else {
            throw .externalID(call.parts[2])
        }
        let members = try call.members()
        let value = call.parts[3]
        for member in members {
            let name = member.name.lowercased()
            if name == "id" || name == call.parts[2].lowercased() { throw .superfluous(member.name) }
        }
        let read = try object.read(members)
        let (place, isNew) = try noting(value, &outcome) { () throws(SalesforceFault) in
            let known = try self.place(call)
            let isByID = call.parts[2].lowercased() == "id"
            if known == nil, isByID || (call.parameter("updateOnly") == "true" && (call.version ?? 0) >= 61) {
                throw .notFound
            }
            let key = known == nil ? [JSON.Member(settings.externalIDField, .string(value))] : []
            return (try store(read + key, known, call, refusal, now), known == nil)
        }
        let lead = leads.all[place]
        outcome.records = [RecordFate(key: key(of: lead), fate: isNew ? .created : .updated)]
        // Old versions say nothing of a lead that was there.
        guard isNew || (call.version ?? 0) >= 46 else { return }
        outcome.answer = Self.answer(
            isNew ? 201 : 200,
            [
                "id": .string(lead.id), "success": .bool(true), "errors": .array([]), "created": .bool(isNew),
            ])
    }

    /// Many records in one request.
    /// - Parameter field: the external id that says which are there already; without it all are made.
    func store(
        _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant, by field: SalesforceField?,
        _ outcome: inout SalesforceOutcome
    ) throws(SalesforceFault) {
        let body = JSON.object(try call.members())
        guard let records = body["records"]?.array, body["allOrNone"].map({ $0.bool != nil }) ?? true else {
            throw .parser("Cannot deserialize the collection: records or allOrNone is missing or of another type")
        }
        guard records.count <= Self.maximumRecords else {
            throw SalesforceFault(
                400, "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records in this call")
        }
        var inputs: [(key: String?, members: [JSON.Member])] = []
        for record in records { inputs.append(try input(record, by: field)) }
        let isAllOrNone = body["allOrNone"]?.bool == true
        // Kept only where it may be wanted: it makes the next write copy all leads.
        let before = isAllOrNone ? (leads, createdCount, updatedCount, assignedCount) : nil
        var seen: Set<String> = []
        var results: [Result<(place: Int, isNew: Bool), SalesforceFault>] = []
        for (index, input) in inputs.enumerated() {
            do throws(SalesforceFault) {
                let refuses = refusal?.places.contains(index) == true
                let isAgain = input.key.map { !seen.insert($0.lowercased()).inserted } ?? false
                guard !isAgain else {
                    throw SalesforceFault(
                        400, "DUPLICATE_VALUE", "Duplicate external id specified: \(input.key ?? "")",
                        fields: [settings.externalIDField])
                }
                results.append(.success(try store(input, by: field, call, refuses ? refusal : nil, now)))
            } catch {
                results.append(.failure(error))
            }
        }
        let hasFailed = results.contains { if case .failure = $0 { true } else { false } }
        if let before, hasFailed {
            (leads, createdCount, updatedCount, assignedCount) = before
            results = results.map { result in
                guard case .success = result else { return result }
                return .failure(
                    SalesforceFault(
                        400, "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                        "Record rolled back because not all records were valid and the request was using AllOrNone "
                            + "header"))
            }
        }
        outcome.records = zip(inputs, results).map { input, result in
            guard case .success(let stored) = result else {
                return RecordFate(key: input.key ?? key(in: input.members), fate: .refused)
            }
            return RecordFate(key: key(of: leads.all[stored.place]), fate: stored.isNew ? .created : .updated)
        }
        outcome.answer = Self.answer(200, .array(results.map { show($0, saysWhether: field != nil) }))
    }

    private func show(_ result: Result<(place: Int, isNew: Bool), SalesforceFault>, saysWhether: Bool) -> JSON {
        switch result {
        case .failure(let fault): return fault.result
        case .success(let stored):
            var members = [
                JSON.Member("id", .string(leads.all[stored.place].id)), JSON.Member("success", .bool(true)),
                JSON.Member("errors", .array([])),
            ]
            if saysWhether { members.append(JSON.Member("created", .bool(stored.isNew))) }
            return .object(members)
        }
    }

    /// One record of many, taken apart; what is wrong with its form is the fault of the whole request.
    private func input(
        _ record: JSON, by field: SalesforceField?
    ) throws(SalesforceFault) -> (key: String?, members: [JSON.Member]) {
        var members = try SalesforceCall.members(of: record)
        guard let type = record["attributes"]?["type"]?.string else {
            throw .parser("Cannot deserialize a record: attributes.type is missing")
        }
        guard type.lowercased() == "lead" else {
            throw SalesforceFault(400, "INVALID_TYPE", "sObject type '\(type)' is not supported.")
        }
        if members.contains(where: { $0.name.lowercased() == "id" }) { throw .superfluous("Id") }
        var key: String?
        if let field, let index = members.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() }) {
            if let fault = field.typeFault(members[index].value) { throw fault }
            key = members.remove(at: index).value.string.flatMap { $0.isEmpty ? nil : $0 }
        }
        return (key, try object.read(members))
    }

    private func store(
        _ input: (key: String?, members: [JSON.Member]), by field: SalesforceField?, _ call: SalesforceCall,
        _ refusal: Refusal?, _ now: Instant
    ) throws(SalesforceFault) -> (place: Int, isNew: Bool) {
        guard let field else { return (try store(input.members, nil, call, refusal, now), true) }
        guard let key = input.key else {
            throw SalesforceFault(400, "MISSING_ARGUMENT", "\(field.name) not specified", fields: [])
        }
        let places = leads.places(key: key)
        guard places.count <= 1 else { throw .several(places.map { leads.all[$0].id }) }
        let members = input.members + (places.isEmpty ? [JSON.Member(field.name, .string(key))] : [])
        return (try store(members, places.first, call, refusal, now), places.isEmpty)
    }

    /// Makes or changes one lead, if the org has nothing against it.
    private func store(
        _ members: [JSON.Member], _ place: Int?, _ call: SalesforceCall, _ refusal: Refusal?, _ now: Instant
    ) throws(SalesforceFault) -> Int {
        if let refusal { throw .refusal(code: refusal.code, field: members.first?.name ?? "LastName") }
        if let place, object.isConverted(leads.all[place]) {
            throw SalesforceFault(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields: [])
        }
        try object.check(members, isNew: place == nil)
        let key = members.first { $0.name == settings.externalIDField }?.value.string
        if settings.isUnique, let key, let other = leads.places(key: key).first(where: { $0 != place }) {
            throw SalesforceFault(
                400, "DUPLICATE_VALUE",
                "duplicate value found: \(settings.externalIDField) duplicates value on record with id: "
                    + leads.all[other].id, fields: [])
        }
        try checkDuplicates(members, place, call)
        if call.assigns { assignedCount += 1 }
        guard let place else {
            createdCount += 1
            return leads.add(members, at: now)
        }
        updatedCount += 1
        leads.change(place, members)
        return place
    }

    private func checkDuplicates(
        _ members: [JSON.Member], _ place: Int?, _ call: SalesforceCall
    ) throws(SalesforceFault) {
        switch settings.duplicateRule {
        case .none: return
        case .alert: if call.savesDuplicates { return }
        case .block: break
        }
        guard let email = members.first(where: { $0.name == "Email" })?.value.string else { return }
        let others = leads.places(email: email).filter { $0 != place }
        guard !others.isEmpty else { return }
        var fault = SalesforceFault(400, "DUPLICATES_DETECTED", "Use one of these records?", fields: [])
        fault.duplicates = others.map { leads.all[$0].id }
        fault.allowsSaving = settings.duplicateRule == .alert
        throw fault
    }

    private func key(in members: [JSON.Member]) -> String {
        members.first { $0.name == settings.externalIDField }?.value.string ?? "-"
    }

    /// Lets the log say which lead was refused.
    private func noting<Made>(
        _ key: String, _ outcome: inout SalesforceOutcome, _ work: () throws(SalesforceFault) -> Made
    ) throws(SalesforceFault) -> Made {
        do throws(SalesforceFault) {
            return try work()
        } catch {
            outcome.records = [RecordFate(key: key, fate: .refused)]
            throw error
        }
    }
}

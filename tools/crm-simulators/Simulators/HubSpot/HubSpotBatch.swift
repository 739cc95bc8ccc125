internal import Leads
internal import OrderedJSON

/// A batch of contacts to create or update, checked as far as the whole call goes.
struct HubSpotBatch {
    struct Input {
        let id: String
        let trace: String?
        let properties: [JSON.Member]
    }

    let inputs: [Input]
    let idProperty: String
    /// Each input has a trace id that no other has.
    let isTraced: Bool

    private static let inputLimit = 100

    init(_ json: JSON, properties: HubSpotProperties) throws(HubSpotFault) {
        guard let array = json["inputs"]?.array else { throw .invalid("Some required fields were not set: [inputs]") }
        guard (1...Self.inputLimit).contains(array.count) else {
            throw .invalid("The number of inputs must be between 1 and \(Self.inputLimit), it was \(array.count)")
        }
        var inputs: [Input] = []
        for value in array { inputs.append(try Self.input(value)) }
        let names = Set(array.map { $0["idProperty"]?.string ?? "" })
        guard names.count == 1, let name = names.first, !name.isEmpty else {
            throw .invalid("All inputs must have the same idProperty")
        }
        guard properties[name] != nil else { throw .invalid("Property \"\(name)\" does not exist") }
        guard properties.identifies(name), name != "hs_object_id" else {
            throw .invalid("Unable to perform update/upsert by non-unique 0-1 property \"\(name)\"")
        }
        var seen: Set<String> = []
        for input in inputs where !seen.insert(HubSpotContacts.normal(name, input.id)).inserted {
            throw .invalid("Duplicate IDs found in batch input: [\(input.id)]. IDs must be unique")
        }
        self.inputs = inputs
        idProperty = name
        isTraced = Set(inputs.compactMap(\.trace)).count == inputs.count
    }

    private static func input(_ json: JSON) throws(HubSpotFault) -> Input {
        guard case .object = json else { throw .invalid("Invalid input JSON: an input is no object") }
        guard let id = json["id"]?.string, !id.isEmpty else {
            throw .invalid("Some required fields were not set: [id]")
        }
        return Input(
            id: id, trace: json["objectWriteTraceId"]?.string, properties: try HubSpotBatch.properties(json))
    }

    /// The properties of one record, which are texts.
    static func properties(_ json: JSON) throws(HubSpotFault) -> [JSON.Member] {
        guard case .object(let members)? = json["properties"] else {
            throw .invalid("Some required fields were not set: [properties]")
        }
        guard Set(members.map(\.name)).count == members.count,
            members.allSatisfy({ $0.value.string != nil || $0.value == .null })
        else { throw .invalid("Invalid input JSON: properties are texts, each given once") }
        return members
    }

    /// Carries the batch out.
    ///
    /// Results come in another order than the inputs, because the vendor promises none.
    /// - Parameter isMultiStatus: lets it fail in part where that can be said; else a bad input fails the call, and
    ///   nothing is written.
    func carryOut(
        on contacts: inout HubSpotContacts, isMultiStatus: Bool, now: Instant, refusing refusal: Refusal?
    ) throws(HubSpotFault) -> (answer: SimulatedAnswer, fates: [RecordFate]) {
        var changed = contacts
        var results: [JSON] = []
        var errors: [JSON] = []
        var fates: [RecordFate] = []
        for (place, input) in inputs.enumerated() {
            if let refusal, refusal.places.contains(place) {
                let fault = HubSpotFault(
                    status: 400, category: refusal.code ?? "VALIDATION_ERROR", message: "As asked")
                errors.append(fault.entry(trace: input.trace))
                fates.append(RecordFate(key: input.id, fate: .refused))
                continue
            }
            do throws(HubSpotFault) {
                let (result, fate) = try write(input, on: &changed, now: now)
                results.append(result)
                fates.append(fate)
            } catch {
                guard isMultiStatus, isTraced else { throw error }
                errors.append(error.entry(trace: input.trace))
                fates.append(RecordFate(key: input.id, fate: .refused))
            }
        }
        contacts = changed
        let time = HubSpotFault.time(now)
        let members = [
            JSON.Member("status", .string("COMPLETE")), JSON.Member("results", .array(results.reversed())),
            JSON.Member("startedAt", time), JSON.Member("completedAt", time),
        ]
        let some = [JSON.Member("numErrors", .number(errors.count)), JSON.Member("errors", .array(errors))]
        return (
            HubSpotFault.json(errors.isEmpty ? 200 : 207, .object(errors.isEmpty ? members : members + some)), fates
        )
    }

    private func write(
        _ input: Input, on contacts: inout HubSpotContacts, now: Instant
    ) throws(HubSpotFault) -> (JSON, RecordFate) {
        var members = input.properties
        if !members.contains(where: { $0.name == idProperty }) {
            members.append(JSON.Member(idProperty, .string(input.id)))
        }
        try contacts.properties.check(members)
        let found = contacts.find(idProperty, input.id)
        try contacts.checkConflicts(members, at: found)
        let place: Int
        if let found {
            contacts.update(found, members, now: now)
            place = found
        } else {
            place = contacts.create(key: input.id, members, now: now)
        }
        let contact = contacts.all[place]
        let shown = contact.shown(members.map(\.name) + ["createdate", "hs_object_id", "lastmodifieddate"])
        let trace = input.trace.map { [JSON.Member("objectWriteTraceId", .string($0))] } ?? []
        return (
            .object(shown + [JSON.Member("new", .bool(found == nil))] + trace),
            RecordFate(key: contact.key, fate: found == nil ? .created : .updated)
        )
    }
}

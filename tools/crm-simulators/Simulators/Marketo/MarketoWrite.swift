internal import OrderedJSON

/// What a call wants written, checked as far as the whole call goes.
struct MarketoWrite {
    let action: String
    let lookup: String
    /// The members of each record, and why it is refused whatever they are.
    let records: [(members: [JSON.Member], refusal: MarketoReason?)]
    /// Push Lead says no status of a record that it refuses.
    let isPush: Bool

    private static let recordLimit = 300
    private static let actions = ["createOrUpdate", "createOnly", "updateOnly", "createDuplicate"]
    private static let visitorData = ["pageURL", "queryString", "leadClientIpAddress", "userAgentString"]

    /// Reads Sync Leads.
    init(sync json: JSON, fields: MarketoFields, partitions: [String]) throws(MarketoFault) {
        action = try Self.text(json, "action") ?? "createOrUpdate"
        guard Self.actions.contains(action) else { throw .call(.invalid("Invalid value of 'action'")) }
        lookup = try Self.lookup(json, fields, action: action)
        let isPartitioned = ["createOrUpdate", "createOnly"].contains(action)
        let refusal = isPartitioned ? try Self.partition(json, partitions) : nil
        records = try Self.input(json).map { (members: $0, refusal: refusal) }
        isPush = false
    }

    /// Reads Push Lead.
    init(push json: JSON, fields: MarketoFields, partitions: [String], assets: MarketoAssets) throws(MarketoFault) {
        guard let program = try Self.text(json, "programName"), !program.isEmpty else {
            throw .call(.missing("programName"))
        }
        guard assets.hasProgram(program) else { throw .call(MarketoReason("1013", "Program not found")) }
        for name in ["programStatus", "source", "reason"] { _ = try Self.text(json, name) }
        action = "createOrUpdate"
        lookup = try Self.lookup(json, fields, action: action)
        let refusal = try Self.partition(json, partitions)
        records = try Self.input(json).map { (members: $0, refusal: refusal) }
        isPush = true
    }

    /// Reads Submit Form, which takes one record.
    init(form json: JSON, assets: MarketoAssets) throws(MarketoFault) {
        guard let value = json["formId"] else { throw .call(.missing("formId")) }
        guard let id = value.integer else { throw .call(.wrongType("integer")) }
        guard let names = assets.fields(ofForm: Int(id)) else {
            throw .call(MarketoReason("1013", "Form not found"))
        }
        if let value = json["programId"] {
            guard let id = value.integer else { throw .call(.wrongType("integer")) }
            guard assets.hasProgram(id: Int(id)) else { throw .call(MarketoReason("1013", "Program not found")) }
        }
        let input = try Self.input(json)
        guard input.count == 1 else { throw .call(.invalid("Only one record can be submitted")) }
        let record = JSON.object(input[0])
        guard case .object(let members)? = record["leadFormFields"] else { throw .call(.missing("leadFormFields")) }
        if let data = record["visitorData"] {
            guard case .object(let visitor) = data,
                visitor.allSatisfy({ Self.visitorData.contains($0.name) && $0.value.string != nil })
            else { throw .call(.invalid("Invalid visitorData")) }
        }
        _ = try Self.text(record, "cookie")
        action = "createOrUpdate"
        lookup = "email"
        let stray = members.first { !names.contains($0.name) }
        records = [(members, stray.map { .noField($0.name) })]
        isPush = false
    }

    private static func text(_ json: JSON, _ name: String) throws(MarketoFault) -> String? {
        guard let value = json[name], value != .null else { return nil }
        guard let text = value.string else { throw .call(.wrongType("string")) }
        return text
    }

    private static func lookup(
        _ json: JSON, _ fields: MarketoFields, action: String
    ) throws(MarketoFault) -> String {
        let name = try text(json, "lookupField") ?? "email"
        guard let field = fields[name] else { throw .call(.noField(name)) }
        guard field.isKey, name != "id" || action == "updateOnly" else { throw .call(.unsupportedField(name)) }
        return name
    }

    private static func partition(_ json: JSON, _ known: [String]) throws(MarketoFault) -> MarketoReason? {
        guard let name = try text(json, "partitionName") else { return nil }
        return known.contains(name) ? nil : .deniedPartition(name)
    }

    private static func input(_ json: JSON) throws(MarketoFault) -> [[JSON.Member]] {
        guard let value = json["input"] else { throw .call(.missing("input")) }
        guard let array = value.array else { throw .call("609") }
        guard !array.isEmpty else { throw .call(.missing("input")) }
        guard array.count <= recordLimit else {
            throw .call(.invalid("The number of records is above the limit of \(recordLimit)"))
        }
        let records = array.compactMap { record -> [JSON.Member]? in
            guard case .object(let members) = record else { return nil }
            return members
        }
        guard records.count == array.count else { throw .call("609") }
        return records
    }
}

internal import Leads
internal import OrderedJSON
internal import Outbound

/// How leads are written into Marketo: the record of each, and the body of a call that carries them.
struct MarketoRequest: Sendable {
    enum Through: String, Sendable {
        /// Sync Leads: many records at once.
        case leads
        /// Submit Form: one record, which leaves an activity that triggers listen to.
        case form
        /// Push Lead: source and reason belong to the call, so each carries one lead.
        case push
    }

    let through: Through
    let lookupField: String
    let partition: String?
    let program: String?
    let form: Int64?
    let fields: FieldMap
    private let constants: [String: MappingSettings.Constant]

    /// Bytes of a body at most.
    static let bodyLimit = 1_048_576
    /// Characters that a field for text takes, and bytes that a text area takes.
    static let (textLimit, areaLimit) = (255, 30_000)

    init(_ settings: DestinationSettings) {
        through = settings.text("through").flatMap(Through.init(rawValue:)) ?? .leads
        lookupField = through == .form ? "email" : settings.text("lookup-field") ?? "email"
        partition = settings.text("partition")
        program = settings.text("program")
        form = settings.text("form-id").flatMap { Int64($0) }
        fields = Self.map(settings.mapping)
        constants = settings.mapping.constants
    }

    private static let usual: [LeadField: [String]] = [
        .email: ["email"], .firstName: ["firstName"], .lastName: ["lastName"], .phone: ["phone"],
        .country: ["country"], .company: ["company"], .title: ["title"], .leadSource: ["leadSource"],
        .doNotContact: ["unsubscribed", "doNotCall"],
    ]

    /// Fields for text take 255 characters; where a description goes is a text area, for it would make no sense in
    /// anything smaller.
    private static func map(_ mapping: MappingSettings) -> FieldMap {
        var limits: [String: FieldMap.Limit] = [:]
        for field in LeadField.allCases {
            for name in mapping.targets[field] ?? usual[field] ?? [] {
                let isArea = field == .description || field == .summary
                limits[name] = isArea ? .bytes(areaLimit) : .units(textLimit)
            }
        }
        return FieldMap(mapping, usual: usual, limits: limits)
    }

    var isByEmail: Bool { lookupField == "email" }

    /// How much of a field is told, in its own unit.
    func limit(of name: String) -> Int {
        if let constant = constants[name] { return constant.length ?? 0 }
        if name == lookupField, !isByEmail { return Self.leadLength }
        let taken = LeadField.allCases.first { fields.names(of: $0).contains(name) }
        if let longest = taken?.longest { return longest }
        let areas = fields.names(of: .description) + fields.names(of: .summary)
        return areas.contains(name) ? Self.areaLimit : Self.textLimit
    }

    func isConstant(_ name: String) -> Bool { constants[name] != nil }

    private static let leadLength = LeadField.lead.longest ?? 0

    func prepare(_ outgoing: Outgoing) -> Prepared {
        let (members, adjusted) = fields.fields(outgoing)
        let email = outgoing.action.contact.email?.trimmed.lowercased() ?? ""
        let key = isByEmail ? email : outgoing.lead
        var record: [JSON.Member] = []
        if !key.isEmpty {
            let told = isByEmail ? outgoing.action.contact.email?.trimmed ?? "" : key
            record.append(JSON.Member(lookupField, .string(told)))
        }
        // Marketo refuses a record that names a field twice.
        for member in members where !record.contains(where: { $0.name == member.name }) { record.append(member) }
        let json = JSON.object(record)
        return Prepared(
            outgoing, record: json, digest: sha256(json.encoded()), key: key, adjusted: adjusted,
            refusal: key.isEmpty ? "has no email" : nil)
    }

    /// Path and body of the call that carries `leads`.
    func call(_ leads: [Prepared]) -> (target: String, body: JSON) {
        let records = leads.map(\.record)
        switch through {
        case .leads:
            var members: [JSON.Member] = [
                .init("action", .string("createOrUpdate")), .init("lookupField", .string(lookupField)),
            ]
            if let partition { members.append(.init("partitionName", .string(partition))) }
            members.append(.init("input", .array(records)))
            return ("/rest/v1/leads.json", .object(members))
        case .form:
            let input = records.map { JSON.object([.init("leadFormFields", $0)]) }
            return (
                "/rest/v1/leads/submitForm.json", ["formId": .number(form ?? 0), "input": .array(input)]
            )
        case .push:
            var members: [JSON.Member] = [.init("programName", .string(program ?? ""))]
            let action = leads.first?.outgoing.action
            let title = action?.offerTitle.flatMap { $0.trimmed.isEmpty ? nil : $0.trimmed }
            if let source = action?.source?.name { members.append(.init("source", .string(source))) }
            if let offer = title ?? action?.offer?.text {
                members.append(.init("reason", .string(FieldMap.cut(offer, .units(Self.textLimit)).text)))
            }
            members.append(.init("lookupField", .string(lookupField)))
            if let partition { members.append(.init("partitionName", .string(partition))) }
            members.append(.init("input", .array(records)))
            return ("/rest/v1/leads/push.json", .object(members))
        }
    }
}

internal import OrderedJSON

/// A request for leads or assets taken apart.
enum MarketoCall {
    case syncLeads(JSON)
    case findLeads(SentParameters)
    case submitForm(JSON)
    case pushLeads(JSON)
    case describe
    case forms(SentParameters)
    case form(Int)
    case formFields(Int)
    case programByName(String)

    /// Bytes of a body at most.
    private static let bodyLimit = 1_048_576
    /// Bytes of a path and query at most.
    private static let targetLimit = 8_192

    /// Throws what is wrong with the size or the path of a request, before anybody asks who sent it.
    static func checkShape(_ arrival: Arrival) throws(MarketoFault) {
        guard arrival.body.count <= bodyLimit else { throw .http(status: 413) }
        guard arrival.path.utf8.count + (arrival.query?.utf8.count ?? 0) < targetLimit else { throw .http(status: 414) }
        guard !arrival.path.contains("//") else { throw .call("610") }
    }

    init(_ arrival: Arrival) throws(MarketoFault) {
        switch arrival.path {
        case "/rest/v1/leads.json":
            if let parameters = Self.leadQuery(arrival) {
                self = .findLeads(parameters)
            } else {
                self = .syncLeads(try Self.json(arrival))
            }
        case "/rest/v1/leads/submitForm.json": self = .submitForm(try Self.json(arrival))
        case "/rest/v1/leads/push.json": self = .pushLeads(try Self.json(arrival))
        case "/rest/v1/leads/describe.json":
            try Self.mustBeGet(arrival)
            self = .describe
        case "/rest/asset/v1/forms.json":
            try Self.mustBeGet(arrival)
            self = .forms(SentParameters(query: arrival.query))
        case "/rest/asset/v1/program/byName.json":
            try Self.mustBeGet(arrival)
            guard let name = SentParameters(query: arrival.query)["name"] else {
                throw .call(MarketoReason("701", "name cannot be blank"))
            }
            self = .programByName(name)
        default:
            guard let (id, isFields) = Self.form(arrival.path) else { throw .call("610") }
            try Self.mustBeGet(arrival)
            self = isFields ? .formFields(id) : .form(id)
        }
    }

    /// Whether it changes something, which a user that may only read is denied.
    var writes: Bool {
        switch self {
        case .syncLeads, .submitForm, .pushLeads: true
        default: false
        }
    }

    /// What a search for leads asks: as a GET, or as a POST whose query or form says that it is one.
    private static func leadQuery(_ arrival: Arrival) -> SentParameters? {
        if arrival.method == "GET" { return SentParameters(query: arrival.query) }
        guard arrival.method == "POST", let form = SentParameters(form: arrival) else { return nil }
        return form["_method"] == "GET" || SentParameters(query: arrival.query)["_method"] == "GET" ? form : nil
    }

    private static func mustBeGet(_ arrival: Arrival) throws(MarketoFault) {
        guard arrival.method == "GET" else { throw .call("605") }
    }

    private static func json(_ arrival: Arrival) throws(MarketoFault) -> JSON {
        guard arrival.method == "POST" else { throw .call("605") }
        guard MediaType(arrival["content-type"])?.essence == "application/json" else { throw .call("612") }
        guard let json = try? JSON.parse(arrival.body), case .object = json else { throw .call("609") }
        return json
    }

    private static func form(_ path: String) -> (id: Int, isFields: Bool)? {
        guard path.hasPrefix("/rest/asset/v1/form/"), path.hasSuffix(".json") else { return nil }
        let parts = path.dropFirst(20).dropLast(5).split(separator: "/", omittingEmptySubsequences: false)
        guard let id = parts.first.flatMap({ Int($0) }) else { return nil }
        if parts.count == 1 { return (id, false) }
        return parts.count == 2 && parts[1] == "fields" ? (id, true) : nil
    }
}

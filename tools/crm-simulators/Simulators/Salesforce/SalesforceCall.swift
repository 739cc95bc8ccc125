internal import Leads
internal import OrderedJSON

/// A request to the REST API taken apart.
struct SalesforceCall {
    /// The path below the version, decoded part by part.
    let parts: [String]
    /// `nil` where the path names none.
    let version: Int?
    let method: String
    /// Whether a duplicate that the rule only warns of is saved all the same.
    let savesDuplicates: Bool
    /// Whether the active assignment rules shall run.
    let assigns: Bool
    private let arrival: Arrival
    private let parameters: [(name: String, value: String)]

    static let versions = 31...64

    init(_ arrival: Arrival) throws(SalesforceFault) {
        self.arrival = arrival
        method = arrival.method
        let pieces = arrival.path.split(separator: "/").dropFirst(2).map { PercentEncoding.decode($0) }
        var parts = pieces.compactMap { $0 }
        guard arrival.path.hasPrefix("/services/data"), parts.count == pieces.count,
            let parameters = PercentEncoding.parameters(of: (arrival.query ?? "").replacing("+", with: "%20"))
        else { throw .notFound }
        self.parameters = parameters
        if parts.isEmpty {
            version = nil
        } else {
            let name = parts.removeFirst()
            guard name.hasPrefix("v"), name.hasSuffix(".0"), let number = Int(name.dropFirst().dropLast(2)),
                Self.versions.contains(number)
            else { throw .notFound }
            version = number
        }
        self.parts = parts
        let rule = (arrival["sforce-duplicate-rule-header"] ?? "").split(separator: ";")
            .map { $0.split(separator: " ").joined().lowercased() }
        savesDuplicates = rule.contains("allowsave=true")
        let assignment = arrival["sforce-auto-assign"]?.lowercased() ?? "true"
        guard ["true", "false"].contains(assignment) || assignment.hasPrefix("01q") else {
            throw SalesforceFault(400, "MALFORMED_ID", "Sforce-Auto-Assign is neither a truth value nor a rule.")
        }
        assigns = assignment != "false"
    }

    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    func path(of lead: SalesforceLead) -> String {
        "/services/data/v\(version ?? Self.versions.upperBound).0/sobjects/Lead/\(lead.id)"
    }

    /// The members of the body, which is a JSON object that names each once.
    func members() throws(SalesforceFault) -> [JSON.Member] {
        guard MediaType(arrival["content-type"])?.isJSON == true else { throw .type(arrival["content-type"]) }
        guard let json = try? JSON.parse(arrival.body) else {
            throw .parser("Unexpected character or end of input at [line:1, column:1]")
        }
        return try Self.members(of: json)
    }

    static func members(of json: JSON) throws(SalesforceFault) -> [JSON.Member] {
        guard case .object(let members) = json else {
            throw .parser("Can not deserialize Lead out of START_ARRAY token or a plain value")
        }
        guard Set(members.map { $0.name.lowercased() }).count == members.count else {
            throw SalesforceFault(400, "INVALID_FIELD", "Duplicate field found in the sobject data.")
        }
        return members
    }
}

internal import Leads
internal import OrderedJSON

/// A request to the Web API taken apart, its headers found to be in order.
struct DynamicsCall {
    let address: DynamicsAddress
    let method: String
    /// Of the environment, without a slash at the end.
    let base: String
    let select: [String]?
    let top: Int?
    /// A column and the text it must equal.
    let filter: (name: String, value: String)?
    let wantsRepresentation: Bool
    private let arrival: Arrival

    /// What the request says about the lead it finds.
    enum Condition {
        case any, present, absent
        case version(String)
    }

    let condition: Condition
    /// Whether the sender asks for the duplicate detection rules, which are passed over otherwise.
    let detectsDuplicates: Bool

    init(_ arrival: Arrival, base: String) throws(DynamicsFault) {
        self.arrival = arrival
        self.base = base
        method = arrival.method
        try Self.checkHeaders(arrival)
        address = try DynamicsAddress(Substring(arrival.path).dropFirst(10))
        guard let parameters = PercentEncoding.parameters(of: (arrival.query ?? "").replacing("+", with: "%20")) else {
            throw .syntax("Bad Request - broken escape.")
        }
        for parameter in parameters where !["$select", "$top", "$filter"].contains(parameter.name) {
            throw .syntax("The query parameter \(parameter.name) is not supported.")
        }
        func value(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
        select = value("$select").map { $0.split(separator: ",").map { $0.split(separator: " ").joined() } }
        top = value("$top").flatMap { Int($0) }
        filter = try value("$filter").map { text throws(DynamicsFault) in try Self.filter(text) }
        wantsRepresentation = (arrival["prefer"] ?? "").split(separator: ",").contains {
            $0.split(separator: " ").joined() == "return=representation"
        }
        detectsDuplicates = arrival["mscrm.suppressduplicatedetection"]?.lowercased() == "false"
        switch (arrival["if-match"], arrival["if-none-match"]) {
        case (nil, nil), (nil, "null"): condition = .any
        case ("*", nil), ("*", "null"): condition = .present
        case (nil, "*"): condition = .absent
        case (let tag?, nil), (let tag?, "null"): condition = .version(tag)
        default: throw .syntax("The headers If-Match and If-None-Match do not go together.")
        }
    }

    /// What the caller named in the key of the address, as it stood there.
    var addressOnTheWire: String { base + arrival.path }

    func address(of lead: DynamicsLead) -> String { "\(base)/api/data/v9.2/leads(\(lead.id))" }

    /// The members of the body, which is an object that names each once.
    func members() throws(DynamicsFault) -> [JSON.Member] {
        guard case .object(let members)? = try? JSON.parse(arrival.body) else {
            throw .payload("Microsoft.OData.ODataException: Invalid JSON.")
        }
        guard Set(members.map(\.name)).count == members.count else {
            throw .payload("Microsoft.OData.ODataException: A property is there more than once.")
        }
        return members
    }

    private static func checkHeaders(_ arrival: Arrival) throws(DynamicsFault) {
        for name in ["odata-version", "odata-maxversion"] where arrival[name] != "4.0" {
            throw .syntax("The header \(name) is missing or is not 4.0.")
        }
        let accepted = (arrival["accept"] ?? "").split(separator: ",").compactMap { MediaType(String($0))?.essence }
        guard accepted.contains("application/json") || accepted.contains("*/*") else {
            throw DynamicsFault(
                415, "0x0",
                "A supported MIME type could not be found that matches the acceptable MIME types for the request.")
        }
        guard arrival.method == "GET" || MediaType(arrival["content-type"])?.isJSON == true else {
            throw DynamicsFault(
                415, "0x0", "A supported MIME type could not be found that matches the content type of the request.")
        }
    }

    private static func filter(_ text: String) throws(DynamicsFault) -> (name: String, value: String) {
        guard let middle = text.firstRange(of: " eq '"), text.hasSuffix("'"), middle.upperBound < text.endIndex else {
            throw .syntax("The filter is not a name, eq and a text.")
        }
        let value = String(text[middle.upperBound...].dropLast()).replacing("''", with: "'")
        return (String(text[..<middle.lowerBound]), value)
    }
}

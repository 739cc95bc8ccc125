internal import OrderedJSON

/// What a search for contacts asks: groups of which one must hold, of filters that all must hold.
struct HubSpotSearch {
    private let groups: [[Filter]]
    let names: [String]?
    let limit: Int

    private struct Filter {
        let property: String
        let operation: String
        let values: [String]
    }

    init(_ json: JSON, properties: HubSpotProperties) throws(HubSpotFault) {
        var groups: [[Filter]] = []
        for group in json["filterGroups"]?.array ?? [] {
            var filters: [Filter] = []
            for filter in group["filters"]?.array ?? [] { filters.append(try Self.filter(filter, properties)) }
            groups.append(filters)
        }
        self.groups = groups
        names = json["properties"]?.array?.compactMap(\.string)
        let limit = json["limit"]?.integer ?? 10
        guard (1...200).contains(limit) else { throw .invalid("limit must be between 1 and 200") }
        self.limit = Int(limit)
    }

    private static func filter(_ json: JSON, _ properties: HubSpotProperties) throws(HubSpotFault) -> Filter {
        guard let property = json["propertyName"]?.string, let operation = json["operator"]?.string else {
            throw .invalid("Some required fields were not set: [propertyName, operator]")
        }
        guard properties[property] != nil else { throw .invalid("There was a problem with the request.") }
        let texts = json["value"]?.string.map { [$0] } ?? json["values"]?.array?.compactMap(\.string) ?? []
        let isComplete = ["EQ", "NEQ", "IN"].contains(operation) ? !texts.isEmpty : texts.isEmpty
        guard isComplete, ["EQ", "NEQ", "IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"].contains(operation) else {
            throw .invalid("Invalid input JSON: the filter of \"\(property)\"")
        }
        return Filter(
            property: property, operation: operation, values: texts.map { HubSpotContacts.normal(property, $0) })
    }

    func matches(_ contact: HubSpotContacts.Contact) -> Bool {
        groups.isEmpty
            || groups.contains { filters in
                filters.allSatisfy { filter in
                    let value = contact.value(filter.property).string
                    return switch filter.operation {
                    case "HAS_PROPERTY": value != nil
                    case "NOT_HAS_PROPERTY": value == nil
                    case "NEQ": value.map { !filter.values.contains($0) } ?? false
                    default: value.map { filter.values.contains($0) } ?? false
                    }
                }
            }
    }
}

internal import Foundation
internal import OrderedJSON

/// A request taken apart.
enum HubSpotCall {
    case upsert(JSON)
    case create(JSON)
    case update(id: String, JSON)
    case read(id: String)
    case search(JSON)
    case properties
    case account

    /// The API before versions were dates, and the first that is one: both are served.
    private static let objects = ["/crm/v3/objects/contacts", "/crm/objects/2026-03/contacts"]

    init(_ arrival: Arrival) throws(HubSpotFault) {
        switch (arrival.method, arrival.path) {
        case ("GET", "/crm/v3/properties/contacts"): self = .properties
        case ("GET", "/account-info/v3/details"): self = .account
        default:
            guard let prefix = Self.objects.first(where: { arrival.path.hasPrefix($0) }) else { throw .notFound }
            let rest = arrival.path.dropFirst(prefix.count)
            switch (arrival.method, rest) {
            case ("POST", ""): self = .create(try Self.json(arrival))
            case ("POST", "/batch/upsert"): self = .upsert(try Self.json(arrival))
            case ("POST", "/search"): self = .search(try Self.json(arrival))
            default:
                guard rest.hasPrefix("/"), let id = String(rest.dropFirst()).removingPercentEncoding, !id.isEmpty,
                    !rest.dropFirst().contains("/")
                else { throw .notFound }
                switch arrival.method {
                case "GET": self = .read(id: id)
                case "PATCH": self = .update(id: id, try Self.json(arrival))
                default: throw HubSpotFault(status: 405, category: "VALIDATION_ERROR", message: "Method not allowed")
                }
            }
        }
    }

    /// What the app must be granted; `nil` for nothing.
    var scope: String? {
        switch self {
        case .upsert, .create, .update: "crm.objects.contacts.write"
        case .read, .search: "crm.objects.contacts.read"
        case .properties: "crm.schemas.contacts.read"
        case .account: nil
        }
    }

    private static func json(_ arrival: Arrival) throws(HubSpotFault) -> JSON {
        guard MediaType(arrival["content-type"])?.essence == "application/json" else {
            throw HubSpotFault(
                status: 415, category: "VALIDATION_ERROR", message: "The content type is not application/json")
        }
        guard let json = try? JSON.parse(arrival.body), case .object = json else {
            throw .invalid("Invalid input JSON")
        }
        return json
    }
}

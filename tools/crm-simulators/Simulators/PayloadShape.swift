internal import Leads
internal import OrderedJSON

/// The exact shapes of the two bodies an endpoint takes.
enum PayloadShape {
    private static let userDetails = ["FirstName", "LastName", "Email", "Phone", "Country", "Company", "Title"]
    private static let marketplace = ["UserDetails", "LeadSource", "ActionCode", "OfferTitle", "Description"]

    /// What is wrong with marketplace JSON; `nil` when nothing is.
    static func marketplaceFault(_ json: JSON) -> String? {
        guard case .object(let members) = json else { return "the body is no object" }
        if let fault = keyFault(members, marketplace, "the body") { return fault }
        guard case .object(let details)? = json["UserDetails"] else { return "UserDetails is no object" }
        if let fault = keyFault(details, userDetails, "UserDetails") { return fault }
        let texts = details + members.filter { $0.name != "UserDetails" }
        return texts.first { $0.value.string == nil }.map { "\($0.name) is no text" }
    }

    private static func keyFault(_ members: [JSON.Member], _ expected: [String], _ place: String) -> String? {
        let names = members.map(\.name)
        if let missing = expected.first(where: { !names.contains($0) }) { return "\(place) has no \(missing)" }
        return names.count == expected.count ? nil : "\(place) has other or repeated keys"
    }

    /// What is wrong with a structured CloudEvent; `nil` when nothing is.
    /// - Parameter id: the `webhook-id` beside it, which its id must be.
    static func cloudEventFault(_ json: JSON, id: String?) -> String? {
        guard case .object(let members) = json else { return "the body is no object" }
        guard Set(members.map(\.name)).count == members.count else { return "an attribute is repeated" }
        guard json["specversion"]?.string == "1.0" else { return "specversion is not 1.0" }
        for name in ["id", "source", "type", "subject"] where (json[name]?.string ?? "").isEmpty {
            return "\(name) is missing or empty"
        }
        if let id, json["id"]?.string != id { return "id is not the webhook-id" }
        guard let time = json["time"]?.string, Instant(time) != nil else { return "time is missing or no time" }
        guard json["datacontenttype"]?.string == "application/json" else { return "datacontenttype is not JSON" }
        guard case .object(let data)? = json["data"] else { return "data is no object" }
        guard data.contains(where: { $0.name == "contactable" && $0.value.bool != nil }) else {
            return "data does not say whether the customer may be contacted"
        }
        let isPlain = members.allSatisfy { member in
            member.name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        }
        return isPlain ? nil : "an attribute's name has other characters than a-z and 0-9"
    }
}

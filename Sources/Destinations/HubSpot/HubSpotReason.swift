internal import Leads

/// What a reason says: HubSpot's code, the property, its words and what to do, without contact data.
enum HubSpotReason {
    static func text(_ said: HubSpotOutcome, _ requests: HubSpotRequest, _ leads: [Outgoing]) -> String {
        if said.outcome == .delivered { return said.code }
        let isStatus = said.code.utf8.allSatisfy { (48...57).contains($0) }
        var text = isStatus && said.message.isEmpty ? "answered \(said.code)" : shown(said.code)
        if let property = said.property, let name = known(property, requests) { text += " on \(name)" }
        let words = words(said, requests, leads)
        if !words.isEmpty { text += ": \(words)" }
        return mend(said, requests).map { VendorWords.reason(text, mend: $0) } ?? text
    }

    static func words(_ said: HubSpotOutcome, _ requests: HubSpotRequest, _ leads: [Outgoing]) -> String {
        VendorWords.clean(said.message, of: leads, fields: requests.fields.names + [requests.idProperty])
    }

    /// A category as it is, unless it is no such thing.
    private static func shown(_ code: String) -> String {
        let isName =
            code.utf8.count <= 64
            && code.utf8.allSatisfy { byte in
                (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
            }
        return isName ? code : "refused"
    }

    /// A property that was sent: anything else may be a person's.
    private static func known(_ property: String, _ requests: HubSpotRequest) -> String? {
        (requests.fields.names + [requests.idProperty]).first { $0.lowercased() == property.lowercased() }
    }

    /// What to do about what stops the destination or the lead; `nil` where waiting is all.
    static func mend(_ said: HubSpotOutcome, _ requests: HubSpotRequest) -> String? {
        switch said.code {
        case "PROPERTY_DOESNT_EXIST"
        where !requests.isByEmail && said.property?.lowercased() == requests.idProperty.lowercased():
            return makeProperty
        case "PROPERTY_DOESNT_EXIST":
            return "create the property for contacts, or map another with map.…="
        case "READ_ONLY_VALUE": return "map a property that can be written with map.…="
        case "CONFLICT" where !requests.isByEmail:
            return "another contact has this email: merge the two, or use id-property=email"
        case "413": return "a mapped text is too long"
        default: break
        }
        if said.message.contains("non-unique") {
            return "id-property must be email or a property that has unique values"
        }
        guard said.outcome == .config else { return nil }
        switch said.code {
        case "MISSING_SCOPES", "403":
            let named = said.scopes.filter(isScope).prefix(8)
            let scopes = named.isEmpty ? needed : Array(named)
            return "give the private app the scopes " + scopes.joined(separator: ", ")
        case "INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION", "401":
            return "the access token is no longer good: copy it anew from the private app"
        default: return "check base-url"
        }
    }

    /// The name of a scope, as HubSpot writes them; anything else is text that nobody should repeat.
    private static func isScope(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || [45, 46, 95].contains($0) }
    }

    static let makeProperty =
        "create a single-line text property and choose Require unique values, which cannot be chosen later; then set "
        + "id-property to its internal name"

    static let needed = ["crm.objects.contacts.read", "crm.objects.contacts.write"]
}

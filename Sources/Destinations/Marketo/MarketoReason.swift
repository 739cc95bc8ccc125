internal import Leads

extension MarketoDestination {
    /// Added where an address or an id may be the wrong one: the two are confused more often than anything else.
    static func hint(_ through: MarketoRequest.Through) -> String {
        through == .form
            ? "; server-id is the Munchkin account id, such as 123-ABC-456, and form-id the number of the form: "
                + "look whether they are swapped"
            : ""
    }

    /// Code, field, words and what to do, without contact data.
    func reason(_ said: MarketoOutcome, _ leads: [Outgoing]) -> String {
        if said.outcome == .delivered { return said.code }
        let isStatus = said.code.utf8.count == 3 && said.message.isEmpty
        var text = isStatus ? "answered \(said.code)" : said.code.isEmpty ? "refused" : said.code
        if let field = field(in: said.message) { text += " on \(field)" }
        let words = VendorWords.clean(said.message, of: leads, fields: names)
        if !words.isEmpty { text += ": \(words)" }
        return mend(said).map { VendorWords.reason(text, mend: $0) } ?? text
    }

    private var names: [String] { requests.fields.names + [requests.lookupField] }

    /// The field of the map that a message is about.
    private func field(in message: String) -> String? {
        names.first { name in ["'", "\"", "`"].contains { message.contains($0 + name + $0) } }
    }

    /// What to do about what stops the destination or the lead; `nil` where waiting is all.
    func mend(_ said: MarketoOutcome) -> String? {
        switch said.code {
        case "600", "601", "602", "401":
            said.outcome == .config
                ? "a new access token was refused as well: check the LaunchPoint service and its API-only user" : nil
        case "603", "403":
            "give the role of the API-only user Access API, Read-Write Person, and look whether the IP allow-list "
                + "names this machine"
        case "610", "404", "405": "check server-id or base-url" + Self.hint(requests.through)
        case "702": "what the settings name is not there" + Self.hint(requests.through)
        case "1006" where !requests.isByEmail && field(in: said.message) == requests.lookupField:
            "lookup-field must be email or a field that can be searched"
        case "1006":
            requests.through == .form
                ? "add the field to the form, or leave it out with map.…="
                : "add the field in Field Management, or map another with map.…="
        case "1007": "merge the people who share this \(requests.lookupField)"
        case "1008", "1009", "1010": "check partition, and which workspaces the API-only user has a role in"
        case "1011": "lookup-field must be email or a field that can be searched"
        case "1013":
            switch requests.through {
            case .leads: nil
            case .form: "no form has this form-id, or it is not approved" + Self.hint(requests.through)
            case .push: "no program is called as program says"
            }
        case "1018", "1021": "the CRM that Marketo is synced with owns this field: leave it out with map.company="
        case "413", "414": "a mapped text is too long"
        default: nil
        }
    }
}

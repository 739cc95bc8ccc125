/// What the signatures of the table service cover.
struct AzureTableSigning: AzureSigning {
    let letter: Character = "t"

    func headerText(_ scheme: Substring, _ arrival: Arrival, account: String) -> String? {
        let date = arrival["x-ms-date"] ?? arrival["date"] ?? ""
        var resource = "/" + account + arrival.path
        for part in (arrival.query ?? "").split(separator: "&") where part.hasPrefix("comp=") {
            resource += "?" + part
        }
        switch scheme {
        case "SharedKey":
            let type = arrival["content-type"] ?? ""
            return "\(arrival.method)\n\(arrival["content-md5"] ?? "")\n\(type)\n\(date)\n\(resource)"
        case "SharedKeyLite":
            return "\(date)\n\(resource)"
        default:
            return nil
        }
    }

    func queryText(
        _ values: [String: String], account: String, needs: [AzureNeed]
    ) throws(AzureFault) -> String? {
        guard let table = values["tn"] else { return nil }
        guard needs.allSatisfy({ table.lowercased() == $0.resource?.lowercased() }) else {
            throw .permission("another table")
        }
        func value(_ name: String) -> String { values[name] ?? "" }
        return ["sp", "st", "se"].map(value).joined(separator: "\n") + "\n/table/\(account)/\(table.lowercased())\n"
            + ["si", "sip", "spr", "sv", "spk", "srk", "epk", "erk"].map(value).joined(separator: "\n")
    }
}

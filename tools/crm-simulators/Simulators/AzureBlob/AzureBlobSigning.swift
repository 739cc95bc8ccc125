internal import Foundation

/// What the signatures of the blob service cover.
struct AzureBlobSigning: AzureSigning {
    let letter: Character = "b"

    func headerText(_ scheme: Substring, _ arrival: Arrival, account: String) -> String? {
        func value(_ name: String) -> String { arrival[name] ?? "" }
        // The time counts once: where it stands in a header of the service's own, the common one is left out.
        let date = arrival["x-ms-date"] == nil ? value("date") : ""
        let own = arrival.headers.filter { $0.name.hasPrefix("x-ms-") }.sorted { $0.name < $1.name }
            .map { "\($0.name):\($0.value.trimmingCharacters(in: .whitespaces))\n" }.joined()
        let parameters = (arrival.query ?? "").split(separator: "&").map { part in
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            return (
                name: part[..<equals].lowercased(),
                value: String(part[equals...].dropFirst()).removingPercentEncoding ?? ""
            )
        }
        let path = "/" + account + arrival.path
        switch scheme {
        case "SharedKey":
            let length = value("content-length") == "0" ? "" : value("content-length")
            let standard =
                [arrival.method, value("content-encoding"), value("content-language"), length]
                + [value("content-md5"), value("content-type"), date, value("if-modified-since"), value("if-match")]
                + [value("if-none-match"), value("if-unmodified-since"), value("range")]
            let query = Dictionary(grouping: parameters, by: \.name).sorted { $0.key < $1.key }
                .map { "\n\($0.key):" + $0.value.map(\.value).sorted().joined(separator: ",") }.joined()
            return standard.joined(separator: "\n") + "\n" + own + path + query
        case "SharedKeyLite":
            let component = parameters.first { $0.name == "comp" }.map { "?comp=" + $0.value } ?? ""
            return [arrival.method, value("content-md5"), value("content-type"), date].joined(separator: "\n") + "\n"
                + own + path + component
        default:
            return nil
        }
    }

    func queryText(
        _ values: [String: String], account: String, needs: [AzureNeed]
    ) throws(AzureFault) -> String? {
        guard let kind = values["sr"] else { return nil }
        guard let need = needs.first, let resource = need.resource else { throw .permission("the service") }
        let container = resource.prefix { $0 != "/" }
        // Only a signature for the account reaches a container as such, but for the list of what is in it.
        guard need.kind == "o" || kind == "c" && need.permissions == ["l"] else { throw .permission("the container") }
        let covered = kind == "c" ? String(container) : resource
        func value(_ name: String) -> String { values[name] ?? "" }
        let version = value("sv")
        var names = ["si", "sip", "spr", "sv"]
        if version >= "2018-11-09" { names += ["sr", "snapshot"] }
        if version >= "2020-12-06" { names += ["ses"] }
        return ["sp", "st", "se"].map(value).joined(separator: "\n") + "\n/blob/\(account)/\(covered)\n"
            + (names + ["rscc", "rscd", "rsce", "rscl", "rsct"]).map(value).joined(separator: "\n")
    }
}

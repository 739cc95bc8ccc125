internal import Crypto
internal import Foundation
internal import Leads

/// The service's side of SharedKey, SharedKeyLite and shared access signatures.
///
/// Written on purpose apart from the code that signs: the two agree only where both are right.
struct AzureTableAuthorization: Sendable {
    let account: String
    private let key: SymmetricKey

    /// What a request wants to do, in the letters of a shared access signature.
    struct Need {
        /// Any of these groups of letters is enough.
        let permissions: [String]
        let table: String?
    }

    init?(account: String, key: String) {
        guard let bytes = Data(base64Encoded: key), !bytes.isEmpty else { return nil }
        self.account = account
        self.key = SymmetricKey(data: bytes)
    }

    /// Throws when the request is not signed as it must be, or may not do what it wants.
    func check(_ arrival: Arrival, need: Need, now: Instant) throws(AzureTableFault) {
        if let header = arrival["authorization"] {
            try checkHeader(header, arrival, now)
        } else if let query = arrival.query, query.split(separator: "&").contains(where: { $0.hasPrefix("sig=") }) {
            try checkSignature(query, need, now)
        } else {
            throw AzureTableFault(
                401, "NoAuthenticationInformation",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate "
                    + "header.")
        }
    }

    private func checkHeader(_ header: String, _ arrival: Arrival, _ now: Instant) throws(AzureTableFault) {
        let words = header.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let colon = words[1].firstIndex(of: ":"),
            let given = Data(base64Encoded: String(words[1][words[1].index(after: colon)...]))
        else {
            throw AzureTableFault(
                400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format.")
        }
        guard words[1][..<colon] == account else { throw .authentication }
        guard let date = arrival["x-ms-date"] ?? arrival["date"], let sentAt = RetryAfter.date(date),
            sentAt - now <= 15 * .minute, now - sentAt <= 15 * .minute
        else { throw .authentication }
        var resource = "/" + account + arrival.path
        for part in (arrival.query ?? "").split(separator: "&") where part.hasPrefix("comp=") {
            resource += "?" + part
        }
        let text: String
        switch words[0] {
        case "SharedKey":
            let type = arrival["content-type"] ?? ""
            text = "\(arrival.method)\n\(arrival["content-md5"] ?? "")\n\(type)\n\(date)\n\(resource)"
        case "SharedKeyLite":
            text = "\(date)\n\(resource)"
        default:
            throw AzureTableFault(
                400, "InvalidAuthenticationInfo", "Authentication scheme \(words[0]) is not supported.")
        }
        guard isGood(given, of: text) else { throw .authentication }
    }

    private func checkSignature(_ query: String, _ need: Need, _ now: Instant) throws(AzureTableFault) {
        var values: [String: String] = [:]
        for part in query.split(separator: "&") {
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            values[String(part[..<equals])] = String(part[equals...].dropFirst()).removingPercentEncoding
        }
        func value(_ name: String) -> String { values[name] ?? "" }
        let version = value("sv")
        let text: String
        if let table = values["tn"] {
            text =
                ["sp", "st", "se"].map(value).joined(separator: "\n") + "\n/table/\(account)/\(table.lowercased())\n"
                + ["si", "sip", "spr", "sv", "spk", "srk", "epk", "erk"].map(value).joined(separator: "\n")
            guard table.lowercased() == need.table?.lowercased() else { throw .permission("another table") }
        } else {
            let names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"] + (version >= "2020-12-06" ? ["ses"] : [])
            text = ([account] + names.map(value)).joined(separator: "\n") + "\n"
        }
        guard let given = Data(base64Encoded: value("sig")), isGood(given, of: text) else { throw .authentication }
        try checkBounds(values, need, now)
    }

    private func checkBounds(
        _ values: [String: String], _ need: Need, _ now: Instant
    ) throws(AzureTableFault) {
        let starts = values["st"].flatMap { Instant($0) }
        guard let ends = values["se"].flatMap({ Instant($0) }), now < ends, starts.map({ $0 <= now }) ?? true else {
            throw AzureTableFault(
                403, "AuthenticationFailed",
                "Server failed to authenticate the request. Signature not valid in the specified time frame.")
        }
        if values["spr"] == "https" {
            throw AzureTableFault(
                403, "AuthorizationProtocolMismatch",
                "This request is not authorized to perform this operation using this protocol.")
        }
        if values["tn"] == nil {
            guard (values["ss"] ?? "").contains("t") else {
                throw AzureTableFault(
                    403, "AuthorizationServiceMismatch",
                    "This request is not authorized to perform this operation using this service.")
            }
            guard (values["srt"] ?? "").contains(need.table == nil ? "c" : "o") else {
                throw AzureTableFault(
                    403, "AuthorizationResourceTypeMismatch",
                    "This request is not authorized to perform this operation using this resource type.")
            }
        }
        let permitted = Set(values["sp"] ?? "")
        guard need.permissions.contains(where: { permitted.isSuperset(of: $0) }) else {
            throw .permission(need.permissions.joined(separator: " or "))
        }
    }

    private func isGood(_ given: Data, of text: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(given, authenticating: Array(text.utf8), using: key)
    }
}

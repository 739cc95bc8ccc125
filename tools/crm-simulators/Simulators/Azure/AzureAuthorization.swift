internal import Crypto
internal import Foundation
internal import Leads

/// What a request wants to do, in the letters of a shared access signature.
struct AzureNeed: Sendable {
    /// Any of these groups of letters is enough.
    let permissions: [String]
    /// The table, or the container and the blob, that it is about; `nil` for the service itself.
    let resource: String?
    /// `s` for the service, `c` for a table or container as such, `o` for what is in it.
    let kind: Character
}

/// What the signatures of one storage service cover.
protocol AzureSigning: Sendable {
    /// The service's letter in a signature for the account.
    var letter: Character { get }
    /// The text that the header signs; `nil` for a scheme that is not known.
    func headerText(_ scheme: Substring, _ arrival: Arrival, account: String) -> String?
    /// The text that a signature for one thing of the service signs; `nil` when `values` are of one for the account.
    func queryText(_ values: [String: String], account: String, needs: [AzureNeed]) throws(AzureFault) -> String?
}

/// A service's side of SharedKey, SharedKeyLite and shared access signatures.
///
/// Written on purpose apart from the code that signs: the two agree only where both are right.
struct AzureAuthorization: Sendable {
    let account: String
    private let key: SymmetricKey
    private let signing: any AzureSigning

    init?(account: String, key: String, signing: any AzureSigning) {
        guard let bytes = Data(base64Encoded: key), !bytes.isEmpty else { return nil }
        self.account = account
        self.key = SymmetricKey(data: bytes)
        self.signing = signing
    }

    /// Throws when the request is not signed as it must be, or may not do what it wants.
    func check(_ arrival: Arrival, needs: [AzureNeed], now: Instant) throws(AzureFault) {
        if let header = arrival["authorization"] {
            try checkHeader(header, arrival, now)
        } else if let query = arrival.query, query.split(separator: "&").contains(where: { $0.hasPrefix("sig=") }) {
            try checkQuery(query, needs, now)
        } else {
            throw AzureFault(
                401, "NoAuthenticationInformation",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate "
                    + "header.")
        }
    }

    private func checkHeader(_ header: String, _ arrival: Arrival, _ now: Instant) throws(AzureFault) {
        let words = header.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let colon = words[1].firstIndex(of: ":"),
            let given = Data(base64Encoded: String(words[1][words[1].index(after: colon)...]))
        else {
            throw AzureFault(
                400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format.")
        }
        guard words[1][..<colon] == account else { throw .authentication }
        guard let date = arrival["x-ms-date"] ?? arrival["date"], let sentAt = RetryAfter.date(date),
            sentAt - now <= 15 * .minute, now - sentAt <= 15 * .minute
        else { throw .authentication }
        guard let text = signing.headerText(words[0], arrival, account: account) else {
            throw AzureFault(
                400, "InvalidAuthenticationInfo", "Authentication scheme \(words[0]) is not supported.")
        }
        guard isGood(given, of: text) else { throw .authentication }
    }

    private func checkQuery(_ query: String, _ needs: [AzureNeed], _ now: Instant) throws(AzureFault) {
        var values: [String: String] = [:]
        for part in query.split(separator: "&") {
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            values[String(part[..<equals])] = String(part[equals...].dropFirst()).removingPercentEncoding
        }
        func value(_ name: String) -> String { values[name] ?? "" }
        let isForAccount = values["ss"] != nil
        let text: String
        if let signed = try signing.queryText(values, account: account, needs: needs) {
            text = signed
        } else {
            let scope = value("sv") >= "2020-12-06" ? ["ses"] : []
            let names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"] + scope
            text = ([account] + names.map(value)).joined(separator: "\n") + "\n"
        }
        guard let given = Data(base64Encoded: value("sig")), isGood(given, of: text) else { throw .authentication }
        try checkBounds(values, now)
        for need in needs {
            if isForAccount { try checkReach(values, need) }
            let permitted = Set(value("sp"))
            guard need.permissions.contains(where: { permitted.isSuperset(of: $0) }) else {
                throw .permission(need.permissions.joined(separator: " or "))
            }
        }
    }

    private func checkBounds(_ values: [String: String], _ now: Instant) throws(AzureFault) {
        let starts = values["st"].flatMap { Instant($0) }
        guard let ends = values["se"].flatMap({ Instant($0) }), now < ends, starts.map({ $0 <= now }) ?? true else {
            throw AzureFault(
                403, "AuthenticationFailed",
                "Server failed to authenticate the request. Signature not valid in the specified time frame.")
        }
        if values["spr"] == "https" {
            throw AzureFault(
                403, "AuthorizationProtocolMismatch",
                "This request is not authorized to perform this operation using this protocol.")
        }
    }

    /// What only a signature for the account says: the services and the kinds of things it reaches.
    private func checkReach(_ values: [String: String], _ need: AzureNeed) throws(AzureFault) {
        guard (values["ss"] ?? "").contains(signing.letter) else {
            throw AzureFault(
                403, "AuthorizationServiceMismatch",
                "This request is not authorized to perform this operation using this service.")
        }
        guard (values["srt"] ?? "").contains(need.kind) else {
            throw AzureFault(
                403, "AuthorizationResourceTypeMismatch",
                "This request is not authorized to perform this operation using this resource type.")
        }
    }

    private func isGood(_ given: Data, of text: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(given, authenticating: Array(text.utf8), using: key)
    }
}

/// A request as it came, of which everything but secrets is kept.
///
/// Header names are in lower case, in the order they came. A header that is a credential (`authorization`, `cookie` and
/// their like) is never in here. Of a token of a lead endpoint or an API key in another header, as proxies write the
/// address they were called under, only the kind is left: `lle_…`.
package struct ArrivedRequest: Sendable {
    package var method: String
    /// The path without the token: `/in/NAME` or `/v1/events`.
    package var path: String
    package var headers: [(name: String, value: String)]
    /// The body. Once it is decoded of its content encoding, there is no `content-encoding` header any more.
    package var body: [UInt8]
    /// The address of the sender.
    package var client: String?

    /// - Parameter headers: names in any case. Secrets, and what is no header of HTTP, are left out.
    package init(
        method: String, path: String, headers: [(name: String, value: String)], body: [UInt8], client: String? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = []
        self.headers.reserveCapacity(headers.count)
        for header in headers {
            let name = HeaderRules.lowerCased(header.name)
            if HeaderRules.isKept(name) {
                self.headers.append((name, ShownTokens.blanked(HeaderRules.trimmed(header.value))))
            }
        }
        self.body = body
        self.client = client
    }

    /// The value of the first header called `name`, which is in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension ArrivedRequest: Equatable {
    package static func == (left: ArrivedRequest, right: ArrivedRequest) -> Bool {
        left.method == right.method && left.path == right.path && left.client == right.client
            && left.body == right.body && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}

/// Which headers are kept.
enum HeaderRules {
    /// The header in which a kept request says its sender's address. A sender's own header of this name is left out.
    static let client = "leadledger-client"

    private static let secrets: Set<String> = [
        "authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "api-key", "apikey",
        "x-auth-token", "x-functions-key", "x-amz-security-token", "ocp-apim-subscription-key", "x-access-token",
        "x-forwarded-access-token", "x-forwarded-authorization",
    ]
    /// Tokens of a provider that the sign-in of a host hands on, each under a name of its own.
    private static let secretPrefix = "x-ms-token-"

    static func isKept(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(isToken) && name != client && !secrets.contains(name)
            && !name.hasPrefix(secretPrefix)
    }

    /// Whether a content encoding leaves the bytes as they are.
    static func isIdentity(_ encoding: String) -> Bool { encoding.isEmpty || lowerCased(encoding) == "identity" }

    /// A character of a header's name (RFC 9110, section 5.6.2).
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        case 0...0x20, 0x7f...: false
        default: !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
        }
    }

    static func lowerCased(_ name: String) -> String {
        name.utf8.contains { (0x41...0x5a).contains($0) } ? name.lowercased() : name
    }

    /// Without the blanks around it, which are no part of a header's value.
    static func trimmed(_ value: String) -> String {
        guard let first = value.utf8.first, let last = value.utf8.last, first <= 0x20 || last <= 0x20 else {
            return value
        }
        var bytes = Substring(value).utf8
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return String(bytes) ?? ""
    }
}

/// The address of an endpoint, taken apart so strictly that no two programs can read another host out of it.
///
/// The part of RFC 3986 that an endpoint needs: `https` or `http`, a host, perhaps a port, a path and a query. User
/// names, fragments, escapes in the host and characters that belong in no URL are refused.
package struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int?
    /// Path and query, at least `/`.
    package let target: String
    /// The whole address, spelled as it is sent.
    package let description: String

    package enum Problem: Error, Equatable {
        case scheme, host, port, user, fragment, character
    }

    package init(_ text: String) throws(Problem) {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !Self.forbidden.contains($0) }) else {
            throw .character
        }
        guard let separator = text.firstIndex(of: ":") else { throw .scheme }
        switch text[..<separator].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw .scheme
        }
        guard text[separator...].hasPrefix("://") else { throw .scheme }
        let rest = text[separator...].dropFirst(3)
        guard !rest.contains("#") else { throw .fragment }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw .user }
        (host, port) = try Self.hostAndPort(authority)
        let tail = String(rest[end...])
        target = tail.hasPrefix("/") ? tail : "/" + tail
        description = Self.text(isSecure, host, port, target)
    }

    private static let forbidden = Set("\"<>\\^`{|}".utf8)

    private static func hostAndPort(_ authority: Substring) throws(Problem) -> (String, Int?) {
        var host = authority
        var port: Int?
        let bracket = authority.firstIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            let digits = authority[authority.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(digits), (1...65_535).contains(number)
            else { throw .port }
            port = number
            host = authority[..<colon]
        }
        if bracket != nil {
            let inside = host.dropFirst().dropLast()
            guard host.hasPrefix("["), host.hasSuffix("]"), inside.contains(":"),
                inside.utf8.allSatisfy({ isHex($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { throw .host }
            return (inside.lowercased(), port)
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    isHex($0) || (71...90).contains($0) || (103...122).contains($0) || $0 == 45 || $0 == 95
                }
        }
        guard isName, host.utf8.count <= 253 else { throw .host }
        return (host.lowercased(), port)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }

    /// The same address with another host, an IPv6 one without brackets.
    package func with(host: String) -> String { Self.text(isSecure, host, port, target) }

    private static func text(_ isSecure: Bool, _ host: String, _ port: Int?, _ target: String) -> String {
        (isSecure ? "https://" : "http://") + (host.contains(":") ? "[\(host)]" : host)
            + (port.map { ":\($0)" } ?? "") + target
    }
}

internal import Crypto
internal import Leads

/// GUIDs derived from leadledger's own names: version 5 of RFC 9562, section 5.5.
///
/// A name gives the same GUID on every machine and for ever, so that a lead told twice is one row. The names are
/// `lead_…` for rows and `dlv_…/version` for requests, which no other kind of name can be mistaken for.
package enum NamedGUID {
    /// leadledger's own namespace. It is a contract: with another one, every lead would be made once more.
    package static let namespace = "bce7417a-9bdf-417e-8b8b-06c17bccec2a"

    /// - Parameter namespace: a GUID.
    package static func text(of name: String, in namespace: String = Self.namespace) -> String {
        guard let space = Hexadecimal.bytes(namespace.filter { $0 != "-" }), space.count == 16 else {
            preconditionFailure("a namespace is a GUID")
        }
        var bytes = Array(Insecure.SHA1.hash(data: space + Array(name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x50
        bytes[8] = bytes[8] & 0x3f | 0x80
        let groups = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
        return groups.map { Hexadecimal.text($0) }.joined(separator: "-")
    }
}

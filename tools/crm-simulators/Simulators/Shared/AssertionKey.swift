internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import OrderedJSON

/// The key that checks signed assertions (RFC 7523): the public half of a certificate's RSA key.
package struct AssertionKey: Sendable {
    private let key: _RSA.Signing.PublicKey

    /// `nil` when `pem` is neither an RSA public key nor a certificate with one.
    package init?(pem: String) {
        if pem.contains("BEGIN CERTIFICATE") {
            let lines = pem.split(whereSeparator: \.isNewline).drop { !$0.hasPrefix("-----BEGIN CERTIFICATE") }
            let base64 = lines.dropFirst().prefix { !$0.hasPrefix("-----END") }.joined()
            guard let certificate = Data(base64Encoded: base64),
                let part = Self.publicKey(of: Array(certificate)),
                let key = try? _RSA.Signing.PublicKey(derRepresentation: part)
            else { return nil }
            self.key = key
        } else {
            guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { return nil }
            self.key = key
        }
    }

    /// The claims of an assertion in compact form that is signed with RS256; `nil` for any other.
    func claims(of assertion: String) -> JSON? {
        let parts = assertion.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]), let claims = Self.json(parts[1]),
            let signature = Self.bytes(parts[2]), header["alg"]?.string == "RS256"
        else { return nil }
        let signed = SHA256.hash(data: Array("\(parts[0]).\(parts[1])".utf8))
        let isGood = key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: signed, padding: .insecurePKCS1v1_5)
        return isGood ? claims : nil
    }

    private static func json(_ part: Substring) -> JSON? { bytes(part).flatMap { try? JSON.parse($0) } }

    private static func bytes(_ part: Substring) -> Data? {
        guard !part.contains("="), !part.contains("+"), !part.contains("/") else { return nil }
        let plain = String(part).replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }

    /// The `subjectPublicKeyInfo` of a certificate in DER (RFC 5280, section 4.1).
    private static func publicKey(of certificate: [UInt8]) -> [UInt8]? {
        guard let outer = element(certificate[...]), let signed = element(outer.content) else { return nil }
        var rest = signed.content
        // The version has a tag of its own and may be missing; serial number, algorithm, issuer, validity and subject
        // always stand before the key.
        var before = rest.first == 0xA0 ? 6 : 5
        while before > 0 {
            guard let next = element(rest) else { return nil }
            rest = next.rest
            before -= 1
        }
        return element(rest).map { Array($0.whole) }
    }

    private struct Element {
        let whole: ArraySlice<UInt8>
        let content: ArraySlice<UInt8>
        let rest: ArraySlice<UInt8>
    }

    private static func element(_ bytes: ArraySlice<UInt8>) -> Element? {
        guard bytes.count >= 2 else { return nil }
        let first = Int(bytes[bytes.startIndex + 1])
        let digits = first < 0x80 ? 0 : first - 0x80
        guard digits <= 3, bytes.count >= 2 + digits else { return nil }
        let start = bytes.startIndex + 2 + digits
        let count = digits == 0 ? first : bytes[(start - digits)..<start].reduce(0) { $0 << 8 | Int($1) }
        guard count <= bytes.endIndex - start else { return nil }
        let end = start + count
        return Element(whole: bytes[bytes.startIndex..<end], content: bytes[start..<end], rest: bytes[end...])
    }
}

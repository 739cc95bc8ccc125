internal import Crypto

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Signs what is sent to an endpoint, and checks such signatures: Standard Webhooks 1.0.0, symmetric (`v1`).
///
/// The signature is HMAC-SHA256 over `id.timestamp.body`, the bytes exactly as sent
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
package struct StandardWebhooks: Sendable {
    private let key: SymmetricKey

    /// Why a text is no signing secret. It never repeats the text.
    package enum SecretError: Error, Equatable, CustomStringConvertible {
        case prefix
        case base64
        /// The key's length in bytes.
        case length(Int)

        package var description: String {
            switch self {
            case .prefix: "the signing secret does not begin with whsec_"
            case .base64: "the signing secret is not base64 after whsec_"
            case .length(let bytes):
                "the signing secret holds \(bytes) bytes, and 24 to 64 are needed; make one with: "
                    + "echo whsec_$(head -c 32 /dev/urandom | base64)"
            }
        }
    }

    /// - Parameter secret: `whsec_` and the base64 of 24 to 64 bytes; padding may be missing.
    package init(secret: String) throws(SecretError) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix) else { throw .prefix }
        var base64 = String(secret.dropFirst(prefix.count))
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: base64) else { throw .base64 }
        guard (24...64).contains(bytes.count) else { throw .length(bytes.count) }
        key = SymmetricKey(data: bytes)
    }

    /// The value of `webhook-signature`.
    /// - Parameter timestamp: seconds since 1970 at this attempt, the value of `webhook-timestamp`.
    package func sign(id: String, timestamp: Int64, body: [UInt8]) -> String {
        "v1," + Data(code(id, String(timestamp), body)).base64EncodedString()
    }

    /// How far the clocks of sender and receiver may be apart, in seconds.
    package static let toleranceSeconds: Int64 = 300

    /// Whether one of the signatures in `header` is good and the timestamp is near `now`, both in seconds since 1970.
    ///
    /// Signatures of other versions are passed over; comparing takes the same time whatever is in them.
    package func verify(header: String, id: String, timestamp: String, body: [UInt8], now: Int64) -> Bool {
        guard let seconds = Int64(timestamp),
            (now - Self.toleranceSeconds...now + Self.toleranceSeconds).contains(seconds)
        else { return false }
        let expected = Array("v1,\(Data(code(id, timestamp, body)).base64EncodedString())".utf8)
        return header.split(separator: " ").reduce(false) { found, signature in
            let given = Array(signature.utf8)
            guard given.count == expected.count else { return found }
            return zip(given, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0 || found
        }
    }

    private func code(_ id: String, _ timestamp: String, _ body: [UInt8]) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return code.finalize()
    }
}

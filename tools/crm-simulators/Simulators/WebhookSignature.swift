internal import Crypto

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The receiver's side of Standard Webhooks 1.0.0.
///
/// Written on purpose apart from the code that signs: the two agree only where both are right.
package struct WebhookSignature: Sendable {
    private let key: [UInt8]

    /// `nil` when `secret` is not `whsec_` and base64.
    package init?(secret: String) {
        guard secret.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(secret.dropFirst(6))) else {
            return nil
        }
        key = Array(bytes)
    }

    /// Why the headers are no good signature of the body; `nil` when they are.
    /// - Parameter now: seconds since 1970.
    package func fault(id: String?, timestamp: String?, signature: String?, body: [UInt8], now: Int64) -> String? {
        guard let id, !id.isEmpty, !id.contains(".") else { return "webhook-id is missing or has a dot" }
        guard let timestamp, let seconds = Int64(timestamp) else { return "webhook-timestamp is missing or no number" }
        guard abs(now - seconds) <= 300 else { return "webhook-timestamp is more than five minutes away" }
        guard let signature else { return "webhook-signature is missing" }
        let signed = Array("\(id).\(timestamp).".utf8) + body
        let isGood = signature.split(separator: " ").contains { part in
            guard part.hasPrefix("v1,"), let code = Data(base64Encoded: String(part.dropFirst(3))) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: signed, using: SymmetricKey(data: key))
        }
        return isGood ? nil : "webhook-signature does not match"
    }
}

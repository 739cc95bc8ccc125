internal import Crypto

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A key of a storage account, which signs requests with HMAC-SHA256.
///
/// It is in no description and no error.
package struct SharedKey: Sendable, CustomStringConvertible {
    package let account: String
    private let key: SymmetricKey

    /// Named as in the host of the service.
    package enum Service: String, Sendable { case table, blob }

    /// The name of the scheme in the header `Authorization`.
    package enum Scheme: String, Sendable {
        case sharedKey = "SharedKey"
        case sharedKeyLite = "SharedKeyLite"
    }

    /// `nil` when `key` is no base 64 or holds nothing.
    package init?(account: String, key: String) {
        guard let bytes = Data(base64Encoded: key), !bytes.isEmpty else { return nil }
        self.account = account
        self.key = SymmetricKey(data: bytes)
    }

    /// The request with the header `Authorization`, made over the request as it is: nothing may change afterwards.
    package func signed(
        _ request: StorageRequest, service: Service, scheme: Scheme = .sharedKey
    ) -> StorageRequest {
        var request = request
        let text = StringToSign.text(request, account: account, service: service, scheme: scheme)
        request.headers.append(
            StorageRequest.Header("Authorization", "\(scheme.rawValue) \(account):\(signature(of: text))"))
        return request
    }

    /// The base 64 of the signature of `text`.
    func signature(of text: String) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)).base64EncodedString()
    }

    package var description: String { "the key of account \(account)" }
}

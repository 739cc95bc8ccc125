package import Leads

/// The blob service of one account: the requests that add to append blobs, and look at them.
///
/// Names of containers and blobs are letters, digits, `-`, `_`, `.` and `/` only, so that a path is signed as it is
/// sent.
package struct BlobService: Sendable {
    package let service: StorageService

    /// Bytes that one block takes at most in the version that is spoken.
    package static let blockBytes = 4 << 20
    /// Blocks that one append blob takes.
    package static let blockLimit = 50_000

    package init(endpoint: EndpointURL, credential: StorageCredential, scheme: SharedKey.Scheme = .sharedKey) {
        service = StorageService(.blob, endpoint: endpoint, credential: credential, scheme: scheme)
    }

    /// Asks how long a blob is.
    package func request(lengthOf blob: BlobName, now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request("HEAD", blob.target, headers: [Self.accept], now: now)
    }

    /// Asks for a part of a blob.
    /// - Parameter range: not empty, at most `blockBytes` long.
    package func request(
        read blob: BlobName, _ range: Range<Int>, now: Instant
    ) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request(
            "GET", blob.target,
            headers: [.init("x-ms-range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"), Self.accept], now: now)
    }

    /// Makes an empty append blob where none is.
    package func request(
        make blob: BlobName, contentType: String, now: Instant
    ) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request(
            "PUT", blob.target,
            headers: [
                .init("x-ms-blob-type", "AppendBlob"), .init("x-ms-blob-content-type", contentType),
                .init("If-None-Match", "*"), Self.accept,
            ], now: now)
    }

    /// Adds a block, where the blob is exactly `position` long: so a repeat adds nothing.
    package func request(
        append block: [UInt8], to blob: BlobName, at position: Int, now: Instant
    ) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request(
            "PUT", blob.target + "?comp=appendblock",
            headers: [
                .init("x-ms-blob-condition-appendpos", String(position)),
                .init("Content-Type", "application/octet-stream"), Self.accept,
            ], body: block, now: now)
    }

    /// Makes a container.
    package func request(makeContainer name: String, now: Instant) throws(EndpointURL.Problem) -> StorageRequest {
        try service.request("PUT", "/\(name)?restype=container", headers: [Self.accept], now: now)
    }

    private static let accept = StorageRequest.Header("Accept", "application/xml")
}

/// What names a blob in its account.
package struct BlobName: Hashable, Sendable, CustomStringConvertible {
    package let container: String
    package let name: String

    package init(container: String, name: String) {
        self.container = container
        self.name = name
    }

    var target: String { "/\(container)/\(name)" }

    package var description: String { "\(container)/\(name)" }
}

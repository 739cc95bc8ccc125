package import Leads

/// One service of a storage account and what opens it: makes requests that are signed.
package struct StorageService: Sendable {
    package let service: SharedKey.Service
    /// Without anything after its path.
    package let endpoint: EndpointURL
    private let credential: StorageCredential
    private let scheme: SharedKey.Scheme

    /// The version of each service whose answers are understood.
    package static func version(of service: SharedKey.Service) -> String {
        switch service {
        case .table: "2019-02-02"
        case .blob: "2021-12-02"
        }
    }

    /// - Parameter scheme: how a key signs; nothing to a shared access signature.
    package init(
        _ service: SharedKey.Service, endpoint: EndpointURL, credential: StorageCredential,
        scheme: SharedKey.Scheme = .sharedKey
    ) {
        self.service = service
        self.endpoint = endpoint
        self.credential = credential
        self.scheme = scheme
    }

    /// The address of `target`, which is encoded already; without any signature.
    package func address(of target: String) -> String {
        var base = endpoint.description
        while base.hasSuffix("/") { base.removeLast() }
        return base + target
    }

    /// A request, signed at `now`: nothing of it may change afterwards.
    /// - Parameter target: begins with `/`; encoded already.
    package func request(
        _ method: String, _ target: String, headers: [StorageRequest.Header], body: [UInt8] = [], now: Instant
    ) throws(EndpointURL.Problem) -> StorageRequest {
        var target = target
        if case .signature(let signature) = credential { target = signature.appended(to: target) }
        var request = StorageRequest(
            method: method, url: try EndpointURL(address(of: target)),
            headers: [
                .init("x-ms-date", now.httpDate), .init("x-ms-version", Self.version(of: service)),
            ] + headers + [.init("User-Agent", "leadledger")], body: body)
        // A blob's signature covers the length.
        if !body.isEmpty { request.headers.append(.init("Content-Length", String(body.count))) }
        guard case .key(let key) = credential else { return request }
        return key.signed(request, service: service, scheme: scheme)
    }
}

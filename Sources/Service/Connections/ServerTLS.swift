internal import NIOSSL

/// Certificate and key of the service, read when it starts.
struct ServerTLS: Sendable {
    let configuration: TLSConfiguration

    /// `nil` without a certificate; throws when a file cannot be used, and says which.
    init?(_ settings: ServiceSettings) throws(ServiceError) {
        switch (settings.certificateFile, settings.keyFile) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            let chain = try Self.read("certificate", certificate) { try NIOSSLCertificate.fromPEMFile(certificate) }
            guard !chain.isEmpty else {
                throw ServiceError(description: "the certificate file \(certificate) holds no certificate")
            }
            let privateKey = try Self.read("key", key) { try NIOSSLPrivateKey(file: key, format: .pem) }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            // Finds a key that does not belong to the certificate before the first client does.
            _ = try Self.read("key", key) { try NIOSSLContext(configuration: configuration) }
            self.configuration = configuration
        default:
            throw ServiceError(description: "TLS needs both: a certificate file and a key file")
        }
    }

    private static func read<Result>(
        _ what: String, _ path: String, _ body: () throws -> Result
    ) throws(ServiceError) -> Result {
        do {
            return try body()
        } catch {
            throw ServiceError(
                description:
                    "the \(what) file \(path) cannot be used: \(error). It must be PEM, readable by this user, "
                    + "and key and certificate must belong together")
        }
    }
}

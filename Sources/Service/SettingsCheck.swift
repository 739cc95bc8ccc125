extension ServiceSettings {
    /// Looks at what the service would refuse to start with: proxies, and the files of the certificate and its key.
    /// - Throws: `ServiceError`, which names what is wrong.
    package func check() throws {
        _ = try Forwarded(trustedProxies: trustedProxies)
        _ = try ServerTLS(self)
    }
}

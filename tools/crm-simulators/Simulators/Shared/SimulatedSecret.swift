internal import ArgumentParser
internal import Crypto

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A secret that a caller must know; only its digest is kept.
package struct SimulatedSecret: Sendable {
    private let digest: SHA256.Digest

    package init(_ secret: String) { digest = SHA256.hash(data: Array(secret.utf8)) }

    /// Compares digests, which takes the same time wherever the difference is.
    package func matches(_ given: String) -> Bool { digest == SHA256.hash(data: Array(given.utf8)) }

    /// Reads a variable of the environment, since the arguments of a program can be seen by every user.
    static func text(of variable: String) throws -> String {
        guard let value = getenv(variable), value.pointee != 0 else {
            throw ValidationError("\(variable) is not set")
        }
        return String(cString: value)
    }
}

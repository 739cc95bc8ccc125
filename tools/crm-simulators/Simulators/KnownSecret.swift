internal import ArgumentParser
internal import Crypto

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A secret that callers have to know.
///
/// Only its digest is kept, and digests are compared in a time that says nothing about where they differ.
struct KnownSecret: Sendable {
    private let digest: SHA256.Digest

    init(_ text: String) { digest = SHA256.hash(data: Data(text.utf8)) }

    func isSame(as text: String) -> Bool { SHA256.hash(data: Data(text.utf8)) == digest }

    /// The text in a variable of the environment, where secrets are given to simulators.
    static func text(inVariable name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw ValidationError("\(name) is not set")
        }
        return value
    }
}

internal import Crypto

/// A secret that lets somebody in: the token of a lead endpoint, or an API key.
///
/// `lle_` or `llk_`, eight characters that name it and may be shown, thirty-two that are secret (160 random bits), all
/// of `a-z2-7`, so that it can be marked with a double click and stands in a URL as it is. It is shown once; the ledger
/// holds its SHA-256, which needs no salt over so many random bits.
package struct AccessToken: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case endpoint = "lle_"
        case key = "llk_"
    }

    package let kind: Kind
    /// The whole secret text.
    package let text: String
    /// The part that names it.
    package let id: String

    private static let idLength = 8
    private static let secretLength = 32
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    package static func make(_ kind: Kind, random: inout RandomBytes) -> AccessToken {
        let characters = random.bytes(idLength + secretLength).map { alphabet[Int($0 & 31)] }
        return AccessToken(kind: kind, characters: characters[...])
    }

    /// Reads a token that somebody presents; `nil` when it is none of this kind.
    package init?(_ kind: Kind, _ text: String) {
        let bytes = Array(text.utf8)
        let prefix = kind.rawValue.utf8.count
        guard bytes.count == prefix + Self.idLength + Self.secretLength, bytes.starts(with: kind.rawValue.utf8),
            bytes[prefix...].allSatisfy({ (0x61...0x7a).contains($0) || (0x32...0x37).contains($0) })
        else { return nil }
        self.init(kind: kind, characters: bytes[prefix...])
    }

    private init(kind: Kind, characters: ArraySlice<UInt8>) {
        self.kind = kind
        text = kind.rawValue + String(decoding: characters, as: UTF8.self)
        id = String(decoding: characters.prefix(Self.idLength), as: UTF8.self)
    }

    /// What the ledger holds of it, 32 bytes.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// Whether this is the token that left `hash`, in a time that does not depend on where they differ.
    package func matches(_ hash: [UInt8]) -> Bool {
        let own = self.hash
        guard own.count == hash.count else { return false }
        return zip(own, hash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

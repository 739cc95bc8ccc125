internal import Crypto
internal import FoundationEssentials

/// AES-256-GCM (NIST SP 800-38D) as the ledger uses it: a version byte, a random nonce, ciphertext, tag.
///
/// The event's id and the part's name are authenticated with it, so that a sealed part cannot be moved to another
/// event.
enum Sealing {
    enum Part: UInt8 {
        case contact = 1
        case body = 2
    }

    static let version: UInt8 = 1

    /// - Parameter nonce: 12 random bytes, never used before with this key.
    static func seal(
        _ bytes: [UInt8], _ part: Part, of id: EventID, with key: SymmetricKey, nonce: [UInt8]
    ) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            bytes, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: context(part, id))
        var sealed: [UInt8] = [version]
        sealed.reserveCapacity(bytes.count + 29)
        sealed.append(contentsOf: nonce)
        sealed.append(contentsOf: box.ciphertext)
        sealed.append(contentsOf: box.tag)
        return sealed
    }

    /// `nil` when the key does not open it.
    static func open(_ sealed: [UInt8], _ part: Part, of id: EventID, with key: SymmetricKey) -> [UInt8]? {
        guard sealed.first == version, let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst()),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: context(part, id))
        else { return nil }
        return Array(bytes)
    }

    private static func context(_ part: Part, _ id: EventID) -> [UInt8] {
        [part.rawValue] + (id.uuidBytes ?? Array(id.description.utf8))
    }
}

internal import Crypto

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The secret of a home: 32 random bytes in a file of their own, from which all other keys come.
///
/// Without it nothing sealed can be read, and arrivals cannot be compared with those before.
package struct MasterKey: Sendable {
    private let key: SymmetricKey

    private static let heading = "leadledger-key-v1 "

    init(bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// Reads the key file.
    package init(file path: String) throws(LedgerError) {
        guard let text = try? FileBytes.read(path, limit: 1_024) else {
            throw .keyFile(path, "cannot be read: restore it from your backup of keys")
        }
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        guard line.hasPrefix(Self.heading), let bytes = Hexadecimal.bytes(String(line.dropFirst(Self.heading.count))),
            bytes.count == 32
        else { throw .keyFile(path, "is not a leadledger key: restore the right file from your backup of keys") }
        self.init(bytes: bytes)
    }

    /// Makes a new key file that only its owner can read. An existing file is never overwritten.
    package static func create(file path: String) throws(LedgerError) {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let text = heading + Hexadecimal.text(bytes) + "\n"
        guard FileBytes.create(path, Array(text.utf8), mode: 0o600) else {
            throw .keyFile(path, "cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    /// A key for one purpose: HMAC-SHA256(master, purpose ‖ 0 ‖ salt).
    func derive(_ purpose: StaticString, salt: [UInt8] = []) -> SymmetricKey {
        SymmetricKey(data: KeyedHash.full(key, purpose, salt))
    }

    /// Shows whether two keys are the same without showing either.
    var check: [UInt8] { KeyedHash.full(key, "check", []) }
}

/// HMAC-SHA256 over a purpose and some bytes (RFC 2104).
enum KeyedHash {
    static func full(_ key: SymmetricKey, _ purpose: StaticString, _ bytes: [UInt8]) -> [UInt8] {
        var hash = HMAC<SHA256>(key: key)
        purpose.withUTF8Buffer { hash.update(data: UnsafeRawBufferPointer($0)) }
        hash.update(data: [0] as [UInt8])
        hash.update(data: bytes)
        return Array(hash.finalize())
    }

    /// The first 16 bytes: enough to tell a ledger's events or customers apart.
    static func short(_ key: SymmetricKey, _ purpose: StaticString, _ bytes: [UInt8]) -> [UInt8] {
        Array(full(key, purpose, bytes).prefix(16))
    }
}

/// Bytes as two digits each.
package enum Hexadecimal {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}

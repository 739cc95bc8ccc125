internal import Crypto
internal import Leads

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The secret of a home: 32 random bytes in a file of their own, from which all other keys come.
///
/// Without it nothing sealed can be read, and arrivals cannot be compared with those before.
package struct MasterKey: Sendable {
    private let hash: KeyedHash

    private static let heading = "leadledger-key-v1 "

    init(bytes: [UInt8]) { hash = KeyedHash(key: bytes) }

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

    /// A key for one purpose, 32 bytes: HMAC-SHA256(master, purpose ‖ 0 ‖ salt).
    func derive(_ purpose: StaticString, salt: [UInt8] = []) -> [UInt8] { hash.full(purpose, salt) }

    /// Shows whether two keys are the same without showing either.
    var check: [UInt8] { hash.full("check", []) }
}

/// HMAC-SHA256 (RFC 2104) over a purpose and some bytes.
///
/// Made of the library's SHA-256 rather than its HMAC, which goes through generic code and costs 1.7 µs where this
/// costs 0.8: every event takes three. Tests hold the two against each other.
struct KeyedHash: Sendable {
    private let inner: [UInt8]
    private let outer: [UInt8]

    private static let blockSize = 64

    /// - Parameter key: at most one block, as all keys here are.
    init(key: [UInt8]) {
        precondition(key.count <= Self.blockSize, "a key is longer than a block")
        let block = key + [UInt8](repeating: 0, count: Self.blockSize - key.count)
        inner = block.map { $0 ^ 0x36 }
        outer = block.map { $0 ^ 0x5c }
    }

    /// 32 bytes.
    func full(_ purpose: StaticString, _ bytes: [UInt8]) -> [UInt8] {
        var message = inner
        message.reserveCapacity(inner.count + purpose.utf8CodeUnitCount + 1 + bytes.count)
        message.append(contentsOf: UnsafeBufferPointer(start: purpose.utf8Start, count: purpose.utf8CodeUnitCount))
        message.append(0)
        message.append(contentsOf: bytes)
        return Self.sha256(outer + Self.sha256(message))
    }

    /// The first 16 bytes: enough to tell a ledger's events or customers apart.
    func short(_ purpose: StaticString, _ bytes: [UInt8]) -> [UInt8] { Array(full(purpose, bytes)[..<16]) }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes { Array($0) }
    }
}

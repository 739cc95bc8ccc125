#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Secure random bytes for salts, nonces and ids, fetched from the kernel a page at a time: asked for eight bytes each,
/// it would cost more than the sealing.
package struct RandomBytes: Sendable {
    private var page: [UInt8] = []
    private var position = 0
    private let refill: @Sendable () -> [UInt8]

    /// - Parameter refill: gives the next bytes, as many as it likes but 64 at least; the kernel unless a test does.
    package init(refill: @escaping @Sendable () -> [UInt8] = Self.fromKernel) { self.refill = refill }

    mutating func bytes(_ count: Int) -> [UInt8] {
        if position + count > page.count {
            page = refill()
            position = 0
        }
        defer { position += count }
        return Array(page[position..<position + count])
    }

    mutating func pair() -> (UInt64, UInt64) { (number(), number()) }

    private mutating func number() -> UInt64 { bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }

    package static let fromKernel: @Sendable () -> [UInt8] = {
        var page = [UInt8](repeating: 0, count: 4_096)
        page.withUnsafeMutableBytes { bytes in
            // getentropy gives at most 256 bytes a call, and all of them or none.
            for start in stride(from: 0, to: bytes.count, by: 256) {
                guard getentropy(bytes.baseAddress! + start, 256) == 0 else {
                    fatalError("the system has no randomness: \(String(cString: strerror(errno)))")
                }
            }
        }
        return page
    }
}

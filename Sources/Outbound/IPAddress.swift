#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An address of the Internet Protocol, either version.
package enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// Reads an address as a URL's host may write it, an IPv6 one without its brackets; `nil` for a name.
    ///
    /// Besides the usual forms these are all those that the system would connect to as an IPv4 address: one to four
    /// numbers, each decimal, octal or hexadecimal, the last filling what is left (`127.1`, `0x7f.1`, `2130706433`).
    package init?(literal text: String) {
        var four = in_addr()
        var six = in6_addr()
        if text.contains(":") {
            guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
            self.init(six)
        } else {
            // Some systems take what follows a space for a comment.
            guard text.utf8.allSatisfy({ $0 > 0x20 }), inet_aton(text, &four) != 0 else { return nil }
            self.init(four)
        }
    }

    init(_ address: in_addr) { self = .v4(UInt32(bigEndian: address.s_addr)) }

    init(_ address: in6_addr) {
        let (high, low) = withUnsafeBytes(of: address) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self = .v6(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }
}

extension IPAddress: CustomStringConvertible {
    /// The form that every program reads the same: four decimal numbers, or eight groups in hexadecimal.
    package var description: String {
        switch self {
        case .v4(let bits):
            (0..<4).map { String(bits >> (24 - 8 * $0) & 0xff) }.joined(separator: ".")
        case .v6(let high, let low):
            [high, low].flatMap { half in (0..<4).map { String(half >> (48 - 16 * $0) & 0xffff, radix: 16) } }
                .joined(separator: ":")
        }
    }
}

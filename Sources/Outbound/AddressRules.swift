/// Which addresses a request may go to.
///
/// Whoever sets a destination, or owns the name it points to, could otherwise make leadledger speak to machines that
/// only it can reach. The blocks are those of the IANA special-purpose registries (RFC 6890) and the addresses at which
/// cloud machines are told their secrets.
package enum AddressRules {
    /// What is special about an address.
    package enum Block: String, CaseIterable, Sendable {
        case `private`, loopback, linkLocal, shared, translated, benchmarking
        case metadata, unspecified, multicast, broadcast, documentation, reserved

        /// Whether `allow-private=true` permits it. The others are no place for an endpoint whatever a person says.
        package var isPermittedByName: Bool {
            switch self {
            case .private, .loopback, .linkLocal, .shared, .translated, .benchmarking: true
            case .metadata, .unspecified, .multicast, .broadcast, .documentation, .reserved: false
            }
        }

        /// For a sentence: "a private address".
        package var description: String {
            switch self {
            case .linkLocal: "a link-local address"
            case .shared: "a shared (carrier-grade NAT) address"
            case .translated: "a translated (NAT64) address"
            case .unspecified: "an unspecified address"
            case .metadata: "a metadata address of a cloud"
            default: "a \(rawValue) address"
            }
        }
    }

    /// Why a request may not go to `address`; `nil` when it may.
    package static func refusal(of address: IPAddress, allowsPrivate: Bool) -> Block? {
        guard let block = block(of: address) else { return nil }
        return allowsPrivate && block.isPermittedByName ? nil : block
    }

    /// The special block that `address` lies in; `nil` for one that the whole internet reaches.
    package static func block(of address: IPAddress) -> Block? {
        switch address {
        case .v4(let bits): fourBlock(bits)
        case .v6(let high, let low): sixBlock(high, low)
        }
    }

    /// In order: the first that matches counts.
    private static let fourBlocks: [(network: UInt32, length: UInt32, block: Block)] = [
        (0xa9fe_a9fe, 32, .metadata),  // 169.254.169.254
        (0xa83f_8110, 32, .metadata),  // 168.63.129.16, Azure's, among public addresses
        (0x6464_64c8, 32, .metadata),  // 100.100.100.200, Alibaba's
        (0x0000_0000, 8, .unspecified),
        (0x0a00_0000, 8, .private),
        (0x6440_0000, 10, .shared),
        (0x7f00_0000, 8, .loopback),
        (0xa9fe_0000, 16, .linkLocal),
        (0xac10_0000, 12, .private),
        (0xc000_0000, 24, .reserved),
        (0xc000_0200, 24, .documentation),
        (0xc058_6300, 24, .reserved),
        (0xc0a8_0000, 16, .private),
        (0xc612_0000, 15, .benchmarking),
        (0xc633_6400, 24, .documentation),
        (0xcb00_7100, 24, .documentation),
        (0xe000_0000, 4, .multicast),
        (0xffff_ffff, 32, .broadcast),
        (0xf000_0000, 4, .reserved),
    ]

    private static func fourBlock(_ bits: UInt32) -> Block? {
        fourBlocks.first { ($0.network ^ bits) >> (32 - $0.length) == 0 }?.block
    }

    private static func sixBlock(_ high: UInt64, _ low: UInt64) -> Block? {
        let lastFour = fourBlock(UInt32(truncatingIfNeeded: low))
        switch (high, low) {
        case (0, 0): return .unspecified
        case (0, 1): return .loopback
        case (0xfd00_0ec2_0000_0000, 0x254): return .metadata
        case (0, 0xffff_0000_0000...0xffff_ffff_ffff): return lastFour  // ::ffff:0:0/96, IPv4 in IPv6 clothes
        case (0, 0...0xffff_ffff): return lastFour ?? .reserved  // ::/96, the same in an older fashion
        case (0x0064_ff9b_0000_0000, 0...0xffff_ffff): return lastFour ?? .translated
        default: break
        }
        if high >> 16 == 0x0064_ff9b_0001 { return .translated }
        if high >> 57 == 0x7e { return .private }  // fc00::/7, unique local
        if high >> 54 == 0x3fa { return .linkLocal }  // fe80::/10
        if high >> 56 == 0xff { return .multicast }
        if high >> 61 != 1 { return .reserved }  // All that is global lies in 2000::/3.
        if high >> 32 == 0x2001_0db8 || high >> 44 == 0x3fff0 { return .documentation }
        if high >> 41 == 0x2001_0000 >> 9 { return .reserved }  // 2001::/23, Teredo among it
        if high >> 48 == 0x2002 { return fourBlock(UInt32(truncatingIfNeeded: high >> 16)) }  // 6to4
        if low >> 32 & 0xfdff_ffff == 0x5efe { return lastFour }  // ISATAP
        return nil
    }
}

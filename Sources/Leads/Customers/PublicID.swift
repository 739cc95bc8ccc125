/// The names under which customers, leads and deliveries are shown: `cus_…`, `lead_…`, `dlv_…`; and places in lists.
///
/// A name is the number inside, scrambled with the ledger's id, so that it says nothing about order or counts and two
/// ledgers that feed one CRM do not collide. The scrambling can be undone and hides nothing from who has the ledger.
/// The alphabet is safe as a key in every CRM and in URLs.
package struct PublicID: Sendable {
    package enum Kind: String, Sendable {
        case customer = "cus_"
        case lead = "lead_"
        case delivery = "dlv_"
        case cursor = "cur_"

        fileprivate var salt: UInt64 {
            switch self {
            case .customer: 0x1bd1_1bda_a9fc_1a22
            case .lead: 0x60be_e2be_e120_fc15
            case .delivery: 0xa3b1_95c4_e0f9_d6ed
            case .cursor: 0xd6e8_feb8_6659_fd93
            }
        }
    }

    private let seed: UInt64

    /// - Parameter ledger: the ledger's id.
    package init(ledger: [UInt8]) {
        seed = ledger.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    package func text(_ kind: Kind, _ number: Int64) -> String {
        var value = (UInt64(bitPattern: number) ^ seed ^ kind.salt) &* Self.multiplier
        value ^= value >> 32
        value = value &* Self.multiplier
        value ^= value >> 32
        var characters: [UInt8] = []
        for shift in stride(from: 60, through: 0, by: -5) {
            characters.append(Self.alphabet[Int(value >> UInt64(shift) & 31)])
        }
        return kind.rawValue + String(decoding: characters, as: UTF8.self)
    }

    /// The number in a name of this kind; `nil` when the text is none. A name of another ledger gives a number that
    /// means nothing here.
    package func number(_ kind: Kind, _ text: String) -> Int64? {
        guard text.hasPrefix(kind.rawValue), text.utf8.count == kind.rawValue.utf8.count + 13 else { return nil }
        var value: UInt64 = 0
        for (index, byte) in text.utf8.dropFirst(kind.rawValue.utf8.count).enumerated() {
            guard let digit = Self.alphabet.firstIndex(of: byte), index > 0 || digit < 16 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        value ^= value >> 32
        value = value &* Self.inverse
        value ^= value >> 32
        return Int64(bitPattern: (value &* Self.inverse) ^ seed ^ kind.salt)
    }

    private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// The number that undoes a multiplication by `multiplier`, found by Newton's iteration modulo 2⁶⁴.
    private static let inverse: UInt64 = {
        var inverse = multiplier
        for _ in 0..<6 { inverse = inverse &* (2 &- multiplier &* inverse) }
        return inverse
    }()

    /// Digits and letters without i, l, o and u, which are easily misread.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

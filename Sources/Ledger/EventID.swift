package import Leads

/// The name of an event: a UUID, minted here as version 7 (RFC 9562 section 5.7), or the text a sender gave.
package enum EventID: Hashable, Sendable {
    case uuid(UInt64, UInt64)
    case text(String)

    /// A UUID in its canonical form is stored as one; any other text stays text.
    package init(_ text: String) {
        var digits: [UInt64] = []
        for (index, byte) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { break }
            } else {
                switch byte {
                case 0x30...0x39: digits.append(UInt64(byte - 0x30))
                case 0x61...0x66: digits.append(UInt64(byte - 0x61 + 10))
                default: break
                }
            }
        }
        guard text.utf8.count == 36, digits.count == 32 else {
            self = .text(text)
            return
        }
        self = .uuid(digits[..<16].reduce(0) { $0 << 4 | $1 }, digits[16...].reduce(0) { $0 << 4 | $1 })
    }

    /// A UUIDv7: 48 bits of milliseconds, 74 random bits.
    package static func version7(at instant: Instant, random: (UInt64, UInt64)) -> EventID {
        let milliseconds = UInt64(max(0, instant.micros / 1_000)) & 0xffff_ffff_ffff
        return .uuid(
            milliseconds << 16 | 0x7000 | random.0 & 0x0fff, 0x8000_0000_0000_0000 | random.1 & 0x3fff_ffff_ffff_ffff)
    }

    /// The stored form: 16 bytes of a UUID.
    var uuidBytes: [UInt8]? {
        guard case .uuid(let high, let low) = self else { return nil }
        return high.bigEndianBytes + low.bigEndianBytes
    }

    /// `nil` unless there are 16 bytes.
    package init?(uuidBytes bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self = .uuid(bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension EventID: CustomStringConvertible {
    package var description: String {
        switch self {
        case .text(let text): return text
        case .uuid(let high, let low):
            // RFC 9562, section 4. Told with every lead that is recorded, so it is written digit by digit.
            return String(unsafeUninitializedCapacity: 36) { text in
                var place = 0
                for digit in 0..<32 {
                    if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    let word = digit < 16 ? high : low
                    text[place] = Hexadecimal.digit(UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4)))
                    place += 1
                }
                return place
            }
        }
    }
}

extension FixedWidthInteger {
    /// The bytes of the number, most significant first.
    package var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

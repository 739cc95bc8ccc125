/// Tokens of lead endpoints and API keys inside other text, as proxies write the address they were called under.
///
/// Only the whole shape is one, `lle_` or `llk_` and forty of `a-z2-7` in any case, so that a name such as
/// `michelle_42` stays what it is. Percent-encoded characters count as what they stand for, however often they were
/// encoded.
enum ShownTokens {
    private static let length = 40

    /// `text` with `lle_…` or `llk_…` in place of each token.
    static func blanked(_ text: String) -> String {
        // Most texts are shorter than any token.
        guard text.utf8.count >= length + 4 else { return text }
        let bytes = Array(text.utf8)
        var blanked: [UInt8] = []
        var index = 0
        var start = 0
        while index < bytes.count {
            guard let (prefix, end) = token(in: bytes, from: index) else {
                index += 1
                continue
            }
            blanked += bytes[start..<index] + Array((prefix + "…").utf8)
            index = end
            start = end
        }
        return start == 0 ? text : String(decoding: blanked + bytes[start...], as: UTF8.self)
    }

    private static func token(in bytes: [UInt8], from start: Int) -> (prefix: String, end: Int)? {
        var index = start
        func next() -> UInt8? {
            guard let (byte, end) = character(in: bytes, at: index) else { return nil }
            index = end
            return byte
        }
        guard next() == UInt8(ascii: "l"), next() == UInt8(ascii: "l"), let kind = next(),
            kind == UInt8(ascii: "e") || kind == UInt8(ascii: "k"), next() == UInt8(ascii: "_")
        else { return nil }
        for _ in 0..<length {
            guard let byte = next(), (0x61...0x7a).contains(byte) || (0x32...0x37).contains(byte) else { return nil }
        }
        return (kind == UInt8(ascii: "e") ? "lle_" : "llk_", index)
    }

    /// The character at `index` in lower case, taken out of its percent-encoding, and where the next one begins.
    private static func character(in bytes: [UInt8], at index: Int) -> (byte: UInt8, end: Int)? {
        guard index < bytes.count else { return nil }
        guard bytes[index] == UInt8(ascii: "%") else { return (lowerCased(bytes[index]), index + 1) }
        var digits = index + 1
        // An encoded percent sign before two digits is an encoding that was encoded again.
        while digits + 3 < bytes.count, bytes[digits] == UInt8(ascii: "2"), bytes[digits + 1] == UInt8(ascii: "5"),
            value(bytes[digits + 2]) != nil, value(bytes[digits + 3]) != nil
        {
            digits += 2
        }
        guard digits + 1 < bytes.count, let high = value(bytes[digits]), let low = value(bytes[digits + 1]) else {
            return (bytes[index], index + 1)
        }
        return (lowerCased(high << 4 | low), digits + 2)
    }

    private static func lowerCased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

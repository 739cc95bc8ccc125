import OrderedJSON
import TestKit
import Testing

/// Random values survive writing and reading; random bytes are read or refused, and nothing else happens.
struct RandomTextTests {
    @Test func `a random value reads back as it was written`() throws {
        var random = SeededRandom.announced("JSON round trip")
        for _ in 0..<1_500 {
            let value = RandomJSON.value(depth: 5, &random)
            for pretty in [false, true] {
                let bytes = value.encoded(pretty: pretty)
                let parsed = try JSON.parse(bytes)
                #expect(parsed == value)
                // Swift takes canonically equivalent strings as equal; the bytes must be too.
                #expect(parsed.encoded(pretty: pretty) == bytes)
            }
        }
    }

    @Test func `random bytes never crash the reader`() {
        var random = SeededRandom.announced("JSON from random bytes")
        for _ in 0..<5_000 { expectReadOrRefused(random.bytes(random.below(40))) }
        let alphabet = Array(#"{}[]",:\/ubfnrt0123456789eE+-.aldsxD8cC"#.utf8) + [0x0a, 0x20, 0xc3, 0xa9, 0xff, 0x00]
        for _ in 0..<20_000 {
            expectReadOrRefused((0..<random.below(24)).map { _ in alphabet[random.below(alphabet.count)] })
        }
    }

    @Test func `a text with changed bytes never crashes the reader`() {
        var random = SeededRandom.announced("JSON with changed bytes")
        for _ in 0..<300 {
            let text = RandomJSON.value(depth: 4, &random).encoded(pretty: Bool.random(using: &random))
            for _ in 0..<40 {
                var changed = text
                for _ in 0...random.below(3) {
                    let place = random.below(changed.count)
                    switch random.below(4) {
                    case 0: changed[place] ^= 1 << UInt8(random.below(8))
                    case 1: changed.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
                    case 2 where changed.count > 1: changed.remove(at: place)
                    default: changed = Array(changed.prefix(max(1, place)))
                    }
                }
                expectReadOrRefused(changed)
            }
        }
    }

    /// What is read must be written as a text that means the same; what is refused must name a byte of the text.
    private func expectReadOrRefused(_ bytes: [UInt8]) {
        do {
            let value = try JSON.parse(bytes)
            let written = value.encoded()
            let again = try JSON.parse(written)
            if again != value || again.encoded() != written { Issue.record("\(bytes) is not stable") }
        } catch {
            if !(0...bytes.count).contains(error.offset) { Issue.record("\(bytes) fails at \(error.offset)") }
        }
    }
}

/// Random JSON values, rich in what readers get wrong.
enum RandomJSON {
    static func value(depth: Int, _ random: inout SeededRandom) -> JSON {
        switch random.below(depth == 0 ? 5 : 9) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .number(number(&random))
        case 3, 4: .string(string(&random))
        case 5, 6: .array((0..<random.below(6)).map { _ in value(depth: depth - 1, &random) })
        default:
            .object(
                (0..<random.below(12)).map { _ in JSON.Member(string(&random), value(depth: depth - 1, &random)) })
        }
    }

    private static func number(_ random: inout SeededRandom) -> String {
        func digits(_ random: inout SeededRandom) -> String {
            (0...random.below(25)).map { _ in String(random.below(10)) }.joined()
        }
        var text = Bool.random(using: &random) ? "-" : ""
        text += Bool.random(using: &random) ? "0" : "\(1 + random.below(9))\(digits(&random))"
        if Bool.random(using: &random) { text += ".\(digits(&random))" }
        if Bool.random(using: &random) { text += "\(["e", "E", "e+", "E-"][random.below(4)])\(digits(&random))" }
        return text
    }

    private static func string(_ random: inout SeededRandom) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<random.below(20) {
            let limit: UInt32 = [0x30, 0x80, 0x800, 0x10000, 0x110000][random.below(5)]
            // Surrogates are no scalars: nothing is added for them.
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) { text.append(scalar) }
        }
        return String(text)
    }
}

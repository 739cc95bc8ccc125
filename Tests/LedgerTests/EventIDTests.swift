import Leads
import TestKit
import Testing

@testable import Ledger

@Suite struct EventIDTests {
    @Test func `a UUID survives as text and as bytes`() {
        var random = SeededRandom.announced("event id")
        for _ in 0..<1_000 {
            let id = EventID.uuid(random.next(), random.next())
            #expect(EventID(id.description) == id)
            #expect(id.uuidBytes.flatMap { EventID(uuidBytes: $0) } == id)
            #expect(id.description.utf8.count == 36)
        }
    }

    @Test(arguments: [
        "", "x", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-0000000000000",
        "00000000-0000-0000-0000-00000000000G", "0A000000-0000-0000-0000-000000000000",
        "000000000-000-0000-0000-000000000000", "00000000 0000 0000 0000 000000000000",
        "00000000-0000-0000-0000-0000000000é", "{0000000-0000-0000-0000-00000000000}", "a\u{0}b", "🙂", " ",
    ])
    func `any other text stays as it is`(text: String) {
        #expect(EventID(text) == .text(text))
        #expect(EventID(text).description == text)
        #expect(EventID(text).uuidBytes == nil)
    }

    @Test func `a minted id says its version, its variant and its time`() {
        var random = SeededRandom.announced("minted id")
        for micros in [Int64(0), 1, 999, 1_000, 1_700_000_000_123_456, 253_402_300_799_999_999, -5] {
            let id = EventID.version7(at: Instant(micros: micros), random: (random.next(), random.next()))
            let text = Array(id.description)
            #expect(text[14] == "7")
            #expect("89ab".contains(text[19]))
            let milliseconds = Int64(String(text[0..<8] + text[9..<13]), radix: 16)
            #expect(milliseconds == max(0, micros / 1_000))
        }
    }

    @Test func `bytes of another length are no id`() {
        for count in [0, 1, 15, 17, 36] { #expect(EventID(uuidBytes: [UInt8](repeating: 1, count: count)) == nil) }
    }
}

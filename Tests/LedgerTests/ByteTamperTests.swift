import Leads
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Ledger

/// Bytes of the ledger's file that changed by themselves, or were changed by who does not know what they mean.
@Suite struct ByteTamperTests {
    @Test func `each of thousands of changed bytes is found`() async throws {
        var random = SeededRandom.announced("changed bytes")
        let ledger = try await TamperedLedger()
        #expect(try ledger.home.verify().isOK)
        for round in 0..<2_400 {
            let place = random.below(ledger.original.count)
            let mask = round % 2 == 0 ? UInt8(1) << random.below(8) : UInt8(random.below(255) + 1)
            let found = try ledger.verify { $0[place] ^= mask }
            if found.isOK { Issue.record("byte \(place) xor \(mask)") }
        }
        try ledger.restore()
        #expect(try ledger.home.verify().isOK)
    }

    @Test func `each changed byte of the file's header and schema is found`() async throws {
        var random = SeededRandom.announced("changed header")
        let ledger = try await TamperedLedger()
        for place in 0..<200 {
            let found = try ledger.verify { $0[place] ^= UInt8(random.below(255) + 1) }
            if found.isOK { Issue.record("byte \(place)") }
        }
        for _ in 0..<200 {
            let place = random.below(4_096)
            if try ledger.verify(withBytes: { $0[place] ^= 1 }).isOK { Issue.record("byte \(place)") }
        }
    }

    @Test func `pages that are lost, doubled, swapped, emptied or overwritten are found`() async throws {
        var random = SeededRandom.announced("changed pages")
        let ledger = try await TamperedLedger()
        let pages = ledger.original.count / 4_096
        func copy(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ from: Int, _ to: Int) {
            for index in 0..<4_096 { bytes[to * 4_096 + index] = ledger.original[from * 4_096 + index] }
        }
        for round in 0..<300 {
            let first = random.below(pages)
            let second = (first + 1 + random.below(pages - 1)) % pages
            let noise = random.bytes(1 + random.below(8_000))
            let start = random.below(ledger.original.count - noise.count)
            let found = try ledger.verify { bytes in
                switch round % 4 {
                case 0: copy(bytes, first, second)
                case 1:
                    copy(bytes, first, second)
                    copy(bytes, second, first)
                case 2: for index in 0..<4_096 { bytes[first * 4_096 + index] = 0 }
                default: for (index, byte) in noise.enumerated() { bytes[start + index] = byte }
                }
            }
            if found.isOK { Issue.record("round \(round), pages \(first) and \(second), noise at \(start)") }
        }
    }

    @Test func `a file that was cut, or grew, is found`() async throws {
        var random = SeededRandom.announced("cut file")
        let ledger = try await TamperedLedger()
        let pages = ledger.original.count / 4_096
        let lengths = (0..<pages).map { $0 * 4_096 } + (0..<60).map { _ in random.below(ledger.original.count) }
        for length in lengths {
            try ledger.home.folder.write(Array(ledger.original.prefix(length)), to: "ledger.db")
            if try ledger.home.verify().isOK { Issue.record("cut to \(length)") }
        }
        for tail in [[0], [UInt8](repeating: 0, count: 4_096), Array(ledger.original[4_096..<8_192])] {
            try ledger.home.folder.write(ledger.original + tail, to: "ledger.db")
            if try ledger.home.verify().isOK { Issue.record("grown by \(tail.count)") }
        }
    }
}

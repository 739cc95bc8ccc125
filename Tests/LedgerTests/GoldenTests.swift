import Foundation
import Leads
import TestKit
import Testing

@testable import Ledger

/// What is stored is a contract: these files are never changed, and every later version reads and writes the same.
@Suite struct GoldenTests {
    private func golden(_ name: String) throws -> [String] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens/\(name)")
        return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private static let full = StoredEvent(
        seq: 7, type: EventType.actionRecorded.rawValue, subject: 3, occurredAt: Instant(micros: -1),
        recordedAt: Instant(micros: 1_700_000_000_123_456), source: "AzureMarketplace", action: "INS",
        offer: "contoso.app", country: "Österreich",
        flags: EventFlags(rawValue: EventFlags.test.rawValue | EventFlags.mismatched.rawValue | 0x7f), actor: "import",
        cause: 5, id: .uuid(0x018b_cfe5_687b_7000, 0x8000_0000_0000_0001), identity: Array(0..<16),
        digest: Array(16..<32), detail: Array(#"{"a":1}"#.utf8), contact: [1, 2, 3], body: [])

    private static let bare = StoredEvent(
        seq: 1, type: 9_999, subject: 0, occurredAt: Instant(micros: 0), recordedAt: Instant(micros: 0), source: "",
        action: "", offer: "", country: "", flags: [], actor: "", cause: 0, id: .text("given id"), identity: [],
        digest: [], detail: nil, contact: nil, body: nil)

    @Test(arguments: [("leaf-full.hex", full), ("leaf-bare.hex", bare)])
    func `the record under a leaf hash stays the same`(name: String, event: StoredEvent) throws {
        let record = LeafRecord(event).bytes
        #expect([Hexadecimal.text(record), Hexadecimal.text(event.leafHash)] == (try golden(name)))
    }

    @Test func `codes and names of events stay the same`() throws {
        let names = EventType.allCases.map { "\($0.rawValue) \($0.name).v\($0.version)" }
        #expect(names == (try golden("event-types.txt")))
    }

    @Test func `numbers of terms, fields and flags stay the same`() throws {
        let terms = Terms.reserved.enumerated().map { "term \($0.offset + 1) \($0.element)" }
        let fields = Contact.Field.allCases.map { "field \($0.bit) \($0.rawValue)" }
        let flags = [("test", EventFlags.test), ("mismatched", .mismatched)].map { "flag \($0.1.rawValue) \($0.0)" }
        #expect(terms + fields + flags == (try golden("numbers.txt")))
    }

    @Test func `a change of any column changes the leaf`() {
        let changes: [(inout StoredEvent) -> Void] = [
            { $0.seq += 1 }, { $0.type += 1 }, { $0.subject += 1 }, { $0.occurredAt = Instant(micros: 0) },
            { $0.recordedAt = Instant(micros: 0) }, { $0.source += "x" }, { $0.action = "" }, { $0.offer += "x" },
            { $0.country = "" }, { $0.flags = [] }, { $0.actor = "x" }, { $0.cause = 0 }, { $0.id = .text("x") },
            { $0.identity[3] ^= 1 }, { $0.digest = [] }, { $0.detail = nil }, { $0.contact = nil }, { $0.body = nil },
            { ($0.source, $0.action) = ($0.action, $0.source) },
            { ($0.identity, $0.digest) = ($0.digest, $0.identity) },
            { ($0.contact, $0.body) = ($0.body, $0.contact) },
            {
                $0.source += "I"; $0.action.removeFirst()
            },
        ]
        var leaves: Set<TreeHash> = [Self.full.leafHash]
        for change in changes {
            var event = Self.full
            change(&event)
            #expect(leaves.insert(event.leafHash).inserted)
        }
    }
}

import Foundation
import Leads
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Ledger

@Suite struct SealingTests {
    private let secret = "very.secret.person@example.com"

    private func destroy(_ home: TemporaryHome, _ sql: String) throws {
        let vault = try Connection(path: home.files.vault, mode: .readWrite)
        try vault.execute("PRAGMA secure_delete = ON; \(sql); PRAGMA wal_checkpoint(TRUNCATE)")
        try vault.close()
    }

    @Test func `no file of the home says who the customer is`() async throws {
        let home = try TemporaryHome()
        var event = NewEvent.action("INS", email: secret, identity: .id(scope: "", "x"))
        event.contact = Array(#"{"email":"\#(secret)","firstName":"Hildegard"}"#.utf8)
        event.body = Array("body of Hildegard at \(secret)".utf8)
        let appended = event
        try await home.withWriter { writer in
            for _ in 0..<3 { _ = try await writer.append(appended) }
            for name in try FileManager.default.contentsOfDirectory(atPath: home.files.home) {
                let bytes = Data(try home.folder.bytes(of: name))
                for text in [secret, "Hildegard", "very.secret"] {
                    #expect(bytes.range(of: Data(text.utf8)) == nil, "\(name)")
                }
            }
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: home.files.home) {
            #expect(Data(try home.folder.bytes(of: name)).range(of: Data("very.secret".utf8)) == nil, "\(name)")
        }
    }

    @Test func `who destroys a subject's key makes contact and body of that subject unreadable`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            for email in [secret, "bob@example.com"] { _ = try await writer.append(.action("INS", email: email)) }
        }
        try destroy(home, "DELETE FROM subject_key WHERE subject = 1")
        let reader = try LedgerReader(files: home.files)
        let forgotten = try #require(try reader.event(1))
        let kept = try #require(try reader.event(2))
        #expect(forgotten.contact != nil && forgotten.action == "INS")
        #expect(try reader.contact(of: forgotten) == nil)
        #expect(try reader.body(of: forgotten) == nil)
        #expect(try reader.contact(of: kept) != nil)
        #expect(try reader.body(of: kept) != nil)
        #expect(try home.verify().isOK)
    }

    @Test func `a key that was destroyed is never made again`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { _ = try await $0.append(.action("INS", email: secret)) }
        try destroy(home, "DELETE FROM subject_key")
        home.deleteDatabase("lookup.db")
        try await home.withWriter { writer in
            let again = try await writer.append(.action("INS", email: secret))
            #expect(again.receipt?.subject == 2, "who was forgotten comes back as somebody new")
            var event = NewEvent.action("INS", email: secret)
            event.subject = .existing(1)
            let refused = event
            await #expect(throws: LedgerError.self) { try await writer.append(refused) }
        }
        let vault = try Connection(path: home.files.vault, mode: .readOnly)
        #expect(try vault.integer("SELECT count(*) FROM subject_key WHERE subject = 1") == 0)
        #expect(try home.verify().isOK)
    }

    @Test func `when a month's key is destroyed its bodies are gone and the contacts stay`() async throws {
        let home = try TemporaryHome()
        home.clock.now = try #require(Instant("2026-01-31T23:59:59.999999Z"))
        try await home.withWriter { writer in
            _ = try await writer.append(.action("INS", email: secret))
            home.clock.now = try #require(Instant("2026-02-01T00:00:00Z"))
            _ = try await writer.append(.action("INS", email: secret))
        }
        try destroy(home, "DELETE FROM month_key WHERE month = (2026 - 1970) * 12")
        let reader = try LedgerReader(files: home.files)
        let january = try #require(try reader.event(1))
        let february = try #require(try reader.event(2))
        #expect(try reader.body(of: january) == nil)
        #expect(try reader.contact(of: january) != nil)
        #expect(try reader.body(of: february) != nil)
        #expect(try home.verify().isOK)
    }

    @Test func `a sealed part opens only where it was sealed`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            for _ in 0..<2 { _ = try await writer.append(.action("INS", email: secret)) }
        }
        let reader = try LedgerReader(files: home.files)
        let first = try #require(try reader.event(1))
        var second = try #require(try reader.event(2))
        #expect(first.contact != second.contact, "the same bytes are never sealed alike")
        second.contact = first.contact
        #expect(try reader.contact(of: second) == nil)
        second.contact = second.body
        #expect(try reader.contact(of: second) == nil)
        var random = SeededRandom.announced("sealed part")
        for _ in 0..<200 {
            var changed = first
            let place = random.below(changed.contact?.count ?? 1)
            changed.contact?[place] ^= UInt8(1 << random.below(8))
            #expect(try reader.contact(of: changed) == nil)
        }
        for length in 0..<40 {
            var cut = first
            cut.contact = first.contact.map { Array($0.prefix(length)) }
            #expect(try reader.contact(of: cut) == nil)
        }
    }

    @Test func `what was drawn for an event that was not recorded is not drawn again`() async throws {
        func sealed(afterFailure: Bool) async throws -> (EventID, [UInt8]?) {
            let home = try TemporaryHome()
            let random = RandomBytes(refill: { [UInt8](0...255) })
            let writer = try LedgerWriter(
                files: home.files, rules: .plain, clock: { Instant(micros: 1) }, random: random)
            if afterFailure {
                var refused = NewEvent.action("INS", email: secret)
                refused.subject = .none
                let event = refused
                await #expect(throws: LedgerError.self) { try await writer.append(event) }
            }
            _ = try await writer.append(.action("INS", email: secret))
            try await writer.close()
            let event = try #require(try LedgerReader(files: home.files).event(1))
            return (event.id, event.contact.map { Array($0[1..<13]) })
        }
        let (id, nonce) = try await sealed(afterFailure: false)
        let (laterID, laterNonce) = try await sealed(afterFailure: true)
        #expect(id != laterID && nonce != laterNonce)
    }

    @Test func `parts of any size are sealed and opened`() async throws {
        let home = try TemporaryHome()
        let sizes = [0, 1, 15, 16, 17, 4_096, 1_000_000]
        try await home.withWriter { writer in
            for size in sizes {
                var event = NewEvent.action("INS", email: secret)
                event.contact = [UInt8](repeating: 65, count: size)
                event.body = [UInt8](repeating: 66, count: size)
                event.flags = []
                _ = try await writer.append(event)
            }
        }
        let reader = try LedgerReader(files: home.files)
        for (index, size) in sizes.enumerated() {
            let event = try #require(try reader.event(Int64(index + 1)))
            #expect(try reader.contact(of: event) == [UInt8](repeating: 65, count: size))
            #expect(try reader.body(of: event) == [UInt8](repeating: 66, count: size))
        }
        #expect(try home.verify().isOK)
    }
}

import Foundation
import Leads
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Ledger

/// What cannot be used is refused with a sentence that says what and where, and nothing is changed on the way.
@Suite struct RefusalTests {
    private func filled() async throws -> TemporaryHome {
        let home = try TemporaryHome()
        try await home.withWriter { _ = try await $0.append(.action("INS", email: "ada@example.com")) }
        return home
    }

    /// The sentence with which opening a writer is refused.
    private func refusal(_ home: TemporaryHome) async throws -> String {
        do {
            let writer = try home.writer()
            try await writer.close()
            return "it was opened"
        } catch let error as LedgerError {
            return error.description
        }
    }

    @Test(arguments: [true, false])
    func `a ledger that is gone while its vault is there is not replaced by a new one`(isEmptied: Bool) async throws {
        let home = try await filled()
        home.deleteDatabase("ledger.db")
        if isEmptied { try home.folder.write([], to: "ledger.db") }
        #expect(try await refusal(home).contains("missing or empty"))
        #expect((FileBytes.size(home.files.ledger) ?? 0) == 0)
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
    }

    @Test func `a second writer is refused and told who writes`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            let text = try await refusal(home)
            #expect(text.contains("another process (process \(getpid())) writes"), "\(text)")
            _ = try await writer.append(.action("INS", email: "ada@example.com"))
        }
        let next = try await home.withWriter { try await $0.append(.action("INS", email: "ada@example.com")) }
        #expect(next.receipt?.seq == 2)
    }

    @Test func `a home that is no folder, or missing, is refused`() async throws {
        let home = try TemporaryHome()
        for path in [home.folder.file("missing"), home.files.keyFile] {
            let files = LedgerFiles(home: path, keyFile: home.files.keyFile)
            #expect(throws: LedgerError.self) {
                try LedgerWriter(files: files, rules: .plain, clock: { Instant(micros: 0) })
            }
            #expect(throws: LedgerError.self) { try LedgerReader(files: files) }
        }
        #expect(throws: LedgerError.self) { try LedgerFiles(home: home.files.keyFile + "/x").makeFolder() }
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
        #expect(throws: LedgerError.self) { try Verify(files: home.files).run() }
    }

    @Test(.enabled(if: getuid() != 0, "the superuser may write everywhere"))
    func `a home that may not be written is refused`() async throws {
        let home = try TemporaryHome()
        chmod(home.files.home, 0o500)
        defer { chmod(home.files.home, 0o700) }
        #expect(try await refusal(home).contains("ermission"))
        #expect(throws: LedgerError.self) { try home.files.makeFolder() }
    }

    @Test func `a newer ledger is refused and left as it is`() async throws {
        let home = try await filled()
        let connection = try Connection(path: home.files.ledger, mode: .readWrite, checksummed: true)
        try connection.execute("PRAGMA user_version = 2")
        try connection.close()
        let before = try home.folder.bytes(of: "ledger.db")
        let text = try await refusal(home)
        #expect(text.contains("newer") && text.contains(home.files.ledger), "\(text)")
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
        #expect(try home.folder.bytes(of: "ledger.db") == before)
        #expect(try !home.verify().isOK)
    }

    @Test(arguments: [true, false])
    func `a database of another program is refused and left as it is`(isWAL: Bool) async throws {
        let home = try TemporaryHome()
        let foreign = try Connection(path: home.files.ledger, mode: .create)
        try foreign.execute(
            "PRAGMA journal_mode = \(isWAL ? "WAL" : "DELETE"); CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        try foreign.close()
        let before = try home.folder.bytes(of: "ledger.db")
        let text = try await refusal(home)
        #expect(text.contains("not the one expected") && text.contains(home.files.ledger), "\(text)")
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
        #expect(try home.folder.bytes(of: "ledger.db") == before)
        #expect(try !home.verify().isOK)
    }

    @Test func `a file that is no database is refused and left as it is`() async throws {
        let home = try TemporaryHome()
        for bytes in [Array("hello\n".utf8), [UInt8](repeating: 0x5a, count: 10_000)] {
            try home.folder.write(bytes, to: "ledger.db")
            let text = try await refusal(home)
            #expect(text.contains(home.files.ledger), "\(text)")
            #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
            #expect(try home.folder.bytes(of: "ledger.db") == bytes)
            #expect(try !home.verify().isOK)
        }
    }

    @Test func `a damaged vault is named`() async throws {
        let home = try await filled()
        home.deleteDatabase("vault.db")
        try home.folder.write([UInt8](repeating: 0x5a, count: 10_000), to: "vault.db")
        let text = try await refusal(home)
        #expect(text.contains("vault.db"), "\(text)")
        #expect(try home.verify().isOK, "the ledger itself needs no vault")
    }

    @Test func `a key file that is missing, no key, or another key is refused`() async throws {
        let home = try await filled()
        let other = try TemporaryHome()
        let key = try home.folder.bytes(of: "vault.key")
        home.delete("vault.key")
        #expect(try await refusal(home).contains("cannot be read"))
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
        for bytes in [[], Array("leadledger-key-v1 00ff\n".utf8), Array(key.dropLast(3)), key + key] {
            try home.folder.write(bytes, to: "vault.key")
            let text = try await refusal(home)
            #expect(text.contains("is not a leadledger key") || bytes == key + key, "\(text)")
        }
        try home.folder.write(try other.folder.bytes(of: "vault.key"), to: "vault.key")
        #expect(try await refusal(home).contains("is not the key of"))
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
        try home.folder.write(key, to: "vault.key")
        let again = try await home.withWriter { try await $0.append(.action("INS", email: "ada@example.com")) }
        #expect(again.receipt?.subject == 1)
    }

    @Test func `the vault of another ledger is refused`() async throws {
        let home = try await filled()
        let other = try await filled()
        home.deleteDatabase("vault.db")
        try home.folder.write(try other.folder.bytes(of: "vault.db"), to: "vault.db")
        #expect(try await refusal(home).contains("belongs to another ledger"))
        #expect(throws: LedgerError.self) { try LedgerReader(files: home.files) }
    }

    @Test func `a ledger with events is not given a new vault in place of a lost one`() async throws {
        let home = try await filled()
        let vault = try home.folder.bytes(of: "vault.db")
        home.deleteDatabase("vault.db")
        let text = try await refusal(home)
        #expect(text.contains("vault.db"), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: home.files.vault))
        try home.folder.write([], to: "vault.db")
        #expect(try await refusal(home).contains("vault.db"))
        home.deleteDatabase("vault.db")
        try home.folder.write(vault, to: "vault.db")
        let again = try await home.withWriter { try await $0.append(.action("INS", email: "ada@example.com")) }
        #expect(again.receipt?.subject == 1)
    }

    @Test func `a ledger that was set back behind its lookups is refused`() async throws {
        let home = try await filled()
        let early = try home.folder.bytes(of: "ledger.db")
        try await home.withWriter { _ = try await $0.append(.action("PLT", email: "ada@example.com")) }
        try home.folder.write(early, to: "ledger.db")
        let text = try await refusal(home)
        #expect(text.contains("knows of event 2"), "\(text)")
        let verification = try home.verify()
        #expect(verification.findings.contains { $0.seq == 2 }, "\(verification)")
    }

    @Test func `no refusal tells contact data`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            var event = NewEvent.action("INS", email: "secret.person@example.com")
            event.subject = .none
            let refused = event
            let error = await #expect(throws: LedgerError.self) { try await writer.append(refused) }
            #expect(error?.description.contains("secret") == false)
        }
    }
}

import Foundation
import Leads
import LedgerTestKit
import SQLite
import TestKit

@testable import Ledger

/// A ledger of a few hundred events, changed behind its back and put right again.
final class TamperedLedger {
    static let size = 300

    let home: TemporaryHome
    let original: [UInt8]

    init() async throws {
        home = try TemporaryHome()
        let home = home
        try await home.withWriter { writer in
            for number in 0..<Self.size {
                home.clock.move(Int64(number % 3) * .second)
                var event = NewEvent.action(
                    Action.known[number % 5].code, email: "c\(number % 70)@example.com",
                    identity: number % 2 == 0 ? .row(ordinal: number) : .none, offer: "contoso.app\(number % 4)",
                    id: number % 7 == 0 ? "given \(number)" : nil)
                if number % 5 == 0 { event.detail = Array(#"{"number":\#(number)}"#.utf8) }
                event.cause = Int64(number)
                event.actor = "actor \(number / 100)"
                if number % 3 == 0 { event.body = nil }
                _ = try await writer.append(event)
            }
        }
        original = try home.folder.bytes(of: "ledger.db")
    }

    func restore() throws {
        for suffix in ["-wal", "-shm"] { home.delete("ledger.db" + suffix) }
        try home.folder.write(original, to: "ledger.db")
    }

    /// Changes bytes of the file in place, verifies, and puts them back.
    func verify(withBytes change: (UnsafeMutableBufferPointer<UInt8>) -> Void) throws -> Verification {
        var bytes = original
        bytes.withUnsafeMutableBufferPointer { change($0) }
        try home.folder.write(bytes, to: "ledger.db")
        return try home.verify()
    }

    /// Runs SQL on the file without its triggers, which stand again afterwards, and verifies.
    /// - Parameter checksummed: page checksums are put right as well, as who knows leadledger could do.
    func verify(checksummed: Bool, _ change: (Connection) throws -> Void) throws -> Verification {
        try restore()
        let connection = try Connection(path: home.files.ledger, mode: .readWrite, checksummed: checksummed)
        var triggers: [(name: String, sql: String)] = []
        let select = try connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        while try select.step() { triggers.append((try select.text(0), try select.text(1))) }
        try connection.transaction {
            for trigger in triggers { try connection.execute("DROP TRIGGER \(trigger.name)") }
            try change(connection)
            for trigger in triggers {
                do throws(SQLiteError) {
                    try connection.execute(trigger.sql)
                } catch {
                    // The change took its table away.
                    guard error.message.contains("no such table") else { throw error }
                }
            }
        }
        try connection.close()
        return try home.verify()
    }
}

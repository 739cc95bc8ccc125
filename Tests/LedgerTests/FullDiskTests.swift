import Foundation
import Leads
import LedgerTestKit
import TestKit
import Testing

@testable import Ledger

/// A full disk stops an append, leaves nothing of it behind, and once there is room the writer goes on.
@Suite(.enabled(if: TinyDisk.canBeMade, "needs the right to mount"))
struct FullDiskTests {
    private func event(_ number: Int) -> NewEvent {
        var event = NewEvent.action("INS", email: "c\(number)@example.com", identity: .id(scope: "", "\(number)"))
        event.body = [UInt8](repeating: 7, count: 5_000)
        return event
    }

    @Test func `the writer says that the disk is full, and goes on when space is freed`() async throws {
        let disk = try TinyDisk(bytes: 6 * 1_024 * 1_024)
        let files = LedgerFiles(home: disk.folder.path)
        try MasterKey.create(file: files.keyFile)
        try disk.folder.write([UInt8](repeating: 1, count: 4_500_000), to: "ballast")
        let clock = TestClock()
        let writer = try LedgerWriter(files: files, rules: .plain, clock: { clock.now })
        var recorded = 0
        var refused: LedgerError?
        while refused == nil, recorded < 5_000 {
            do {
                _ = try await writer.append(event(recorded))
                recorded += 1
            } catch let error as LedgerError {
                refused = error
            }
        }
        guard case .full = refused else {
            Issue.record("said instead: \(refused?.description ?? "nothing")")
            return
        }
        #expect(recorded > 50)
        for number in 0..<3 {
            await #expect(throws: LedgerError.self) { try await writer.append(event(recorded + number)) }
        }
        #expect(try LedgerReader(files: files).head().size == Int64(recorded))
        try FileManager.default.removeItem(atPath: disk.folder.file("ballast"))
        for number in 0..<20 {
            let answer = try await writer.append(event(recorded + number))
            #expect(answer.receipt?.seq == Int64(recorded + number + 1))
            #expect(answer.receipt?.subject == Int64(recorded + number + 1))
        }
        try await writer.close()
        let verification = try Verify(files: files).run()
        #expect(verification.isOK && verification.events == Int64(recorded + 20), "\(verification)")
    }

    @Test func `a ledger cannot be begun where there is no room, and can be later`() async throws {
        for room in stride(from: 0, to: 200_000, by: 8_192) {
            let disk = try TinyDisk(bytes: 1_024 * 1_024)
            let files = LedgerFiles(home: disk.folder.path)
            try MasterKey.create(file: files.keyFile)
            try disk.folder.write([UInt8](repeating: 1, count: 1_020_000 - room), to: "ballast")
            do {
                let writer = try LedgerWriter(files: files, rules: .plain, clock: { Instant(micros: 1) })
                _ = try? await writer.append(event(1))
                try await writer.close()
            } catch is LedgerError {}
            try FileManager.default.removeItem(atPath: disk.folder.file("ballast"))
            let writer = try LedgerWriter(files: files, rules: .plain, clock: { Instant(micros: 1) })
            #expect(try await writer.append(event(1)).receipt?.seq == 1, "room for \(room)")
            try await writer.close()
            #expect(try Verify(files: files).run().isOK)
        }
    }
}

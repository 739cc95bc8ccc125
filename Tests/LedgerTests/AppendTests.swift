import Leads
import Testing

@testable import Ledger

@Suite struct AppendTests {
    @Test func `an appended event is there after the ledger was closed and opened again`() async throws {
        let home = try TemporaryHome()
        let writer = try home.writer()
        let answer = try await writer.append(home.action("INS", email: "ada@example.com"))
        try await writer.close()
        #expect(answer.receipt?.seq == 1)
        let event = try #require(try LedgerReader(files: home.files).event(1))
        #expect(event.action == "INS")
        #expect(event.id == answer.receipt?.id)
        #expect(try Verify(files: home.files).run().isOK)
    }

    @Test func `the same id with the same content is the first event, with other content a conflict`() async throws {
        let home = try TemporaryHome()
        let writer = try home.writer()
        let first = try await writer.append(home.action("INS", email: "ada@example.com", identity: .id(scope: "", "x")))
        let again = try await writer.append(home.action("INS", email: "ada@example.com", identity: .id(scope: "", "x")))
        let other = try await writer.append(home.action("PLT", email: "ada@example.com", identity: .id(scope: "", "x")))
        #expect(again == first.receipt.map { .duplicate($0) })
        #expect(other == .conflict(seq: 1))
        try await writer.close()
    }

    @Test func `a customer keeps the subject over restarts, and when the lookups are lost`() async throws {
        let home = try TemporaryHome()
        var writer = try home.writer()
        _ = try await writer.append(home.action("INS", email: "ada@example.com"))
        _ = try await writer.append(home.action("INS", email: "bob@example.com"))
        try await writer.close()
        for file in ["", "-wal", "-shm"] { home.delete("lookup.db" + file) }
        writer = try home.writer()
        let bob = try await writer.append(home.action("PLT", email: "bob@example.com"))
        try await writer.close()
        #expect(bob.receipt?.subject == 2)
    }

    @Test func `callers at once each get an answer and share commits`() async throws {
        let home = try TemporaryHome()
        let writer = try home.writer()
        let seqs = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let email = "c\(number)@example.com"
                    return try await writer.append(home.action("INS", email: email)).receipt?.seq ?? 0
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(seqs.sorted() == Array(1...500))
        try await writer.close()
        #expect(try Verify(files: home.files).run().isOK)
    }
}

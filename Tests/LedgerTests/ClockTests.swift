import Leads
import LedgerTestKit
import Testing

@testable import Ledger

/// A clock that ran ahead once must not bend what comes after it was put right.
@Suite struct ClockTests {
    @Test func `only the order of recording keeps to the clock that ran ahead`() async throws {
        let home = try TemporaryHome()
        let right = home.clock.now
        let window = Identity.window(scope: "test", 15 * .minute)
        try await home.withWriter { writer in
            home.clock.move(365 * .day)
            _ = try await writer.append(.action("INS", email: "ada@example.com"))
            home.clock.now = right
            let first = try await writer.append(.action("PLT", email: "ada@example.com", identity: window))
            let event = try #require(try LedgerReader(files: home.files).event(2))
            #expect(event.occurredAt == right)
            #expect(event.recordedAt == right + 365 * .day)
            home.clock.move(3 * .day)
            let later = try await writer.append(.action("PLT", email: "ada@example.com", identity: window))
            #expect(first.receipt?.seq == 2)
            #expect(later.receipt?.seq == 3, "a repeat days later is no duplicate")
        }
        #expect(try home.verify().isOK)
    }
}

import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Reports
import TestKit
import Testing
import Views

/// A home with a random history, folded, for lists to be asked of.
struct ListFixture {
    let home: TemporaryHome
    let ledger: LedgerReader

    /// - Parameter more: what happened after the random part.
    static func filled(seed: UInt64, events: Int64, more: [NewEvent] = []) async throws -> ListFixture {
        let home = try TemporaryHome()
        var history = RandomHistory(SeededRandom(seed: seed), start: home.clock.now - 30 * .day)
        let batch = (0..<events).map { history.next(seq: $0 + 1) } + more
        try await home.withWriter { _ = try await $0.append(batch) }
        try await fold(home)
        return ListFixture(home: home, ledger: try LedgerReader(files: home.files))
    }

    private static func fold(_ home: TemporaryHome) async throws {
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        try await views.catchUp()
        try await views.close()
    }

    /// Appends and folds.
    func append(_ events: [NewEvent]) async throws {
        try await home.withWriter { _ = try await $0.append(events) }
        try await Self.fold(home)
    }

    func snapshot() throws -> Snapshot {
        let views = try #require(try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018))
        return try Snapshot(ledger: ledger, views: views, policy: .september2018)
    }
}

extension JSON {
    static func texts(_ items: [JSON]) -> [String] { items.map(\.text) }
}

import Leads
import Ledger
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Views

/// What is due is claimed once, oldest first, and a claim stays until an attempt or its release ends it.
@Suite struct ClaimTests {
    private let later = Instant(micros: .max)

    private func event(_ destination: String, mode: String = "state") throws -> NewEvent {
        let settings = try DestinationSettings(
            name: destination, kind: "https", settings: ["url": "https://example.com/hook", "mode": mode], secrets: [:])
        let detail = DestinationEvent.changed(settings)
        return NewEvent(
            type: .destinationChanged, identity: .none, content: detail, subject: .none, actor: "test", detail: detail)
    }

    private func attempt(_ claim: Claim, _ outcome: Outcome, home: TemporaryHome) throws -> NewEvent {
        let detail = AttemptDetail(
            destination: claim.row.destination, name: "crm", action: claim.action, version: claim.row.delivery.wanted,
            outcome: outcome, status: nil, remoteID: nil, reason: "", retryAt: nil, sha256: [], content: []
        ).encoded
        let ledger = try LedgerReader(files: home.files)
        return NewEvent(
            type: .deliveryAttempted, identity: .none, content: detail, subject: .existing(claim.row.lead >> 32),
            offer: try ledger.text(claim.row.lead & 0xffff_ffff), actor: "worker", detail: detail)
    }

    private func append(_ home: TemporaryHome, _ events: [NewEvent]) async throws {
        try await home.withWriter { _ = try await $0.append(events) }
    }

    @Test func `each due delivery is claimed once`() async throws {
        let home = try TemporaryHome()
        try await append(home, [try event("crm")])
        for number in 0..<100 {
            home.clock.move(.second)
            try await append(home, [.action("INS", email: "c\(number % 80)@example.com")])
        }
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        try await views.catchUp()
        let destination = try #require(await views.destinations.first)
        // A new lead is due whatever the clock says: one that once ran ahead must not hold it back.
        let first = try await views.claim(destination: destination, now: Instant(micros: 0), limit: 10)
        #expect(first.map { $0.row.key & 0xffff_ffff } == Array(1...10))
        try await views.release(first.map(\.row.key))
        var claimed: [Int64] = []
        while true {
            let claims = try await views.claim(destination: destination, now: later, limit: 7)
            if claims.isEmpty { break }
            #expect(claims.count <= 7)
            #expect(claims.allSatisfy { $0.action == 0 && $0.row.key & 0xffff_ffff == Int64($0.lead.number) })
            claimed += claims.map { $0.row.key & 0xffff_ffff }
        }
        #expect(claimed.sorted() == Array(1...80))
        #expect(try await views.interruptedClaims().map { $0.row.key & 0xffff_ffff } == Array(1...80))
        try await views.release([DeliveryRow.key(destination: 1, unit: 3)])
        #expect(
            try await views.claim(destination: destination, now: later, limit: 7).map { $0.row.key & 0xffff_ffff } == [
                3
            ])
        try await views.close()
    }

    @Test func `claims survive a restart and a rebuild, and end with an attempt`() async throws {
        let home = try TemporaryHome()
        try await append(home, [try event("crm")] + (0..<9).map { .action("INS", email: "c\($0)@example.com") })
        var views = try ViewsWriter(files: home.files, policy: .september2018)
        try await views.catchUp()
        let destination = try #require(await views.destinations.first)
        let claims = try await views.claim(destination: destination, now: later, limit: 4)
        #expect(claims.count == 4)
        for swap in [true, false, true] {
            try await views.close()
            views = try ViewsWriter(files: home.files, policy: .september2018)
            #expect(try await views.rebuild(swap: swap).views.allSatisfy { $0.differences == 0 })
            #expect(try await views.interruptedClaims().map(\.row) == claims.map(\.row))
        }
        try await append(
            home, [try attempt(claims[0], .delivered, home: home), try attempt(claims[1], .retry, home: home)])
        try await views.catchUp()
        #expect(try await views.interruptedClaims().map(\.row.key) == claims[2...].map(\.row.key))
        let reader = try LedgerReader(files: home.files)
        let open = try ViewsReader(files: home.files, ledger: reader.id, policy: .september2018)
        #expect(try open?.claims() == Set(claims[2...].map(\.row.key)))
        #expect(try open?.delivery(claims[0].row.key)?.delivery.state == .delivered)
        #expect(try open?.delivery(claims[1].row.key)?.delivery.state == .parked, "the schedule gave no further try")
        try await views.close()
    }

    @Test func `where every action is sent, one of a lead at a time and in their order`() async throws {
        var random = SeededRandom.announced("every action")
        let home = try TemporaryHome()
        try await append(home, [try event("hook", mode: "every-action")])
        let expected = (0..<120).map { _ in "c\(random.below(15))@example.com" }
        try await append(home, expected.map { .action("INS", email: $0) })
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        try await views.catchUp()
        let destination = try #require(await views.destinations.first)
        var sent: [Int64: [Int64]] = [:]
        var rounds = 0
        while rounds < 400 {
            let claims = try await views.claim(destination: destination, now: later, limit: 1 + random.below(6))
            if claims.isEmpty { break }
            rounds += 1
            #expect(Set(claims.map(\.row.lead)).count == claims.count, "two actions of one lead at once")
            let more = try await views.claim(destination: destination, now: later, limit: 100)
            #expect(Set((claims + more).map(\.row.lead)).count == claims.count + more.count)
            try await views.release(more.map(\.row.key))
            for claim in claims { sent[claim.row.lead, default: []].append(claim.action) }
            try await append(home, try claims.map { try attempt($0, .delivered, home: home) })
            try await views.catchUp()
        }
        #expect(sent.values.map(\.count).reduce(0, +) == 120)
        for actions in sent.values { #expect(actions == actions.sorted()) }
        #expect(Set(sent.values.flatMap { $0 }) == Set(2...121))
        #expect(try await views.rebuild(swap: false).views.allSatisfy { $0.differences == 0 })
        try await views.close()
    }

    @Test func `looking for what is due walks over an index, not over all deliveries`() async throws {
        let home = try TemporaryHome()
        try await append(home, [try event("crm"), .action("INS", email: "ada@example.com")])
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        try await views.catchUp()
        for everyAction in [false, true] {
            let plan = try await views.plan(of: Claim.dueQuery(everyAction: everyAction))
            #expect(plan.contains { $0.contains("USING") && $0.contains("INDEX delivery_due") }, "\(plan)")
            // The claims, a handful, may be read whole.
            #expect(
                !plan.contains { $0.hasPrefix("SCAN d") || $0.hasPrefix("SCAN e") || $0.contains("B-TREE") }, "\(plan)")
        }
        for query in [Claim.interruptedQuery, Claim.nextDueQuery] {
            let plan = try await views.plan(of: query)
            #expect(!plan.contains { $0.hasPrefix("SCAN d") || $0.contains("B-TREE") }, "\(query): \(plan)")
        }
        try await views.close()
    }
}

extension ViewsWriter {
    func plan(of sql: String) throws -> [String] {
        try withConnection { connection in
            let select = try connection.prepare("EXPLAIN QUERY PLAN " + sql)
            var lines: [String] = []
            while try select.step() { lines.append(try select.text(3)) }
            return lines
        }
    }
}

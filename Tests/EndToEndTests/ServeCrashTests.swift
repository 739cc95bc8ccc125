internal import Foundation
internal import TestKit
internal import Testing

/// Services that are killed with SIGKILL under load, again and again.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServeCrashTests {
    static let kills = 30

    @Test func `a service that is killed again and again loses no acknowledged lead and doubles none`() async throws {
        var random = SeededRandom.announced("a service that is killed again and again loses no acknowledged lead")
        let home = try await TestHome()
        let load = Load(endpoint: try await home.endpoint(), key: try await home.key("ingest"))
        for round in 0..<Self.kills {
            let service = try await home.serve()
            let victim = service.identifier
            await load.run(
                port: service.port, senders: 2 + random.below(9), round: round, seed: random.next(),
                answers: random.below(120)
            ) { kill(victim, SIGKILL) }
            #expect(try await service.ended().status == 128 + SIGKILL)
        }
        #expect(load.surprises.isEmpty, "\(load.surprises.prefix(5))")
        let (sent, acknowledged) = (load.sent, load.acknowledged)
        #expect(acknowledged.count >= Self.kills * 10 && sent.count > acknowledged.count)
        let recorded = try await home.recordedLeads()
        #expect(recorded.allSatisfy { $0.value.count == 1 }, "a lead is there twice")
        #expect(Set(recorded.keys).isSubset(of: sent.keys), "a lead is there that nobody sent")
        for (email, seq) in acknowledged { #expect(recorded[email] == [seq], "\(email) was acknowledged as \(seq)") }
        try await expectWhole(home, leads: recorded.count)

        // The senders ask again for what they have no answer to.
        let service = try await home.serve()
        let unacknowledged = load.unacknowledged
        var known = 0
        for (email, request) in unacknowledged {
            let answer = try await service.send(request)
            load.take(answer, to: email)
            if answer.status == 200 || answer["idempotency-replayed"] != nil { known += 1 }
        }
        try await service.stop()
        #expect(load.surprises.isEmpty, "\(load.surprises.prefix(5))")
        #expect(known == recorded.count - acknowledged.count, "only what was recorded is known")
        let all = try await home.recordedLeads()
        #expect(all.mapValues(\.count) == sent.mapValues { _ in 1 })
        try await expectWhole(home, leads: sent.count)
    }

    /// The ledger verifies, the views are what a replay makes, and both hold each lead once.
    private func expectWhole(_ home: TestHome, leads: Int) async throws {
        let verify = try await home.succeed("verify", "-o", "json").object
        #expect(verify["ok"] as? Bool == true)
        // The endpoint and the key are events too.
        #expect(verify["events"] as? Int == leads + 2)
        let rows = try await home.succeed("leads", "-o", "ndjson").lines
        #expect(rows.count == leads && Set(rows.compactMap { $0["email"] as? String }).count == leads)
        #expect(
            rows.allSatisfy { row in
                (row["actions"] as? [String: [String: Any]] ?? [:]).values.map { $0["count"] as? Int } == [1]
            })
        #expect(!(try await home.succeed("replay", "-o", "json").out.contains(/"differences":[1-9]/)))
    }
}

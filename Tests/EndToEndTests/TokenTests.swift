internal import Foundation
internal import TestKit
internal import Testing

/// Access tokens are asked for once, however many requests need one.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TokenTests {
    @Test(arguments: [Target.dynamics, .marketo, .salesforce])
    func `many requests at once share one token, and one more when it ends`(_ target: Target) async throws {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        try await target.add(home, at: crm, ["parallel=8"])
        try await home.succeed("import", "-", input: LeadRows.csv(0..<LeadRows.portions))
        try await home.succeed("deliver", "--once")
        #expect(try await crm.stats()["tokens"] == 1)
        #expect(try await delivered(home) == LeadRows.wanted)

        // Every lead once more; after some of the requests the token ends.
        try await home.succeed(
            "delivery", "replay", "--destination", "crm", "--since", "2026-10-01T00:00:00Z", "--reason", "all anew")
        let before = try await crm.stats()
        let events = try await home.succeed("verify", "-o", "json").object["events"] as? Int ?? 0
        let ended = try await deliver(home, target, crm)
        #expect(ended.status == 0, "\(ended.err)")
        let after = try await crm.stats()
        #expect(after["tokens"] == (before["tokens"] ?? 0) + 2, "one at the start, one when it ended")
        #expect(after["records"] == before["records"])
        #expect(try await delivered(home) == LeadRows.wanted)

        let audit = try await home.succeed("audit", "-o", "ndjson").lines.filter { ($0["seq"] as? Int ?? 0) > events }
        let renewed = audit.filter { $0["outcome"] as? String == "authRefresh" }
        let refused = try await crm.requests().suffix((after["requests"] ?? 0) - (before["requests"] ?? 0))
            .count { $0["fate"] as? String == "rejected" }
        #expect((1...8).contains(refused), "no more than were on the way")
        #expect((1...max(1, refused) * target.batch).contains(renewed.count))
        let done = audit.filter { $0["outcome"] as? String == "delivered" }
        #expect(done.count == LeadRows.wanted && audit.count == done.count + renewed.count)
    }

    /// Delivers all, and ends the token once half of it is there.
    private func deliver(_ home: TestHome, _ target: Target, _ crm: Endpoint) async throws -> Ended {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        // A batch has them all: its token ends before it arrives.
        crm.notify(after: target.batch == 1 ? LeadRows.wanted / 2 : 1) { continuation.finish() }
        if target.batch > 1 { try await crm.turn("_slow", #"{"milliseconds":700,"times":3}"#) }
        let running = try home.start(["deliver", "--once"])
        for await _ in stream {}
        try await crm.turn("_expire")
        return try await running.ended()
    }

    private func delivered(_ home: TestHome) async throws -> Int {
        try await home.succeed("deliveries", "--state", "delivered", "-o", "ndjson").lines.count
    }
}

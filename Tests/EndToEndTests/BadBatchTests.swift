internal import Foundation
internal import TestKit
internal import Testing

/// One bad lead among many that go in one request.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadBatchTests {
    @Test(arguments: Target.all.filter { $0.batch > 1 && $0.kind != "azure-blob" })
    func `only the lead that is refused is parked, all others are delivered`(_ target: Target) async throws {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        try await target.add(home, at: crm)
        try await home.succeed("import", "-", input: TestHome.csv(300))
        // The first request has the token, where there are tokens.
        if target.hasTokens { try await crm.turn("_slow", #"{"milliseconds":1}"#) }
        try await crm.turn("_refuse", #"{"places":[7]}"#)
        try await home.succeed("deliver", "--once")
        let deliveries = try await home.succeed("deliveries", "-o", "ndjson").lines
        let states = Dictionary(grouping: deliveries) { $0["state"] as? String ?? "" }.mapValues(\.count)
        #expect(states == ["delivered": 299, "parked": 1], "\(states)")
        #expect(try await crm.stats()["records"] == 299)
        let rejected = try await home.succeed("audit", "--outcome", "rejected", "-o", "ndjson").lines
        #expect(rejected.count == 1)
        #expect(
            rejected.first?["lead"] as? String == deliveries.first { $0["state"] as? String == "parked" }?["lead"]
                as? String)

        try await home.succeed("delivery", "release", "--parked", "--reason", "mended there")
        try await home.succeed("deliver", "--once")
        #expect(try await crm.stats()["records"] == 300)
        #expect(try await home.succeed("deliveries", "--state", "delivered", "-o", "ndjson").lines.count == 300)
    }
}

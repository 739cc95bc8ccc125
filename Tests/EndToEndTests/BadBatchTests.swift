internal import Foundation
internal import TestKit
internal import Testing

/// One bad lead among many that go in one request.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadBatchTests {
    /// A lead that a system refuses, whatever request it comes in.
    struct BadLead: Sendable, CustomTestStringConvertible {
        let target: Target
        var simulator: [String] = []
        var settings: [String] = []
        var email = "bad@example.com"
        var description = ""

        var testDescription: String { target.kind }
    }

    private static let badLeads = [
        BadLead(
            target: .marketo, simulator: ["--field", "note"], settings: ["map.description=note"],
            description: String(repeating: "long ", count: 60)),
        BadLead(target: .salesforce, email: "bad@localhost"),
        BadLead(target: .hubspot, email: "bad@localhost"),
        // A hundred properties of 16 KiB each make an entity of more than 1 MiB.
        BadLead(
            target: .azureTable,
            settings: ["map.description=" + (1...100).map { "Note\($0)" }.joined(separator: ",")],
            description: String(repeating: "long ", count: 1_600)),
    ]

    @Test(arguments: Self.badLeads)
    func `only the lead that is refused is parked, all others are delivered`(_ bad: BadLead) async throws {
        let home = try await TestHome()
        let crm = try bad.target.simulate(home, bad.simulator)
        try await bad.target.add(home, at: crm, bad.settings)
        var rows = "at,source,action,offer,email,description\n"
        for number in 0..<300 {
            rows += "2026-10-01T08:00:00Z,SPZA,PLT,contoso.backup-cloud,"
            rows += number == 77 ? "\(bad.email),\(bad.description)\n" : "customer\(number)@example.com,\n"
        }
        try await home.succeed("import", "-", input: rows)
        try await home.succeed("deliver", "--once")
        let parked = try await expectParked(home, crm)
        let lead = try await home.succeed("leads", "--search", bad.email, "-o", "json").list
        #expect(lead.count == 1 && lead.first?["lead"] as? String == parked)
        // Nothing more is tried.
        let stats = try await crm.stats()
        try await home.succeed("deliver", "--once")
        #expect(try await crm.stats() == stats)
    }

    @Test(arguments: [Target.marketo, .salesforce, .hubspot])
    func `a lead that was refused in a batch arrives once it is released`(_ target: Target) async throws {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        try await target.add(home, at: crm)
        try await home.succeed("import", "-", input: TestHome.csv(300))
        // The first request has the token, where there are tokens.
        if target.hasTokens { try await crm.turn("_slow", #"{"milliseconds":1}"#) }
        try await crm.turn("_refuse", #"{"places":[7]}"#)
        try await home.succeed("deliver", "--once")
        _ = try await expectParked(home, crm)
        try await home.succeed("delivery", "release", "--parked", "--reason", "mended there")
        try await home.succeed("deliver", "--once")
        #expect(try await crm.stats()["records"] == 300)
        #expect(try await home.succeed("deliveries", "--state", "delivered", "-o", "ndjson").lines.count == 300)
    }

    /// One is parked, 299 are there; returns the lead that is parked.
    private func expectParked(_ home: TestHome, _ crm: Endpoint) async throws -> String? {
        let deliveries = try await home.succeed("deliveries", "-o", "ndjson").lines
        let states = Dictionary(grouping: deliveries) { $0["state"] as? String ?? "" }.mapValues(\.count)
        #expect(states == ["delivered": 299, "parked": 1])
        let stats = try await crm.stats()
        #expect(stats["records"] == 299)
        let parked = deliveries.first { $0["state"] as? String == "parked" }?["lead"] as? String
        let rejected = try await home.succeed("audit", "--outcome", "rejected", "-o", "ndjson").lines
        #expect(rejected.map { $0["lead"] as? String } == [parked])
        return parked
    }
}

internal import Foundation
internal import Testing

/// A service takes leads before its views are ready, however long the ledger is. How far the views are when the first
/// lead comes depends on the machine.
@Suite(.timeLimit(.minutes(3)))
struct ServeStartTests {
    @Test func `a service answers and takes leads while its views are being made anew`() async throws {
        let home = try await TestHome()
        let count = 100_000
        try await home.succeed("import", "-", input: TestHome.csv(count))
        let path = try await home.endpoint()
        let key = try await home.key("read")
        try home.removeViews()
        let service = try await home.serve()
        #expect(try await service.get("/healthz").status == 200)
        let posted = try await service.post(path, marketplaceLead(email: "early@example.com"))
        #expect(posted.status == 201, "\(posted.text)")
        #expect(try posted.object["seq"] as? Int == count + 3)
        // What needs the views says so, or waits; it never tells half.
        let early = try await service.get("/v1/leads?limit=1", key: key)
        #expect([200, 503].contains(early.status), "\(early.text)")

        _ = try await service.get("/readyz") { try lag($0) == 0 }
        let found = try await service.items("/v1/leads?search=early", key: key)
        #expect(found.map { $0["email"] as? String } == ["early@example.com"])
        #expect(try await service.post(path, marketplaceLead(email: "early@example.com")).status == 200)
        try await service.stop()
        #expect(try await home.succeed("verify", "-o", "json").object["events"] as? Int == count + 3)
    }

    @Test func `a service that ends while its views are being made anew ends well`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "-", input: TestHome.csv(40_000))
        let path = try await home.endpoint()
        try home.removeViews()
        let service = try await home.serve()
        #expect(try await service.post(path, marketplaceLead(email: "early@example.com")).status == 201)
        try await service.stop()
        #expect(try await home.succeed("leads", "--search", "early", "-o", "json").list.count == 1)
        #expect(!(try await home.succeed("replay", "--check", "-o", "json").out.contains(/"differences":[1-9]/)))
    }

    /// How many events the views lack.
    private func lag(_ answer: Answer) throws -> Int {
        #expect(answer.status == 200, "\(answer.text)")
        return try #require((try answer.object["views"] as? [String: Any])?["lag"] as? Int)
    }
}

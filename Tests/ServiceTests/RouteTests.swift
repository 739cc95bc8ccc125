import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1))) struct RouteTests {
    @Test func `a lead is recorded once and then known`() async throws {
        try await RunningService.run { running in
            let body = #"{"LeadSource":"AzureMarketplace-INS|contoso.app","UserDetails":{"Email":"a@example.com"}}"#
            let first = try await running.post("/in/" + running.token, body)
            #expect(first.status == 201)
            #expect(first.json?["seq"]?.integer == 1)
            #expect(first.json?["customer"]?.string?.hasPrefix("cus_") == true)
            let second = try await running.post("/in/" + running.token, body)
            #expect(second.status == 200)
            #expect(second.json?["duplicate"]?.bool == true)
            #expect(try running.events() == 1)
            let leads = try await running.get("/v1/leads", key: .read)
            #expect(leads.status == 200)
            #expect(leads.json?["items"]?.array?.first?["lead"] == first.json?["lead"])
        }
    }
}

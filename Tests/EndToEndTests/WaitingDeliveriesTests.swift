internal import Foundation
internal import TestKit
internal import Testing

/// What a person learns of deliveries that are parked, held or unknown, without knowing where to look.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct WaitingDeliveriesTests {
    /// A home with two leads, of which the destination refuses one; it answers as long as the endpoint is kept.
    private func scene() async throws -> (TestHome, Endpoint) {
        let home = try await TestHome()
        let crm = try Target.salesforce.simulate(home)
        try await Target.salesforce.add(home, at: crm)
        for email in ["alma@localhost", "alma@example.com"] {
            try await home.succeed(
                "record", "--source", "SPZA", "--action", "PLT", "--offer", "contoso.backup-cloud", "--email", email)
        }
        return (home, crm)
    }

    @Test func `parked and held deliveries are counted where destinations are looked at`() async throws {
        let (home, crm) = try await scene()
        let first = try #require(try await home.succeed("destination", "list", "-o", "json").list.first)
        #expect(first["open"] as? Int == 2 && first["parked"] as? Int == 0 && first["unknown"] as? Int == 0)
        let told = try await home.succeed("deliver", "--once")
        #expect(told.err.contains("1 parked at crm: leadledger deliveries --state parked --destination crm"))
        let shown = try await home.succeed("destination", "show", "crm", "-o", "json").object
        #expect(shown["open"] as? Int == 0 && shown["parked"] as? Int == 1 && shown["held"] as? Int == 0)
        let doctor = try await home.run("doctor")
        #expect(doctor.status == 6 && doctor.out.contains("1 parked at crm"))
        #expect(doctor.out.contains("leadledger deliveries --state parked --destination crm"))

        try await home.succeed("destination", "pause", "crm", "--reason", "inventory")
        let released = try await home.succeed("delivery", "release", "--parked")
        #expect(released.err.contains("leadledger destination resume crm"))
        let again = try await home.succeed("deliver", "--once")
        #expect(again.out == "Nothing was due.\n")
        #expect(again.err.contains("Destination crm is paused, 1 held: inventory."))
        #expect(again.err.contains("Mend it, then: leadledger destination resume crm"))
        let json = try await home.succeed("deliver", "--once", "-o", "json").object
        #expect(json["held"] as? [String: Int] == ["crm": 1] && json["parked"] as? [String: Int] == [:])
        let paused = try #require(try await home.succeed("destination", "list", "-o", "json").list.first)
        #expect(paused["held"] as? Int == 1 && paused["open"] as? Int == 1)
        #expect(try await crm.records().count == 1)
    }

    @Test func `verbs refuse what means nothing, and say that nothing fits`() async throws {
        let home = try await TestHome()
        try await home.fail("delivery", "resend", "dlv_x", "--reason", "  ", status: 64, saying: ["--reason"])
        try await home.fail(
            "delivery", "release", "dlv_x", "--parked", status: 64, saying: ["--parked exclude each other"])
        let nothing = try await home.succeed("delivery", "release", "--parked-for", "nosuch")
        #expect(nothing.err.contains("nosuch"))
    }
}

internal import Foundation
internal import TestKit
internal import Testing

/// Customers whom nobody may contact, at destinations that are told so.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DoNotContactTests {
    @Test(arguments: Target.all.filter { $0.flagging != nil })
    func `an opt-out arrives as such, and no other lead ever carries one`(_ target: Target) async throws {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        try await target.add(home, at: crm, ["dnc=flag"] + (target.flagging ?? []))
        try await home.succeed("destination", "check", "crm")
        var rows = "at,source,action,offer,email\n"
        for (second, action, email) in [
            (0, "PLT", "willing"), (0, "PLT", "unwilling"), (1, "DNC", "unwilling"), (0, "PLT", "later"),
            (0, "PLT", "again"), (1, "DNC", "again"), (2, "PLT", "again"),
        ] {
            rows += "2026-10-01T08:00:0\(second)Z,SPZA,\(action),contoso.backup-cloud,\(email)@example.com\n"
        }
        try await home.succeed("import", "-", input: rows)
        try await home.succeed("deliver", "--once")
        try await expectOptOuts(home, target, crm, of: ["unwilling@example.com"])

        // An opt-out that comes after the lead was delivered reaches it too.
        try await home.succeed(
            "import", "-",
            input: """
                at,source,action,offer,email
                2026-10-01T09:00:00Z,SPZA,DNC,contoso.backup-cloud,later@example.com

                """)
        try await home.succeed("deliver", "--once")
        try await expectOptOuts(home, target, crm, of: ["unwilling@example.com", "later@example.com"])
        let deliveries = try await home.succeed("deliveries", "-o", "ndjson").lines
        #expect(deliveries.allSatisfy { $0["state"] as? String == "delivered" })
    }

    /// The records of these customers, and of nobody else, have each field that says so, and it is never false.
    private func expectOptOuts(_ home: TestHome, _ target: Target, _ crm: Endpoint, of emails: Set<String>) async throws
    {
        let records = try await crm.records()
        #expect(records.count >= 4)
        var found: Set<String> = []
        for record in records {
            let fields = record["fields"] as? [String: Any] ?? [:]
            let told = fields.filter { target.optOuts.contains($0.key) }
            guard !told.isEmpty else { continue }
            #expect(Set(told.keys) == Set(target.optOuts))
            for value in told.values { #expect(["1", "true"].contains("\(value)"), "\(told)") }
            let email = fields.values.compactMap { $0 as? String }.first { $0.hasSuffix("@example.com") }
            found.insert(email ?? "nobody")
        }
        #expect(found == emails)
        // What was sent, whether it was taken or not.
        for request in try await crm.requests() {
            let body = try JSONSerialization.data(withJSONObject: request["body"] ?? "", options: .fragmentsAllowed)
            let text = String(decoding: body, as: UTF8.self)
            for field in target.optOuts where text.contains(field) {
                #expect(!text.contains(#""\#(field)":false"#) && !text.contains("\(field)=0"))
            }
        }
    }
}

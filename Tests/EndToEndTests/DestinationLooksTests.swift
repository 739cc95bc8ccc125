internal import Foundation
internal import TestKit
internal import Testing

/// What one can find out of a destination before and after leads go there.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct DestinationLooksTests {
    private static let kinds: Set = [
        "dynamics", "marketo", "salesforce", "salesforce-web", "azure-table", "azure-blob", "https", "hubspot",
    ]

    @Test func `all eight kinds are listed, each with its settings and secrets`() async throws {
        let home = try await TestHome(isMade: false)
        let list = try await home.succeed("destination", "kinds", "-o", "json").list
        #expect(Set(list.compactMap { $0["kind"] as? String }) == Self.kinds && list.count == 8)
        let table = try await home.succeed("destination", "kinds").out
        for kind in Self.kinds {
            #expect(table.split(separator: "\n").contains { $0.hasPrefix("\(kind) ") })
            let one = try await home.succeed("destination", "kinds", kind, "-o", "json").object
            expectKeys("kind says settings secrets mapping", in: one)
            let settings = one["settings"] as? [[String: Any]] ?? []
            for setting in settings { expectKeys("key required default allowed says", in: setting) }
            let keys = Set(settings.compactMap { $0["key"] as? String })
            #expect(keys.isSuperset(of: ["offers", "stages", "countries", "since", "dnc", "pace", "timeout"]))
            let text = try await home.succeed("destination", "kinds", kind).out
            for key in keys { #expect(text.contains(key)) }
        }
    }

    @Test(arguments: Target.all)
    func `a check that finds nothing is silent there, and a test sends one marked lead`(_ target: Target) async throws {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        try await target.add(home, at: crm)
        let check = try await home.succeed("destination", "check", "crm", "-o", "json").object
        #expect(check["ok"] as? Bool == true)
        #expect((check["steps"] as? [Any])?.isEmpty == false)
        try await home.succeed("destination", "check", "crm")
        #expect(try await crm.records().isEmpty)
        #expect(try await target.accepted(crm).isEmpty)

        let before = try await home.succeed("events", "-o", "ndjson").lines.count
        try await home.succeed("destination", "test", "crm", "--dry-run")
        #expect(try await home.succeed("events", "-o", "ndjson").lines.count == before)
        #expect(try await target.accepted(crm).isEmpty)
        let test = try await home.succeed("destination", "test", "crm", "-o", "json").object
        expectKeys("name kind sent outcome reason response", in: test)
        #expect(test["outcome"] as? String == "delivered")
        let sent = try await crm.requests().map { "\($0["body"] ?? "")" }
        #expect(sent.count { $0.contains("MSFT_TEST") } == 1)
        #expect(try await target.accepted(crm).values.reduce(0, +) == 1)
        let events = try await home.succeed("events", "-o", "ndjson").lines
        #expect(events.count == before + 1)
        #expect((events.last?["type"] as? String)?.contains("DestinationTested") == true)
        #expect(try await home.succeed("leads", "--test", "-o", "json").list.isEmpty)
        #expect(try await home.succeed("deliveries", "-o", "json").list.isEmpty)
    }

    @Test(arguments: Target.all)
    func `a check names what is wrong and how to mend it, and writes nothing`(_ target: Target) async throws {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        let stranger = try Endpoint(home)
        for (what, named, arguments) in try wrongs(target, home, crm, stranger) {
            let added = try await home.start(arguments).ended()
            #expect(added.status == 0, "\(added.err)")
            let check = try await home.run("destination", "check", "crm", "-o", "json")
            #expect(check.status == 6, "\(what): \(check.out)\(check.err)")
            let steps = try check.object["steps"] as? [[String: Any]] ?? []
            let bad = steps.filter { $0["ok"] as? Bool == false }
            #expect(!bad.isEmpty, "\(what)")
            for step in bad {
                expectKeys("name problem says", in: step)
                for key in ["name", "problem", "says"] { #expect((step[key] as? String)?.isEmpty == false) }
            }
            #expect(check.out.contains(named), "\(what): \(check.out)")
            let table = try await home.run("destination", "check", "crm")
            #expect(table.status == 6 && table.out.contains("NOT OK"))
            #expect(try await home.run("destination", "test", "crm").status == 1, "\(what)")
        }
        #expect(try await crm.records().isEmpty)
        #expect(try await stranger.stats()["accepted"] == 0)
    }

    /// Ways to add a target wrongly, each with a word that its check must say.
    private func wrongs(
        _ target: Target, _ home: TestHome, _ crm: Endpoint, _ stranger: Endpoint
    ) throws -> [(what: String, named: String, arguments: [String])] {
        var wrong: [(what: String, named: String, arguments: [String])] = []
        // An endpoint of one's own cannot be asked whether it knows the secret without sending it something.
        if !target.secrets.isEmpty && target.kind != "https" {
            let other = Data((0..<32).map { UInt8($0 + 100) }).base64EncodedString()
            wrong.append(("the secret", "credentials", try target.adding(home, at: crm.url, secret: other)))
        }
        switch target.kind {
        case "dynamics", "marketo", "salesforce", "hubspot":
            let field = target.kind == "salesforce" ? "Missing__c" : "contoso_missing"
            wrong.append(("a field", field, try target.adding(home, at: crm.url, ["map.action=\(field)"])))
        case "azure-table":
            wrong.append(("a table", "setting table", try target.adding(home, at: crm.url, ["table=missing"])))
        case "azure-blob":
            wrong.append(
                ("a container", "setting container", try target.adding(home, at: crm.url, ["container=missing"])))
        default: break
        }
        wrong.append(("nobody", "connection", try target.adding(home, at: "http://127.0.0.1:1")))
        // A form that says nothing cannot be told from another page.
        if !["https", "salesforce-web"].contains(target.kind) {
            wrong.append(("a stranger", target.address, try target.adding(home, at: stranger.url)))
        }
        return wrong
    }

    /// A lead that a system refuses in its own words.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let target: Target
        var simulator: [String] = []
        var settings: [String] = []
        var lead: [String] = []
        let words: [String]

        var testDescription: String { target.kind }
    }

    private static let refusals = [
        Refusal(
            target: .salesforce, lead: ["--email", "alma@localhost"], words: ["INVALID_EMAIL_ADDRESS", "Email"]),
        Refusal(
            target: .salesforce, simulator: ["--field", "Note__c:10"], settings: ["map.description=Note__c"],
            lead: ["--email", "alma@example.com", "--description", "call alma@example.com in the evening"],
            words: ["STRING_TOO_LONG", "Note__c"]),
        Refusal(target: .hubspot, lead: ["--email", "alma@localhost"], words: ["INVALID_EMAIL", "email"]),
        Refusal(
            target: .dynamics, simulator: ["--column", "contoso_note:String:10"],
            settings: ["map.description=contoso_note"],
            lead: ["--email", "alma@example.com", "--description", "call alma@example.com in the evening"],
            words: ["0x80044331", "contoso_note"]),
    ]

    @Test(arguments: Self.refusals)
    func `a lead that is refused is shown with the system's own words, without contact data`(
        _ refusal: Refusal
    ) async throws {
        let home = try await TestHome()
        let crm = try refusal.target.simulate(home, refusal.simulator)
        try await refusal.target.add(home, at: crm, refusal.settings)
        let record = ["record", "--source", "SPZA", "--action", "PLT", "--offer", "contoso.backup-cloud"]
        #expect(try await home.start(record + refusal.lead).ended().status == 0)
        let ended = try await home.succeed("deliver", "--once")
        for output in [
            ended.out + ended.err, try await home.succeed("deliveries", "--state", "parked").out,
            try await home.succeed("audit").out, try await home.succeed("audit", "-o", "json").out,
            try await home.succeed("events", "--type", "DeliveryAttempted", "-o", "ndjson").out,
        ] { #expect(!output.contains("alma"), "\(output)") }
        let parked = try await home.succeed("deliveries", "--state", "parked", "-o", "json").list
        let audit = try await home.succeed("audit", "--outcome", "rejected", "-o", "json").list
        #expect(parked.count == 1 && audit.count == 1)
        for row in parked + audit {
            let reason = row["reason"] as? String ?? ""
            for word in refusal.words { #expect(reason.contains(word), "\(reason)") }
        }
    }
}

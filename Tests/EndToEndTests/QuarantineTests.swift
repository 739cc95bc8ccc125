internal import Foundation
internal import TestKit
internal import Testing

/// What could not be read as a lead waits for a person, through a service and without one.
@Suite(.timeLimit(.minutes(2)))
struct QuarantineTests {
    static let broken =
        #"{"OfferTitle":"Contoso Test" "Description":"x","UserDetails":{"Email":"ada@example.com"}}"#

    @Test(arguments: [true, false])
    func `a quarantined lead is shown as it came and released with a correction`(beside isServed: Bool) async throws {
        let home = try await TestHome()
        let path = try await home.endpoint(name: "store")
        var service = try await home.serve()
        let answer = try await service.post(path, Self.broken, headers: [("X-Note", "kept")])
        #expect(answer.status == 202)
        let seq = try #require(try answer.object["seq"] as? Int)
        try await service.stop()
        if isServed { service = try await home.serve() }

        let listed = try await home.succeed("quarantine", "list", "-o", "json").list
        #expect(listed.map { $0["seq"] as? Int } == [seq])
        expectKeys("seq at reason offer released", in: try #require(listed.first))
        let shown = try await home.succeed("quarantine", "show", "\(seq)", "-o", "json").object
        let request = try #require(shown["request"] as? [String: Any])
        #expect(request["body"] as? String == Self.broken)
        #expect(request["path"] as? String == "/in/store")
        let token = path.dropFirst(4)
        let text = try canonical(shown)
        #expect(text.contains("kept") && !text.contains(token))
        #expect(try await home.succeed("quarantine", "show", "\(seq)").out.contains("Contoso Test"))

        try await home.fail("quarantine", "release", "\(seq)", saying: ["--with"])
        try home.folder.write(Array(marketplaceLead(email: "ada@example.com").utf8), to: "right.json")
        let file = home.folder.file("right.json")
        let released = try await home.succeed(
            "quarantine", "release", "\(seq)", "--with", file, "--reason", "the comma", "-o", "json"
        ).object
        #expect(released["released"] as? Bool == true)
        let event = try #require((released["events"] as? [[String: Any]])?.first?["seq"] as? Int)
        let leads = try await home.succeed("leads", "-o", "json").list
        #expect(leads.map { $0["email"] as? String } == ["ada@example.com"])
        #expect(leads.map { $0["offer"] as? String } == ["contoso.backup-cloud"])

        let events = try await home.succeed("events", "--from", "\(seq)", "-o", "ndjson").lines
        let recorded = try #require(events.first { $0["seq"] as? Int == event })
        #expect(recorded["type"] as? String == "io.leadledger.ActionRecorded.v1")
        #expect(recorded["time"] as? String == listed.first?["at"] as? String, "as of when it came")
        #expect(events.contains { ($0["type"] as? String)?.contains("QuarantineReleased") == true })
        #expect(try await home.succeed("quarantine", "list", "-o", "json").list.isEmpty)
        #expect(try await home.succeed("quarantine", "list", "--all", "-o", "json").list.count == 1)

        let again = try await home.succeed("quarantine", "release", "\(seq)", "--with", file, "-o", "json").object
        #expect(again["released"] as? Bool == true && again["duplicate"] as? Bool == true)
        #expect(try await home.succeed("leads", "-o", "json").list.count == 1)
        let accounting = try await home.succeed("funnel", "-o", "json").object["accounting"] as? [String: Any]
        let excluded = (accounting?["excluded"] as? [String: Int] ?? [:]).values.reduce(0, +)
        #expect(accounting?["events"] as? Int == (accounting?["counted"] as? Int ?? 0) + excluded)
        if isServed { try await service.stop() }
        #expect(!(try await home.succeed("replay", "--check", "-o", "json").out.contains(/"differences":[1-9]/)))
        try await home.succeed("verify")
    }

    @Test func `a release that makes no sense is refused and changes nothing`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let seq = try #require(try await service.post(path, Self.broken).object["seq"] as? Int)
        let lead = try #require(
            try await service.post(path, marketplaceLead(email: "b@example.com")).object["seq"] as? Int)
        try await home.fail("quarantine", "release", "\(lead)", saying: ["quarantine list"])
        try await home.fail("quarantine", "release", "999", saying: ["quarantine list"])
        try await home.fail("quarantine", "show", "\(lead)", saying: ["quarantine list"])
        try home.folder.write(Array("{}".utf8), to: "empty.json")
        try await home.fail(
            "quarantine", "release", "\(seq)", "--with", home.folder.file("empty.json"), saying: ["\(seq)"])
        try await home.fail(
            "quarantine", "release", "\(seq)", "--with", home.folder.file("missing.json"), saying: ["missing.json"])
        #expect(try await home.succeed("quarantine", "list", "-o", "json").list.count == 1)
        try await service.stop()
    }

    @Test func `what is no lead is dismissed, kept, and not shown again`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let seq = try #require(try await service.post(path, "{}").object["seq"] as? Int)
        try await home.fail("quarantine", "dismiss", "1", saying: ["quarantine list"])
        let first = try await home.succeed(
            "quarantine", "dismiss", "\(seq)", "--reason", "a scanner", "-o", "json"
        ).object
        #expect(first["dismissed"] as? Bool == true && first["duplicate"] as? Bool == false)
        let again = try await home.succeed("quarantine", "dismiss", "\(seq)", "-o", "json").object
        #expect(again["duplicate"] as? Bool == true)
        #expect(try await home.succeed("quarantine", "list", "-o", "json").list.isEmpty)
        #expect(try await home.succeed("quarantine", "show", "\(seq)").out.contains("POST /in/"))
        try await service.stop()
        #expect(try await home.run("doctor", "-o", "json").finding("quarantine")?["ok"] as? Bool == true)
    }
}

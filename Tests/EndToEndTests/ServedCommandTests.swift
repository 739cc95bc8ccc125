internal import Foundation
internal import TestKit
internal import Testing

/// Commands that are run while a service has the home open go through it, and work as they do without one.
@Suite(.timeLimit(.minutes(2)))
struct ServedCommandTests {
    @Test func `what is recorded by command while a service runs is there at once`() async throws {
        let home = try await TestHome()
        let key = try await home.key("read")
        let service = try await home.serve()
        let action = ["record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b", "--email", "alma@example.com"]
        let first = try await home.start(action + ["--id", "7", "-o", "json"]).ended()
        #expect(first.status == 0, "\(first.err)")
        expectKeys("seq id customer lead duplicate", in: try first.object)
        let again = try await home.start(action + ["--id", "7", "-o", "json"]).ended().object
        #expect(again["duplicate"] as? Bool == true)
        #expect(try again["seq"] as? Int == first.object["seq"] as? Int)
        try await home.fail(
            "record", "--source", "SPZA", "--action", "INS", "--offer", "a.b", "--id", "7",
            saying: ["recorded before with other content"])
        #expect(try await service.items("/v1/leads", key: key).map { $0["email"] as? String } == ["alma@example.com"])

        try home.folder.write(Array(TestHome.csv(3_000).utf8), to: "leads.csv")
        let file = home.folder.file("leads.csv")
        let counts = try await home.succeed("import", file, "-o", "json").object
        expectKeys("read recorded duplicates quarantined rejected", in: counts)
        #expect(counts["recorded"] as? Int == 3_000)
        #expect(try await home.succeed("import", file, "-o", "json").object["duplicates"] as? Int == 3_000)
        #expect(try await service.items("/v1/leads?limit=1000", key: key).count == 3_001)
        let rows = try await home.succeed("leads", "-o", "ndjson").lines
        #expect(rows.count == 3_001)
        try await service.stop()
        try await home.succeed("verify")
    }

    @Test func `a relative path is the command's own, not the service's`() async throws {
        let home = try await TestHome()
        let service = try await home.serve()
        try home.folder.write(Array((TestHome.csv(3) + "2026,SPZA,PLT,a.b,x@example.com\n").utf8), to: "mine.csv")
        let ended = try await Running(
            "\(home.programs)/leadledger", ["import", "mine.csv", "--rejects", "rest.ndjson", "-o", "json"],
            folder: home.folder.path, environment: home.environment, workingFolder: home.folder.path
        ).ended()
        #expect(ended.status == 6, "\(ended.err)")
        #expect(try ended.object["recorded"] as? Int == 3)
        #expect(try home.folder.bytes(of: "rest.ndjson").count { $0 == UInt8(ascii: "\n") } == 1)
        try await service.stop()
    }

    @Test func `standard input cannot go through a service, and the command says what to do`() async throws {
        let home = try await TestHome()
        let service = try await home.serve()
        let ended = try await home.run("import", "-", input: TestHome.csv(3))
        #expect(ended.status == 1 && ended.out.isEmpty)
        for text in ["service", "standard input", "file"] { #expect(ended.err.contains(text), "\(ended.err)") }
        #expect(try await home.run("import", "-", "--dry-run", "-o", "json", input: TestHome.csv(3)).status == 0)
        try await service.stop()
        #expect(try await home.run("import", "-", "-o", "json", input: TestHome.csv(3)).object["recorded"] as? Int == 3)
    }

    @Test func `endpoints and keys open and close for the very next request`() async throws {
        let home = try await TestHome()
        let service = try await home.serve()
        for round in 1...5 {
            let made = try await home.succeed(
                "endpoint", "add", "--offer", "contoso.offer\(round)", "--name", "e\(round)", "-o", "json"
            ).object
            expectKeys("endpoint offer url token", in: made)
            let token = try #require(made["token"] as? String)
            #expect((made["url"] as? String)?.hasSuffix("/in/\(token)") == true)
            #expect(try await service.post("/in/\(token)", marketplaceLead(email: "a@example.com")).status == 201)
            try await home.succeed("endpoint", "revoke", "e\(round)")
            let late = try await service.post("/in/\(token)", marketplaceLead(email: "b@example.com"))
            #expect(late.status == 404, "\(late.text)")

            let key = try await home.key("admin", name: "k\(round)")
            #expect(key.hasPrefix("llk_"))
            #expect(try await service.get("/v1/leads", key: key).status == 200)
            try await home.succeed("key", "revoke", "k\(round)")
            #expect(try await service.get("/v1/leads", key: key).status == 401)
        }
        let endpoints = try await home.succeed("endpoint", "list", "-o", "json")
        #expect(try endpoints.list.count == 5 && !endpoints.out.contains("lle_"))
        let keys = try await home.succeed("key", "list", "-o", "json")
        #expect(try keys.list.count == 5 && !keys.out.contains("llk_"))
        try await home.fail("endpoint", "revoke", "nothing", saying: ["nothing"])
        try await home.fail("key", "revoke", "nothing", saying: ["nothing"])
        try await service.stop()
        #expect(try await home.succeed("leads", "-o", "json").list.count == 5)
        // What is on disk does not hold the secrets.
        let bytes = try String(decoding: home.folder.bytes(of: "home/ledger.db"), as: UTF8.self)
        #expect(!bytes.contains("lle_") && !bytes.contains("llk_"))
    }

    @Test func `a destination that is added delivers by itself, rests when paused and goes on when resumed`()
        async throws
    {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let key = try await home.key("read")
        let crm = try Endpoint(home)
        let service = try await home.serve()
        func post(_ email: String) async throws {
            #expect(try await service.post(path, marketplaceLead(email: email)).status == 201)
        }
        func delivered(_ count: Int) async throws {
            _ = try await service.get("/v1/deliveries?state=delivered", key: key) {
                try ($0.object["items"] as? [Any])?.count == count
            }
        }
        try await post("a@example.com")
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=\(crm.url)/x", "--set", "allow-private=true")
        try await delivered(1)
        try await post("b@example.com")
        try await delivered(2)
        try await home.succeed("destination", "pause", "crm", "--reason", "inventory")
        try await post("c@example.com")
        let held = try await service.get("/v1/deliveries?state=held", key: key) {
            try ($0.object["items"] as? [Any])?.count == 1
        }
        #expect(held.status == 200)
        #expect(try await crm.stats()["requests"] == 2)
        try await home.succeed("destination", "resume", "crm")
        try await delivered(3)
        #expect(try await home.succeed("audit", "-o", "json").list.count == 3)
        #expect(try await crm.stats()["accepted"] == 3)
        try await service.stop()
        #expect(try await home.succeed("deliver", "--once", "-o", "json").object["attempts"] as? Int == 0)
    }

    @Test func `a replay beside a service finds no difference, and the service goes on by the new views`() async throws
    {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let key = try await home.key("read")
        let service = try await home.serve()
        for number in 1...20 {
            #expect(try await service.post(path, marketplaceLead(email: "\(number)@example.com")).status == 201)
        }
        for arguments in [["replay", "--check"], ["replay"], ["replay", "--check"]] {
            let ended = try await home.start(arguments + ["-o", "json"]).ended()
            #expect(ended.status == 0 && !ended.out.contains(/"differences":[1-9]/), "\(ended.out) \(ended.err)")
        }
        #expect(try await service.post(path, marketplaceLead(email: "later@example.com")).status == 201)
        #expect(try await service.items("/v1/leads", key: key).count == 21)
        try await home.succeed("verify")
        try await service.stop()
    }

    @Test func `commands work after a service was killed, whose socket is still there`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        #expect(try await service.post(path, marketplaceLead(email: "a@example.com")).status == 201)
        service.send(SIGKILL)
        #expect(try await service.ended().status == 128 + SIGKILL)
        #expect(FileManager.default.fileExists(atPath: "\(home.path)/service.sock"), "nobody took it away")
        let start = ContinuousClock.now
        try await home.succeed("record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b")
        #expect(try await home.run("import", "-", "-o", "json", input: TestHome.csv(3)).object["recorded"] as? Int == 3)
        _ = try await home.key("admin")
        #expect(.now - start < .seconds(20), "they do not wait for an answer that nobody gives")
        let next = try await home.serve()
        #expect(try await next.post(path, marketplaceLead(email: "b@example.com")).status == 201)
        try await home.succeed("record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b")
        try await next.stop()
        #expect(!FileManager.default.fileExists(atPath: "\(home.path)/service.sock"))
        try await home.succeed("verify")
    }
}

internal import Foundation
internal import TestKit
internal import Testing

/// Trouble around the program is told in one sentence, and nothing is lost or half written.
struct BadInputTests {
    @Test func `a folder without a ledger is told with the command that makes one`() async throws {
        let home = try await TestHome(isMade: false)
        for command in ["leads", "funnel", "verify", "replay", "events", "audit", "deliveries"] {
            try await home.fail(command, saying: [home.path, "leadledger init"])
        }
        try await home.fail("import", "\(Programs.root)/samples/lead-sources.csv", saying: ["leadledger init"])
        #expect(!FileManager.default.fileExists(atPath: home.path), "nothing was made on the way")
    }

    @Test func `a home cannot be made where a file stands`() async throws {
        let home = try await TestHome(isMade: false)
        try home.folder.write([1], to: "home")
        try await home.fail("init", saying: [home.path, "--home"])
        try await home.fail("--home", "\(home.path)/below", "init", saying: ["below"])
        #expect(try home.folder.bytes(of: "home") == [1])
    }

    @Test func `what senders wrote cannot steer the terminal of whoever imports it`() async throws {
        let home = try await TestHome()
        let id = "4711\u{9b}2J\u{7f}\u{1b}[31m\u{202e}"
        let rows = "id,action,email\n\(id),INS,a@example.com\n\(id),PLT,a@example.com\n"
        let ended = try await home.run("import", "-", input: rows)
        #expect(ended.status == 6)
        #expect(ended.err.contains("line 3: id 4711"))
        let steering = ended.err.unicodeScalars.filter {
            [.control, .format].contains($0.properties.generalCategory) && $0 != "\n"
        }
        #expect(steering.isEmpty)
    }

    @Test func `init again changes nothing`() async throws {
        let home = try await TestHome()
        let key = try home.folder.bytes(of: "home/vault.key")
        try await home.succeed("init")
        #expect(try home.folder.bytes(of: "home/vault.key") == key)
    }

    @Test func `files of a home are for their owner alone`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "\(Programs.root)/samples/lead-sources.csv")
        try await home.succeed("leads")
        for name in try FileManager.default.contentsOfDirectory(atPath: home.path) {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(home.path)/\(name)")[.posixPermissions]
            #expect((mode as? Int ?? 0o777) & 0o077 == 0, "\(name)")
        }
    }

    @Test func `a ledger that is no database is refused and left as it is`() async throws {
        let home = try await TestHome()
        let text = Array("This is a letter, not a ledger.\n".utf8)
        try home.folder.write(text, to: "home/ledger.db")
        for command in ["leads", "funnel", "events", "replay"] {
            try await home.fail(command, saying: ["ledger.db"])
        }
        try await home.fail("record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b", saying: ["ledger.db"])
        #expect(try home.folder.bytes(of: "home/ledger.db") == text)
    }

    @Test func `a changed byte is found, wherever it is`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "-", input: TestHome.csv(400))
        let whole = try home.folder.bytes(of: "home/ledger.db")
        var random = SeededRandom.announced("a changed byte is found, wherever it is")
        for _ in 0..<20 {
            var bytes = whole
            let place = random.below(bytes.count)
            bytes[place] ^= UInt8(1 << random.below(8))
            try home.folder.write(bytes, to: "home/ledger.db")
            let ended = try await home.run("verify", "-o", "json")
            #expect(ended.status == 6 || ended.status == 1, "byte \(place): \(ended.err)")
            if ended.status == 6 {
                #expect(try ended.object["ok"] as? Bool == false)
                expectKeys("seq what", in: try (ended.object["findings"] as? [[String: Any]])?.first ?? [:])
            }
        }
        try home.folder.write(whole, to: "home/ledger.db")
        try await home.succeed("verify")
    }

    @Test func `another home's key is refused by name`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "\(Programs.root)/samples/lead-sources.csv")
        let other = try await TestHome()
        let key = try home.folder.bytes(of: "home/vault.key")
        try home.folder.write(try other.folder.bytes(of: "home/vault.key"), to: "home/vault.key")
        try await home.fail("leads", saying: ["vault.key", "is not the key"])
        try await home.fail(
            "record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b", saying: ["vault.key", "backup"])
        try home.folder.write(Array("nothing\n".utf8), to: "home/vault.key")
        try await home.fail("leads", saying: ["vault.key", "is not a leadledger key"])
        try home.folder.write(key, to: "home/vault.key")
        #expect(try await home.succeed("verify", "-o", "json").object["events"] as? Int == 8)
    }

    @Test func `a second writer is told who is at work, and loses nothing`() async throws {
        let home = try await TestHome()
        let rows = Array(TestHome.csv(8_000).utf8)
        let first = try home.start(["import", "-", "-o", "json"], isFed: true)
        // More than a pipe holds: when this returns, the import is reading, so it has the ledger.
        first.feed(rows.prefix(400_000))
        try await home.fail(
            "record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b",
            saying: ["another process", "ledger.lock"])
        // Reading goes on beside the writer.
        try await home.succeed("leads", "--limit", "1")
        try await home.succeed("funnel")
        first.feed(rows.dropFirst(400_000))
        first.endOfInput()
        #expect(try await first.ended().object["recorded"] as? Int == 8_000)
        try await home.succeed("record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b")
        #expect(try await home.succeed("verify", "-o", "json").object["events"] as? Int == 8_001)
    }

    @Test func `an import that is interrupted keeps what it recorded and says so`() async throws {
        let home = try await TestHome()
        let rows = Array(TestHome.csv(40_000).utf8)
        let running = try home.start(["import", "-", "-o", "json"], isFed: true)
        running.feed(rows.prefix(800_000))
        running.send(SIGINT)
        running.feed(rows.dropFirst(800_000))
        running.endOfInput()
        let ended = try await running.ended()
        #expect(ended.status == 130)
        #expect(ended.err.contains("run the same command again"))
        let recorded = try #require(try ended.object["recorded"] as? Int)
        #expect(recorded < 40_000)
        let rest = try await home.run("import", "-", "-o", "json", input: TestHome.csv(40_000)).object
        #expect(rest["duplicates"] as? Int == recorded && rest["recorded"] as? Int == 40_000 - recorded)
    }

    @Test func `files that are none of ours are refused by what they are`() async throws {
        let home = try await TestHome()
        try await home.fail("import", home.folder.file("missing.csv"), saying: ["missing.csv"])
        let cases: [(String, [UInt8], String)] = [
            ("utf16.csv", [0xff, 0xfe, 0x61, 0], "UTF-16"), ("leads.csv.gz", [0x1f, 0x8b, 8, 0], "ends early"),
            ("leads.xlsx", Array("PK\u{3}\u{4}".utf8), "CSV"), ("other.csv", Array("x,y\n1,2\n".utf8), "header"),
        ]
        for (name, bytes, text) in cases {
            try home.folder.write(bytes, to: name)
            try await home.fail("import", home.folder.file(name), saying: [text])
        }
        #expect(try await home.succeed("verify", "-o", "json").object["events"] as? Int == 0)
    }

    @Test func `errors never show contact data`() async throws {
        let home = try await TestHome()
        let rows = "action,offer,email,at\nINS,a.b,secret-person@example.com,never\n"
        let ended = try await home.run("import", "-", input: rows)
        #expect(ended.status == 6)
        #expect(!ended.err.contains("secret-person") && !ended.out.contains("secret-person"))
        let unknown = try await home.run("lead", "secret-person@example.com")
        #expect(unknown.status == 1 && !unknown.err.contains("secret-person"))
    }
}

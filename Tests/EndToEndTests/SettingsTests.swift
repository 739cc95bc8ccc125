internal import Foundation
internal import TestKit
internal import Testing

/// Where settings come from, and what is said of wrong ones.
@Suite(.timeLimit(.minutes(2)))
struct SettingsTests {
    @Test func `a flag beats the environment, which beats the file, which beats the default`() async throws {
        let home = try await TestHome()
        func setting(_ name: String, _ environment: [String: String] = [:]) async throws -> (
            value: String, origin: String
        ) {
            let ended = try await home.run(environment, "config", "-o", "json")
            #expect(ended.status == 0, "\(ended.err)")
            let row = try #require(try ended.list.first { $0["setting"] as? String == name })
            expectKeys("setting value origin environment meaning", in: row)
            return (row["value"] as? String ?? "", row["origin"] as? String ?? "")
        }
        #expect(try await setting("port") == ("8080", "default"))
        try home.settings("port: 9001\nduplicateWindow: 1h\n\ntrustedProxies: [127.0.0.1, 10.0.0.0/8]\n")
        let file = try await setting("port")
        #expect(file.value == "9001" && file.origin.hasSuffix("leadledger.yaml:1"), "\(file)")
        #expect(try await setting("duplicateWindow").value == "1h")
        #expect(try await setting("trustedProxies").value == "127.0.0.1,10.0.0.0/8")
        #expect(try await setting("port", ["LEADLEDGER_PORT": "9002"]) == ("9002", "LEADLEDGER_PORT"))

        // The port of the environment is taken; the flag's is not.
        let other = try await TestHome()
        let taken = try await other.serve()
        try home.settings("port: \(taken.port)\n")
        let service = try await home.serve()
        #expect(service.port != taken.port)
        try await service.stop()
        let failed = try await home.run(["LEADLEDGER_PORT": "\(taken.port)"], "serve")
        #expect(failed.status == 1 && failed.err.contains("\(taken.port)"), "\(failed.err)")
        try await taken.stop()
    }

    @Test func `a setting that is unknown or wrong is named with its file and line`() async throws {
        let home = try await TestHome()
        let cases: [(yaml: String, texts: [String])] = [
            ("# mine\nhost: 127.0.0.1\nprot: 1\n", ["leadledger.yaml:3", "prot", "port"]),
            ("port: many\n", ["leadledger.yaml:1", "port", "65535"]),
            ("port: 70000\n", ["leadledger.yaml:1", "port", "65535"]),
            ("duplicateWindow: soon\n", ["leadledger.yaml:1", "duplicateWindow"]),
            ("host: {a: b}\n", ["leadledger.yaml:1", "host"]),
            ("- host\n", ["leadledger.yaml"]), ("host: [\n", ["leadledger.yaml"]), ("port: 1\nport: 2\n", ["port"]),
        ]
        for (yaml, texts) in cases {
            try home.settings(yaml)
            for command in ["config", "serve"] { try await home.fail(command, saying: texts) }
            // Nothing else depends on how the service is set.
            try await home.succeed("leads")
            let doctor = try await home.run("doctor", "-o", "json")
            #expect(doctor.status == 6, "\(yaml)")
            #expect(try doctor.finding("settings")?["ok"] as? Bool == false)
        }
        try home.settings("\n# nothing is set\n")
        try await home.succeed("config")
        let wrong = try await home.run(["LEADLEDGER_LOG_LEVEL": "loud"], "config")
        #expect(wrong.status == 1 && wrong.err.contains("LEADLEDGER_LOG_LEVEL") && wrong.err.contains("notice"))
    }

    @Test func `settings reach the service`() async throws {
        let home = try await TestHome()
        try home.settings("publicURL: https://leads.example.com/\nbodyLimit: 2048\nduplicateWindow: 0m\n")
        let made = try await home.succeed("endpoint", "add", "--offer", "a.b", "-o", "json").object
        let token = try #require(made["token"] as? String)
        #expect(made["url"] as? String == "https://leads.example.com/in/\(token)")
        let service = try await home.serve()
        let lead = marketplaceLead(email: "a@example.com")
        #expect(try await service.post("/in/\(token)", lead).status == 201)
        #expect(try await service.post("/in/\(token)", lead).status == 201, "no window, so no repeat is known")
        #expect(try await service.post("/in/\(token)", String(repeating: " ", count: 2_049)).status == 413)
        try await service.stop()
    }
}

/// What the doctor finds, and what it asks for.
@Suite(.timeLimit(.minutes(2)))
struct DoctorTests {
    @Test func `a home that is well has no findings, with and without a service`() async throws {
        let home = try await TestHome()
        for isServed in [false, true] {
            let service = isServed ? try await home.serve() : nil
            let ended = try await home.succeed("doctor", "-o", "json")
            #expect(try ended.object["ok"] as? Bool == true, "\(ended.out)")
            for name in ["versions", "settings", "files", "clock", "disk", "sync", "views", "quarantine", "silence"] {
                let check = try #require(try ended.finding(name))
                expectKeys("check ok detail advice", in: check)
                #expect(check["ok"] as? Bool == true && check["advice"] is NSNull)
            }
            #expect(try await home.succeed("doctor").out.contains("quarantine"))
            try await service?.stop()
        }
    }

    @Test func `what needs attention is found, with what to do about it`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        #expect(try await service.post(path, "{").status == 202)
        // One lead a day for twenty days, and none for months since.
        var rows = "at,source,action,email\n"
        for day in 10..<30 { rows += "2026-01-\(day)T08:00:00Z,AzureMarketplace,INS,customer\(day)@example.com\n" }
        try home.folder.write(Array(rows.utf8), to: "old.csv")
        try await home.succeed("import", home.folder.file("old.csv"), "--offer", "contoso.silent-one")
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=http://127.0.0.1:9/x", "--set",
            "allow-private=true")
        try await home.succeed("destination", "pause", "crm", "--reason", "moving house")
        try await service.stop()
        chmod("\(home.path)/vault.key", 0o644)

        let ended = try await home.run("doctor", "-o", "json")
        #expect(ended.status == 6)
        #expect(try ended.object["ok"] as? Bool == false)
        for (name, detail, advice) in [
            ("quarantine", "1", "quarantine list"), ("offer contoso.silent-one", "d", "test lead"),
            ("destination crm", "moving house", "destination resume crm"), ("files", "vault.key", "chmod"),
        ] {
            let check = try #require(try ended.finding(name), "\(ended.out)")
            #expect(check["ok"] as? Bool == false, "\(name)")
            #expect((check["detail"] as? String)?.contains(detail) == true, "\(check)")
            #expect((check["advice"] as? String)?.contains(advice) == true, "\(check)")
        }
        #expect(try ended.finding("views")?["ok"] as? Bool == true)
        let text = try await home.run("doctor")
        #expect(text.status == 6 && text.out.contains("moving house"))

        chmod("\(home.path)/vault.key", 0o600)
        try home.folder.write(Array(marketplaceLead(email: "a@example.com").utf8), to: "right.json")
        let seq = try #require(try await home.succeed("quarantine", "list", "-o", "json").list.first?["seq"] as? Int)
        try await home.succeed("quarantine", "release", "\(seq)", "--with", home.folder.file("right.json"))
        try await home.succeed("destination", "remove", "crm")
        let rest = try await home.run("doctor", "-o", "json")
        let checks = try #require(try rest.object["checks"] as? [[String: Any]])
        #expect(
            checks.filter { $0["ok"] as? Bool == false }.map { $0["check"] as? String } == ["offer contoso.silent-one"])
    }

    @Test func `a silent offer is told to those who watch the service, when a setting names it`() async throws {
        let home = try await TestHome()
        try await home.succeed("endpoint", "add", "--offer", "contoso.silent-one")
        var rows = "at,source,action,email\n"
        for day in 10..<30 { rows += "2026-01-\(day)T08:00:00Z,AzureMarketplace,INS,customer\(day)@example.com\n" }
        try await home.succeed("import", "-", "--offer", "contoso.silent-one", input: rows)
        try await home.succeed("import", "-", "--offer", "written-by-a-sender", input: rows)
        let service = try await home.serve()
        let metrics = try await service.get("/metrics") { $0.text.contains("leadledger_silent{") }
        #expect(!metrics.text.contains("written-by-a-sender"))
        #expect(
            metrics.text.contains(#"leadledger_silent{kind="offer",name="contoso.silent-one"} 1"#), "\(metrics.text)")
        try await service.stop()
    }
}

extension TestHome {
    /// Writes the home's settings.
    func settings(_ yaml: String) throws { try folder.write(Array(yaml.utf8), to: "home/leadledger.yaml") }

    /// Runs the program to its end with more in its environment.
    func run(_ more: [String: String], _ arguments: String...) async throws -> Ended {
        try await Running(
            "\(programs)/leadledger", arguments, folder: folder.path, environment: environment.merging(more) { $1 }
        ).ended()
    }
}

extension Ended {
    /// What the doctor says of one thing.
    func finding(_ name: String) throws -> [String: Any]? {
        (try object["checks"] as? [[String: Any]])?.first { $0["check"] as? String == name }
    }
}

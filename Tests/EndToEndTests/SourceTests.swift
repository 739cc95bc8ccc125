internal import Foundation
internal import TestKit
internal import Testing

/// Leads that are pulled from an Azure table, once by command and by a service itself.
@Suite(.timeLimit(.minutes(2)))
struct SourceTests {
    @Test func `a table is pulled once, and again adds nothing`() async throws {
        let home = try await TestHome()
        let account = try await TableAccount(home)
        for row in 1...10 { try await account.put(row: "r\(row)", email: "customer\(row)@example.com") }
        try await add(home, account)
        let listed = try await home.succeed("source", "list", "-o", "json").list
        #expect(listed.map { $0["name"] as? String } == ["table"])
        try await home.succeed("source", "check", "table")
        #expect(try await home.succeed("events", "--type", "ActionRecorded", "-o", "json").list.isEmpty)

        let first = try await home.succeed("source", "pull", "table", "-o", "json").object
        expectKeys("read recorded duplicates quarantined", in: first)
        #expect(first["read"] as? Int == 10 && first["recorded"] as? Int == 10)
        let again = try await home.succeed("source", "pull", "table", "-o", "json").object
        #expect(again["recorded"] as? Int == 0 && again["quarantined"] as? Int == 0)
        try await account.put(row: "r11", email: "customer11@example.com")
        #expect(try await home.succeed("source", "pull", "table", "-o", "json").object["recorded"] as? Int == 1)

        let leads = try await home.succeed("leads", "-o", "json").list
        #expect(leads.count == 11)
        #expect(leads.allSatisfy { $0["offer"] as? String == "contoso.backup-cloud" })
        try await home.succeed("source", "remove", "table")
        try await home.fail("source", "pull", "table", saying: ["table"])
        #expect(!(try await home.succeed("replay", "--check", "-o", "json").out.contains(/"differences":[1-9]/)))
        try await home.succeed("verify")
    }

    @Test func `a wrong key, table or address is told with what to do, and shows no secret`() async throws {
        let home = try await TestHome()
        let account = try await TableAccount(home)
        let wrong = Data((0..<64).map { UInt8(200 - $0) }).base64EncodedString()
        try secret(home, wrong)
        try await add(home, account)
        for command in ["check", "pull"] {
            let ended = try await home.run("source", command, "table")
            let text = ended.out + ended.err
            #expect(ended.status != 0 && text.contains("key"), "\(text)")
            #expect(!text.contains(wrong.prefix(20)))
        }
        try secret(home, account.key)
        try await home.succeed("source", "check", "table")
        try await add(home, account, "table=nowhere")
        let nowhere = try await home.run("source", "check", "table")
        let text = nowhere.out + nowhere.err
        #expect(nowhere.status != 0 && text.contains("setting table"), "\(text)")
        for arguments in [
            ["--set", "account-key=\(account.key)"], ["--set", "acount=x"], ["--secret", "account-key=\(account.key)"],
            ["--set", "table=a/b"],
        ] {
            let base =
                ["source", "add", "other", "--kind", "azure-table"]
                + (arguments[0] == "--set"
                    ? ["--secret", "account-key=env:KEY"] : [])
            let ended = try await home.start(base + ["--set", "account=contosoleads"] + arguments).ended()
            #expect(ended.status == 64, "\(arguments[0]): \(ended.err)")
            #expect(!(ended.err + ended.out).contains(account.key.prefix(20)))
        }
    }

    @Test func `a service pulls by itself, and on demand`() async throws {
        let home = try await TestHome()
        let key = try await home.key("read")
        let account = try await TableAccount(home)
        for row in 1...7 { try await account.put(row: "r\(row)", email: "customer\(row)@example.com") }
        let service = try await home.serve()
        try await add(home, account)
        _ = try await service.get("/v1/leads", key: key) { try ($0.object["items"] as? [Any])?.count == 7 }
        try await account.put(row: "r8", email: "customer8@example.com")
        let pulled = try await home.succeed("source", "pull", "table", "-o", "json").object
        #expect(pulled["recorded"] as? Int == 1, "\(pulled)")
        #expect(try await service.items("/v1/leads", key: key).count == 8)
        try await service.stop()
        #expect(try await home.succeed("events", "--type", "ActionRecorded", "-o", "json").list.count == 8)
    }

    private func secret(_ home: TestHome, _ text: String) throws {
        try home.folder.write(Array((text + "\n").utf8), to: "account.key")
        chmod(home.folder.file("account.key"), 0o600)
    }

    private func add(_ home: TestHome, _ account: TableAccount, _ more: String...) async throws {
        if !FileManager.default.fileExists(atPath: home.folder.file("account.key")) { try secret(home, account.key) }
        let settings = ["account=\(TableAccount.name)", "endpoint=\(account.url)", "allow-private=true"] + more
        let arguments = ["source", "add", "table", "--kind", "azure-table"] + settings.flatMap { ["--set", $0] }
        let ended = try await home.start(
            arguments + ["--secret", "account-key=file:\(home.folder.file("account.key"))", "-o", "json"]
        ).ended()
        #expect(ended.status == 0, "\(ended.err)")
    }
}

internal import Foundation
internal import TestKit
internal import Testing

/// What scripts rely on: the keys of each command's JSON, and the exit statuses.
struct CommandShapeTests {
    @Test func `record and import tell what became of what they were given`() async throws {
        let home = try await TestHome()
        let action = ["--source", "SPZA", "--action", "PLT", "--offer", "a.b", "--email", "alma@example.com"]
        let first = try await home.start(["record"] + action + ["--id", "1", "-o", "json"]).ended().object
        expectKeys("seq id customer lead duplicate", in: first)
        #expect(first["seq"] as? Int == 1 && first["duplicate"] as? Bool == false)
        let again = try await home.start(["record"] + action + ["--id", "1", "-o", "json"]).ended().object
        #expect(again["seq"] as? Int == 1 && again["duplicate"] as? Bool == true)
        #expect(again["customer"] as? String == first["customer"] as? String)
        try await home.fail(
            "record", "--source", "SPZA", "--action", "INS", "--offer", "a.b", "--id", "1",
            saying: ["recorded before with other content", "seq 1"])

        let payloads = "\(Programs.root)/samples/marketplace-payloads.ndjson"
        let imported = try await home.succeed("import", payloads, "-o", "json").object
        expectKeys("read recorded duplicates quarantined rejected", in: imported)
        #expect(imported["recorded"] as? Int == 4 && imported["quarantined"] as? Int == 1)
    }

    @Test func `a row that cannot be read is told, kept and stops nothing`() async throws {
        let home = try await TestHome()
        let rejects = home.folder.file("rejects")
        let rows = "action,source,offer,at\nINS,SPZA,a.b,never\nPLT,SPZA,a.b,2026-10-01\nPLT,SPZA\n"
        let ended = try await home.run("import", "-", "--rejects", rejects, "-o", "json", input: rows)
        #expect(ended.status == 6)
        #expect(try ended.object["recorded"] as? Int == 1)
        #expect(try ended.object["rejected"] as? Int == 2)
        let kept = try String(contentsOfFile: rejects, encoding: .utf8).split(separator: "\n")
        #expect(kept.count == 2)
        #expect(kept.allSatisfy { $0.contains("\"reason\":\"") })
        #expect(kept[0].contains("\"line\":2") && kept[1].contains("\"line\":4"))
    }

    @Test func `reports have the promised keys`() async throws {
        let home = try await TestHome()
        let traffic = try await home.start(["--events", "300"], program: "traffic").ended().out
        try await home.succeed("import", "-", input: traffic)

        let leads = try await home.succeed("leads", "--limit", "5", "-o", "json").list
        #expect(leads.count == 5)
        expectKeys("lead customer email offer stage contactable actions", in: leads[0])

        let customer = try #require(leads[0]["customer"] as? String)
        let lead = try await home.succeed("lead", customer, "-o", "json").object
        expectKeys("customer email contactable leads timeline deliveries", in: lead)
        expectKeys("lead offer stage contactable actions", in: (lead["leads"] as? [[String: Any]])?.first ?? [:])
        expectKeys("seq at type", in: (lead["timeline"] as? [[String: Any]])?.first ?? [:])

        let funnel = try await home.succeed("funnel", "--by", "offer", "-o", "json").object
        expectKeys("policy mode unit since until asOf groups accounting", in: funnel)
        let group = try #require((funnel["groups"] as? [[String: Any]])?.first)
        expectKeys("key entered steps mature", in: group)
        let steps = try #require(group["steps"] as? [[String: Any]])
        #expect(steps.map { $0["stage"] as? String } == ["interest", "trial", "active"])
        expectKeys("stage count fromEntered fromPrevious seconds", in: steps[2])
        expectKeys("n p50 p75 p90 p95", in: steps[2]["seconds"] as? [String: Any] ?? [:])
        let accounting = try #require(funnel["accounting"] as? [String: Any])
        let excluded = (accounting["excluded"] as? [String: Int] ?? [:]).values.reduce(0, +)
        #expect(accounting["events"] as? Int == (accounting["counted"] as? Int ?? 0) + excluded)

        let events = try await home.succeed("events", "--to", "3", "-o", "ndjson").lines
        #expect(events.map { $0["seq"] as? Int } == [1, 2, 3])
        expectKeys("specversion id source type subject time seq recordedat data", in: events[0])
        #expect(events[0]["type"] as? String == "io.leadledger.ActionRecorded.v1")
    }

    @Test func `an empty home answers with empty lists`() async throws {
        let home = try await TestHome()
        for command in ["leads", "audit", "deliveries", "events"] {
            #expect(try await home.succeed(command, "-o", "json").list.isEmpty)
            #expect(try await home.succeed(command, "-o", "ndjson").out.isEmpty)
        }
        let funnel = try await home.succeed("funnel", "-o", "json").object
        #expect((funnel["groups"] as? [Any])?.count == 1)
        let verify = try await home.succeed("verify", "-o", "json").object
        expectKeys("ok events treeSize rootHash findings", in: verify)
        #expect(verify["ok"] as? Bool == true && verify["events"] as? Int == 0)
    }

    @Test func `replay and policies have the promised keys`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "\(Programs.root)/samples/lead-sources.csv")
        let replay = try await home.succeed("replay", "-o", "json").object
        expectKeys("events views swapped", in: replay)
        for view in replay["views"] as? [[String: Any]] ?? [] {
            expectKeys("name rows differences", in: view)
            #expect(view["differences"] as? Int == 0)
        }
        #expect(try await home.succeed("replay", "--check", "-o", "json").object["swapped"] as? Bool == false)
        let policies = try await home.succeed("policy", "list", "-o", "json").list
        #expect(policies.map { $0["name"] as? String } == ["2018-09", "2019-08"])
        expectKeys("name stages", in: try await home.succeed("policy", "show", "2018-09", "-o", "json").object)
        let changed = try await home.succeed("policy", "diff", "2018-09", "2019-08", "-o", "json").list
        expectKeys("customer offer from to", in: try #require(changed.first))
    }

    @Test func `deliveries and their audit have the promised keys`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "\(Programs.root)/samples/lead-sources.csv")
        let endpoint = try Endpoint(home)
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=\(endpoint.url)/x", "--set",
            "allow-private=true")
        let destinations = try await home.succeed("destination", "list", "-o", "json").list
        #expect(destinations.map { $0["name"] as? String } == ["crm"])
        expectKeys(
            "name kind settings state", in: try await home.succeed("destination", "show", "crm", "-o", "json").object)
        try await home.succeed("deliver", "--once", "-o", "json")
        let audit = try await home.succeed("audit", "-o", "json").list
        expectKeys(
            "delivery attempt seq at destination kind customer lead offer outcome status remoteId sha256",
            in: try #require(audit.first))
        #expect(audit.allSatisfy { $0["outcome"] as? String == "delivered" && $0["status"] as? Int == 200 })
        let deliveries = try await home.succeed("deliveries", "-o", "json").list
        expectKeys(
            "delivery destination lead state attempts nextAttemptAt reason", in: try #require(deliveries.first))
        #expect(deliveries.count { $0["state"] as? String == "delivered" } == audit.count)
        #expect(try await endpoint.stats()["accepted"] == audit.count)
    }

    @Test func `options may stand before the command`() async throws {
        let home = try await TestHome()
        let other = home.folder.file("other")
        try await home.succeed("--home", other, "init")
        #expect(FileManager.default.fileExists(atPath: "\(other)/ledger.db"))
        let verify = try await home.succeed("--home=\(other)", "-o", "json", "verify")
        #expect(try verify.object["ok"] as? Bool == true)
        #expect(try await home.succeed("-ojson", "verify", "--home", other).object["events"] as? Int == 0)
    }

    @Test func `an action repeats another only when its bytes are the same`() async throws {
        let home = try await TestHome()
        for (action, day) in [("caf\u{e9}", 1), ("cafe\u{301}", 2), ("caf\u{e9}", 3)] {
            try await home.succeed(
                "record", "--source", "SPZA", "--action", action, "--offer", "a.b", "--email", "ada@example.com",
                "--at", "2026-10-0\(day)")
        }
        let timeline = try await home.succeed("lead", "ada@example.com", "-o", "json").object["timeline"]
        let events = try #require(timeline as? [[String: Any]])
        #expect(events.map { $0["repeat"] as? Bool } == [false, false, true])
    }

    @Test func `the timeline tells that a person had a lead sent once more, and why`() async throws {
        let home = try await TestHome()
        let endpoint = try Endpoint(home)
        try await home.succeed(
            "record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b", "--email", "ada@example.com")
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=\(endpoint.url)/leads", "--set",
            "allow-private=true")
        try await home.succeed("deliver", "--once")
        let delivery = try #require(
            try await home.succeed("deliveries", "-o", "json").list.first?["delivery"] as? String)
        try await home.succeed("delivery", "resend", delivery, "--reason", "the lead was deleted there")

        let timeline = try await home.succeed("lead", "ada@example.com", "-o", "json").object["timeline"]
        let events = try #require(timeline as? [[String: Any]])
        #expect(events.map { $0["type"] as? String } == ["ActionRecorded", "DeliveryAttempted", "DeliveryReleased"])
        let released = try #require(events.last)
        #expect(released["destination"] as? String == "crm")
        #expect(released["release"] as? String == "resend")
        #expect(released["reason"] as? String == "the lead was deleted there")
        #expect(try await home.succeed("lead", "ada@example.com").out.contains("the lead was deleted there"))
    }

    @Test func `wrong usage is status 64 and says what is right`() async throws {
        let home = try await TestHome()
        try await home.fail("leads", "--stage", "sold", status: 64, saying: ["interest", "trial", "active"])
        try await home.fail("funnel", "--by", "weather", status: 64, saying: ["offer", "country", "month"])
        try await home.fail("events", "--type", "Nothing", status: 64, saying: ["ActionRecorded"])
        try await home.fail("deliveries", "--state", "lost", status: 64, saying: ["parked", "held"])
        try await home.fail("frobnicate", status: 64, saying: ["frobnicate"])
        try await home.fail("record", "--source", "SPZA", status: 64, saying: ["--action"])
        let long = String(repeating: "x", count: 257)
        for option in ["--source", "--action", "--offer", "--country"] {
            var values = ["--source": "SPZA", "--action": "PLT", "--offer": "a.b", "--country": "DE"]
            values[option] = long
            let ended = try await home.start(["record"] + values.flatMap { [$0.key, $0.value] }).ended()
            #expect(ended.status == 64 && ended.err.contains("\(option) is longer than 256 bytes"), "\(ended.err)")
        }
    }
}

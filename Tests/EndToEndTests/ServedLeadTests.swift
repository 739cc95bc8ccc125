internal import Foundation
internal import Testing

/// A lead's way through a service: posted, durable, and seen at once by every command and every route.
@Suite(.timeLimit(.minutes(2)))
struct ServedLeadTests {
    @Test func `a lead that was answered is in every report at once`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let key = try await home.key("read")
        let service = try await home.serve()
        let answer = try await service.post(path, marketplaceLead(email: "ada@example.com"))
        #expect(answer.status == 201, "\(answer.text)")
        let receipt = try answer.object
        expectKeys("seq id customer lead duplicate", in: receipt)
        #expect(receipt["duplicate"] as? Bool == false)
        let customer = try #require(receipt["customer"] as? String)

        let read = try await service.get("/v1/leads", key: key)
        #expect(read.status == 200, "\(read.text)")
        let leads = try #require(try read.object["items"] as? [[String: Any]])
        #expect(leads.map { $0["customer"] as? String } == [customer])
        #expect(leads.first?["email"] as? String == "ada@example.com")
        #expect(leads.first?["offer"] as? String == "contoso.backup-cloud")
        #expect(leads.first?["lead"] as? String == receipt["lead"] as? String)

        #expect(try await home.succeed("leads", "-o", "json").list.count == 1)
        let funnel = try await home.succeed("funnel", "-o", "json").object
        #expect((funnel["groups"] as? [[String: Any]])?.first?["entered"] as? Int == 1)
        let event = try await home.succeed("events", "--type", "ActionRecorded", "-o", "ndjson").lines
        #expect(event.map { $0["seq"] as? Int } == [receipt["seq"] as? Int])
        #expect(event.map { $0["id"] as? String } == [receipt["id"] as? String])

        let again = try await service.post(path, marketplaceLead(email: "ada@example.com"))
        #expect(again.status == 200)
        #expect(try again.object["seq"] as? Int == receipt["seq"] as? Int)
        #expect(try again.object["customer"] as? String == customer)
        #expect(try again.object["duplicate"] as? Bool == true)
        try await service.stop()
        #expect(try await home.succeed("leads", "-o", "json").list.count == 1)
        try await home.succeed("verify")
    }

    @Test func `the command line and the API tell the same, document by document`() async throws {
        let home = try await TestHome()
        let traffic = try await home.start(["--events", "400"], program: "traffic").ended().out
        try await home.succeed("import", "-", input: traffic)
        let path = try await home.endpoint()
        let key = try await home.key("read")
        let crm = try Endpoint(home)
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=\(crm.url)/x", "--set", "allow-private=true")
        let service = try await home.serve()
        let posted = try await service.post(path, marketplaceLead(email: "ada@example.com"))
        let customer = try #require(try posted.object["customer"] as? String)
        // Once nothing is due, nothing changes any more.
        for state in ["wanted", "running", "retry"] {
            _ = try await service.get("/v1/deliveries?state=\(state)&limit=1", key: key) {
                try ($0.object["items"] as? [Any])?.isEmpty == true
            }
        }
        func lists(_ command: [String], _ route: String) async throws {
            let said = try await home.start(command + ["-o", "ndjson"]).ended()
            #expect(said.status == 0, "\(said.err)")
            let items = try await service.items(route, key: key)
            #expect(items.count > 0, "\(route)")
            #expect(try said.lines.map(canonical) == items.map(canonical), "\(route)")
        }
        try await lists(["leads"], "/v1/leads?limit=50")
        try await lists(["leads", "--stage", "active"], "/v1/leads?stage=active&limit=20")
        try await lists(["leads", "--test"], "/v1/leads?test=true&limit=20")
        try await lists(["leads", "--search", "ada@"], "/v1/leads?search=ada%40")
        try await lists(["deliveries"], "/v1/deliveries?limit=40")
        try await lists(["audit"], "/v1/audit?limit=40")
        try await lists(["audit", "ada@example.com"], "/v1/audit?customer=ada@example.com")
        try await lists(["events"], "/v1/events?limit=100")
        try await lists(["events", "--type", "DestinationChanged"], "/v1/events?type=DestinationChanged")

        func documents(_ command: [String], _ route: String) async throws {
            let said = try await home.start(command + ["-o", "json"]).ended()
            let answer = try await service.get(route, key: key)
            #expect(answer.status == 200, "\(route): \(answer.text)")
            #expect(try canonical(said.json) == canonical(answer.json), "\(route)")
        }
        try await documents(["lead", customer], "/v1/leads/\(customer)")
        try await documents(["lead", "ada@example.com"], "/v1/leads/ada%40example.com")
        try await documents(["funnel"], "/v1/funnel")
        try await documents(["funnel", "--by", "offer,country"], "/v1/funnel?by=offer,country")
        try await documents(
            ["funnel", "--mode", "ordered", "--window", "30d", "--policy", "2019-08", "--unit", "customer"],
            "/v1/funnel?mode=ordered&window=30d&policy=2019-08&unit=customer")
        try await service.stop()
    }

    @Test func `pages of a list join to the whole, and each says where the next one is`() async throws {
        let home = try await TestHome()
        try await home.succeed("import", "-", input: TestHome.csv(25))
        let key = try await home.key("read")
        let service = try await home.serve()
        let first = try await service.get("/v1/leads?limit=10", key: key)
        let link = try #require(first["link"])
        #expect(link.contains("rel=\"next\""), "\(link)")
        #expect(try first.object["cursor"] is String)
        let items = try await service.items("/v1/leads?limit=10", key: key)
        #expect(items.count == 25)
        #expect(Set(items.compactMap { $0["lead"] as? String }).count == 25)
        let wrong = try await service.get("/v1/leads?cursor=nonsense", key: key)
        #expect(wrong.status == 400 && wrong["content-type"] == "application/problem+json", "\(wrong.text)")
        try await service.stop()
    }

    @Test func `tokens and keys that are none are told apart from nothing else`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let reads = try await home.key("read")
        let writes = try await home.key("ingest")
        let service = try await home.serve()
        for wrong in [
            "/in/nothing", "/in/" + String(path.dropFirst(4).reversed()), String(path.dropLast()), path + "x",
        ] {
            let answer = try await service.post(wrong, marketplaceLead(email: "a@example.com"))
            #expect(answer.status == 404, "\(wrong)")
            #expect(try answer.object["type"] as? String == "urn:leadledger:problem:unknown-endpoint")
        }
        let cases: [(key: String?, status: Int)] = [
            (nil, 401), ("nonsense", 401), (String(reads.dropLast()) + "_", 401), (writes, 403), (reads, 200),
        ]
        for (key, status) in cases {
            let answer = try await service.get("/v1/leads", key: key)
            #expect(answer.status == status, "\(answer.text)")
            guard status != 200 else { continue }
            #expect(answer["content-type"] == "application/problem+json")
            expectKeys("type title status detail requestId", in: try answer.object)
        }
        #expect(try await service.post("/v1/events", #"{"action":"INS"}"#, key: reads).status == 403)
        try await service.stop()
        #expect(try await home.succeed("leads", "-o", "json").list.isEmpty)
    }

    @Test func `what operators ask a service is answered without a key`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        #expect(try await service.post(path, marketplaceLead(email: "ada@example.com")).status == 201)
        #expect(try await service.get("/healthz").status == 200)
        let ready = try await service.get("/readyz") { $0.status == 200 }
        #expect(!ready.text.isEmpty)
        let metrics = try await service.get("/metrics")
        #expect(metrics["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true, "\(metrics.headers)")
        #expect(metrics.text.contains(#"leadledger_intake_events_total{result="recorded"} 1"#), "\(metrics.text)")
        #expect(!metrics.text.contains("ada@") && !metrics.text.contains(path))
        let document = try await service.get("/openapi.json").object
        #expect((document["openapi"] as? String)?.hasPrefix("3.1") == true)
        let paths = try #require(document["paths"] as? [String: Any])
        #expect(Set(paths.keys).isSuperset(of: ["/in/{token}", "/v1/events", "/v1/leads", "/v1/leads/{customer}"]))
        let ended = try await service.stop()
        #expect(!ended.err.contains("ada@") && !ended.err.contains(path.dropFirst(4)))
    }
}

extension RunningService {
    /// Everything in a list, page by page.
    func items(_ path: String, key: String) async throws -> [[String: Any]] {
        var items: [[String: Any]] = []
        var cursor: String?
        repeat {
            let page = try await get(
                path + (cursor.map { (path.contains("?") ? "&" : "?") + "cursor=\($0)" } ?? ""), key: key)
            #expect(page.status == 200, "\(path): \(page.text)")
            items += try page.object["items"] as? [[String: Any]] ?? []
            cursor = try page.object["cursor"] as? String
        } while cursor != nil
        return items
    }
}

/// JSON as text in which only the order of members is not as it came.
func canonical(_ json: Any) throws -> String {
    String(
        decoding: try JSONSerialization.data(withJSONObject: json, options: [.sortedKeys, .fragmentsAllowed]),
        as: UTF8.self)
}

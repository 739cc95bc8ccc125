internal import Foundation
internal import TestKit
internal import Testing

/// Services that are told to end, or that cannot begin.
@Suite(.timeLimit(.minutes(3)))
struct ServeEndTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a service that is told to end answers what it took, and records nothing else`(signal: Int32) async throws {
        var random = SeededRandom.announced("a service that is told to end answers what it took (\(signal))")
        let home = try await TestHome()
        let load = Load(endpoint: try await home.endpoint(), key: try await home.key("ingest"))
        let crm = try Endpoint(home)
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=\(crm.url)/x", "--set", "allow-private=true")
        for round in 0..<5 {
            let service = try await home.serve()
            let process = service.identifier
            await load.run(
                port: service.port, senders: 8, round: round, seed: random.next(), answers: 20 + random.below(200)
            ) { kill(process, signal) }
            let ended = try await service.ended()
            #expect(ended.status == 0, "\(ended.err)")
            #expect(!FileManager.default.fileExists(atPath: "\(home.path)/service.sock"))
        }
        #expect(load.surprises.isEmpty, "\(load.surprises.prefix(5))")
        // What was recorded was taken; all of it was answered.
        let recorded = try await home.recordedLeads()
        let acknowledged = load.acknowledged
        #expect(Set(recorded.keys).subtracting(acknowledged.keys) == [], "recorded, and not answered")
        #expect(Set(acknowledged.keys).subtracting(recorded.keys) == [], "answered, and not recorded")
        #expect(recorded.allSatisfy { $0.value == [acknowledged[$0.key] ?? 0] })
        let states = Set(
            try await home.succeed("deliveries", "-o", "ndjson").lines.compactMap { $0["state"] as? String })
        #expect(states.contains("delivered") && !states.contains("running"), "\(states)")
        let outcomes = Set(
            try await home.succeed("audit", "-o", "ndjson").lines.compactMap { $0["outcome"] as? String })
        #expect(outcomes == ["delivered"], "no claim was left whose outcome nobody knows")
        try await home.succeed("deliver", "--once")
        #expect(try await crm.stats()["accepted"] == recorded.count)
        try await home.succeed("verify")
    }

    @Test func `an import through the service ends with it, and is run again for the rest`() async throws {
        let home = try await TestHome()
        let count = 300_000
        try home.folder.write(Array(TestHome.csv(count).utf8), to: "leads.csv")
        let key = try await home.key("read")
        let service = try await home.serve()
        let importing = try home.start(["import", home.folder.file("leads.csv")])
        _ = try await service.get("/v1/events?type=ActionRecorded&limit=1", key: key) {
            try ($0.object["items"] as? [Any])?.isEmpty == false
        }
        try await service.stop()
        let ended = try await importing.ended()
        #expect(ended.status == 130 && ended.err.contains("run the same command again"), "\(ended.err)")
        let recorded = try await home.succeed("verify", "-o", "json").object["events"] as? Int ?? 0
        #expect(recorded > 1 && recorded < count, "what was recorded stays")
    }

    @Test func `a request whose body is still coming is answered after the signal`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let port = service.port
        let body = marketplaceLead(email: "slow@example.com")
        let wire = try Wire(port: port)
        try wire.send(
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n\r\n")
        #expect(try wire.answer().status == 100, "the service has read the head")
        service.send(SIGTERM)
        // Once new connections are refused, the signal arrived.
        while (try? Wire(port: port)) != nil {}
        try wire.send(body)
        let answer = try wire.answer()
        #expect(answer.status == 201, "\(answer.text)")
        #expect(wire.isEnded())
        #expect(try await service.ended().status == 0)
        #expect(try await home.succeed("leads", "-o", "json").list.count == 1)
    }

    @Test func `a connection that says nothing does not keep a service from ending`() async throws {
        let home = try await TestHome()
        let service = try await home.serve()
        let idle = try (0..<5).map { _ in try Wire(port: service.port) }
        try idle[1].send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try idle[1].answer().status == 200)
        try await service.stop()
        #expect(idle.allSatisfy { $0.isEnded() })
    }

    @Test func `a home that a service has open takes no second one`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        try await home.fail("serve", "--port", "0", saying: ["another process", "ledger.lock"])
        #expect(try await service.post(path, marketplaceLead(email: "a@example.com")).status == 201)
        // The second one left the first one's socket alone.
        try await home.succeed("record", "--source", "SPZA", "--action", "PLT", "--offer", "a.b")
        try await service.stop()
        let next = try await home.serve()
        try await next.stop()
    }

    @Test func `a port that is taken is told by its number, and the home is free again`() async throws {
        let home = try await TestHome()
        let other = try await TestHome()
        let service = try await home.serve()
        try await other.fail("serve", "--port", "\(service.port)", saying: ["\(service.port)"])
        let next = try await other.serve()
        try await next.stop()
        try await other.fail("serve", "--port", "70000", saying: ["port", "65535"])
        let nowhere = try await TestHome(isMade: false)
        try await nowhere.fail("serve", "--port", "0", saying: ["leadledger init"])
        try await service.stop()
    }
}

internal import Foundation
internal import TestKit
internal import Testing

/// Programs that are killed with SIGKILL at random points, and run again.
@Suite(.serialized)
struct CrashTests {
    @Test func `an import that is killed again and again ends with each row once`() async throws {
        let home = try await TestHome()
        var random = SeededRandom.announced("an import that is killed again and again ends with each row once")
        let count = 20_000
        let rows = Array(TestHome.csv(count).utf8)
        for _ in 0..<24 {
            let running = try home.start(["import", "-"], isFed: true)
            running.feed(rows.prefix(random.below(rows.count)))
            running.send(SIGKILL)
            running.endOfInput()
            #expect(try await running.ended().status == 128 + SIGKILL)
        }
        let running = try home.start(["import", "-", "-o", "json"], isFed: true)
        running.feed(rows)
        running.endOfInput()
        let counts = try await running.ended().object
        #expect(counts["read"] as? Int == count)
        #expect((counts["recorded"] as? Int ?? 0) + (counts["duplicates"] as? Int ?? 0) == count)
        let verify = try await home.succeed("verify", "-o", "json").object
        #expect(verify["events"] as? Int == count && verify["ok"] as? Bool == true)
        let leads = try await home.succeed("leads", "-o", "csv").out.split(separator: "\n").dropFirst()
        #expect(leads.count == count)
        #expect(Set(leads.map { $0.split(separator: ",", omittingEmptySubsequences: false)[1] }).count == count)
        let replay = try await home.succeed("replay", "-o", "json")
        #expect(!replay.out.contains(/"differences":[1-9]/))
    }

    @Test func `workers that are killed again and again deliver each lead`() async throws {
        let home = try await TestHome()
        var random = SeededRandom.announced("workers that are killed again and again deliver each lead")
        let endpoint = try await destination(home)
        try await home.succeed("import", "-", input: TestHome.csv(1_500))
        var killed = 0
        while killed < 24 {
            let running = try home.start(["deliver", "--once"])
            endpoint.kill(running.identifier, after: random.below(40))
            let ended = try await running.ended()
            if ended.status == 0 { break }
            #expect(ended.status == 128 + SIGKILL, "\(ended.err)")
            killed += 1
        }
        #expect(killed >= 20)
        try await home.succeed("deliver", "--once")
        try await expectDelivered(home, endpoint, leads: 1_500)
    }

    @Test func `a lead that changes between a kill and the next run is never sent under an old id`() async throws {
        let home = try await TestHome()
        var random = SeededRandom.announced("a lead that changes between a kill and the next run")
        let endpoint = try await destination(home)
        for round in 0..<20 {
            // The same hundred customers come back each time, at another offer and with another phone.
            var rows = "at,source,action,offer,email,phone\n"
            for customer in 0..<100 {
                rows += "2026-10-01T08:00:\(10 + round)Z,SPZA,PLT,contoso.offer\(round % 3),"
                rows += "customer\(customer)@example.com,\(round)\n"
            }
            try await home.succeed("import", "-", input: rows)
            let running = try home.start(["deliver", "--once"])
            endpoint.kill(running.identifier, after: random.below(80))
            let ended = try await running.ended()
            #expect(ended.status == 128 + SIGKILL || ended.status == 0, "\(ended.err)")
        }
        try await home.succeed("deliver", "--once")
        try await expectDelivered(home, endpoint, leads: 300)
    }

    /// An endpoint that knows the secret, and the destination that leads to it.
    private func destination(_ home: TestHome) async throws -> Endpoint {
        let secret = home.folder.file("secret")
        try home.folder.write(
            Array("whsec_\(Data((0..<32).map { UInt8($0) }).base64EncodedString())\n".utf8), to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        let endpoint = try Endpoint(home, secret: secret)
        try await home.succeed(
            "destination", "add", "crm", "--kind", "https", "--set", "url=\(endpoint.url)/leads", "--set",
            "allow-private=true", "--secret", "signing-secret=file:\(secret)")
        return endpoint
    }

    /// Each lead is delivered, no id came with two contents, the audit tells the same, and a replay sends nothing.
    private func expectDelivered(_ home: TestHome, _ endpoint: Endpoint, leads: Int) async throws {
        let stats = try await endpoint.stats()
        #expect(stats["conflicts"] == 0 && stats["failed"] == 0 && stats["hung"] == 0, "\(stats)")
        #expect(Set(endpoint.fates.keys).isSubset(of: ["accepted", "duplicate", "broken"]), "\(endpoint.fates)")
        let deliveries = try await home.succeed("deliveries", "-o", "ndjson").lines
        #expect(deliveries.count == leads)
        #expect(deliveries.allSatisfy { $0["state"] as? String == "delivered" })

        let audit = try await home.succeed("audit", "-o", "ndjson").lines
        let attempts = Dictionary(grouping: audit) { $0["delivery"] as? String ?? "" }
        #expect(attempts.count == leads)
        for (delivery, attempts) in attempts {
            let numbers = attempts.compactMap { $0["attempt"] as? Int }.sorted()
            #expect(numbers == Array(1...attempts.count), "\(delivery)")
            let last = attempts.max { ($0["attempt"] as? Int ?? 0) < ($1["attempt"] as? Int ?? 0) }
            #expect(["delivered", "alreadyDelivered"].contains(last?["outcome"] as? String ?? ""), "\(delivery)")
        }
        let delivered = audit.count { $0["outcome"] as? String == "delivered" }
        let unknown = audit.count { $0["outcome"] as? String == "ambiguous" }
        // An interrupted attempt may have reached the endpoint, or not.
        #expect((delivered...delivered + unknown).contains(stats["requests"] ?? 0), "\(delivered) \(unknown) \(stats)")

        try home.removeViews()
        let replay = try await home.succeed("replay", "-o", "json")
        #expect(!replay.out.contains(/"differences":[1-9]/))
        let again = try await home.succeed("deliver", "--once", "-o", "json").object
        #expect(again["attempts"] as? Int == 0)
        #expect(try await endpoint.stats() == stats)
        try await home.succeed("verify")
    }
}

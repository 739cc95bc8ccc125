internal import Foundation
internal import TestKit
internal import Testing

/// Workers of every kind of destination that are killed with SIGKILL at random points, and run again.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DestinationCrashTests {
    private static let kills = 20

    @Test(arguments: Target.all)
    func `workers that are killed twenty times deliver each lead once, and those never that must not be contacted`(
        _ target: Target
    ) async throws {
        let home = try await TestHome()
        var random = SeededRandom.announced("workers of \(target.kind) that are killed twenty times")
        let crm = try target.simulate(home)
        try await target.add(home, at: crm)
        try await home.succeed("destination", "check", "crm")
        var killed = 0
        // Where few requests carry all leads, more leads come between the kills.
        var portion = 0
        for _ in 0..<80 where killed < Self.kills {
            if target.batch > 1 || portion == 0 {
                let end = target.batch > 1 ? min(portion + 1, LeadRows.portions) : LeadRows.portions
                if portion < end { try await home.succeed("import", "-", input: LeadRows.csv(portion..<end)) }
                portion = end
            }
            if random.below(2) == 0 {
                try await crm.turn("_slow", #"{"milliseconds":\#(1 + random.below(30)),"times":3}"#)
            }
            let running = try home.start(["deliver", "--once"])
            let most = target.batch == 1 ? 14 : target.hasTokens ? 2 : 1
            crm.kill(running.identifier, after: 1 + random.below(most), delay: UInt32(random.below(3_000)))
            let ended = try await running.ended()
            #expect(ended.status == 128 + SIGKILL || ended.status == 0, "\(ended.err)")
            killed += ended.status == 0 ? 0 : 1
        }
        #expect(killed >= Self.kills, "only \(killed)")
        if portion < LeadRows.portions {
            try await home.succeed("import", "-", input: LeadRows.csv(portion..<LeadRows.portions))
        }
        try await home.succeed("deliver", "--once")
        if target.key == .nothing { try await expectHeld(home, target, crm) }
        try await expectDelivered(home, target, crm)
        try await expectNothingIsSentAgain(home, crm)
    }

    /// What may have arrived is held for a person, and goes out once that person says so.
    private func expectHeld(_ home: TestHome, _ target: Target, _ crm: Endpoint) async throws {
        let unknown = try await home.succeed("deliveries", "--state", "unknown", "-o", "ndjson").lines
        #expect(!unknown.isEmpty && unknown.count <= 4 * Self.kills)
        let stats = try await crm.stats()
        try await home.succeed("deliver", "--once")
        #expect(try await crm.stats() == stats)
        let names = unknown.compactMap { $0["delivery"] as? String }
        let retry = ["delivery", "retry"] + names + ["--reason", "looked for them", "-o", "json"]
        #expect(try await home.start(retry).ended().object["count"] as? Int == unknown.count)
        let sent = try await home.succeed("deliver", "--once", "-o", "json").object
        #expect(sent["attempts"] as? Int == unknown.count)
    }

    private func expectDelivered(_ home: TestHome, _ target: Target, _ crm: Endpoint) async throws {
        let deliveries = try await home.succeed("deliveries", "-o", "ndjson").lines
        let states = Dictionary(grouping: deliveries) { $0["state"] as? String ?? "" }.mapValues(\.count)
        let takesEveryAction = ["salesforce-web", "azure-blob"].contains(target.kind)
        #expect(
            states == ["delivered": LeadRows.wanted, "suppressed": LeadRows.forbidden * (takesEveryAction ? 2 : 1)])
        let leads = try await home.succeed("leads", "--limit", "1000", "-o", "ndjson").lines
        #expect(leads.count == LeadRows.wanted + LeadRows.forbidden)
        let keyed = target.key == .email ? "email" : "lead"
        var names: [String: String] = [:]
        for lead in leads { names[lead["lead"] as? String ?? ""] = lead[keyed] as? String }
        let wanted = Set(leads.filter { $0["contactable"] as? Bool == true }.compactMap { $0[keyed] as? String })
        let accepted = try await target.accepted(crm)
        #expect(Set(accepted.keys) == wanted, "those who arrived are those who are wanted")

        // The audit tells of each lead what the simulator's log tells, but for attempts whose end nobody knows.
        var delivered: [String: Int] = [:]
        var unknown: [String: Int] = [:]
        for row in try await home.succeed("audit", "-o", "ndjson").lines {
            let name = names[row["lead"] as? String ?? ""] ?? ""
            if row["outcome"] as? String == "delivered" { delivered[name, default: 0] += 1 }
            if row["outcome"] as? String == "ambiguous" { unknown[name, default: 0] += 1 }
        }
        for (name, count) in accepted {
            let least = delivered[name] ?? 0
            #expect((least...least + (unknown[name] ?? 0)).contains(count), "\(name)")
        }
        let records = try await crm.records()
        let keys = records.map(Target.key)
        switch target.kind {
        case "https": #expect(try await crm.stats()["conflicts"] == 0)
        // Each line is there once: no repeat was appended.
        case "azure-blob": #expect(accepted.values.allSatisfy { $0 == 1 })
        case "salesforce-web":
            #expect(Set(keys) == wanted)
            #expect(keys.count == accepted.values.reduce(0, +))
        default: #expect(keys.count == wanted.count && Set(keys) == wanted, "each is there once")
        }
        if target.kind == "marketo" { #expect(try await crm.stats()["repeatedKeys"] == 0) }
        let sent = try await crm.requests().map { "\($0["body"] ?? "")" }
        #expect(!sent.contains { $0.contains("forbidden") }, "nobody may contact these")
    }

    private func expectNothingIsSentAgain(_ home: TestHome, _ crm: Endpoint) async throws {
        let stats = try await crm.stats()
        try home.removeViews()
        try FileManager.default.removeItem(atPath: "\(home.path)/lookup.db")
        let replay = try await home.succeed("replay", "-o", "json")
        #expect(!replay.out.contains(/"differences":[1-9]/))
        let again = try await home.succeed("deliver", "--once", "-o", "json").object
        #expect(again["attempts"] as? Int == 0)
        #expect(try await crm.stats() == stats)
        let verify = try await home.succeed("verify", "-o", "json").object
        #expect(verify["ok"] as? Bool == true)
    }
}

/// 300 leads of 270 customers, 30 of whom have two, and 20 customers who must not be contacted, in 30 portions.
enum LeadRows {
    static let portions = 30
    static let wanted = 300
    static let forbidden = 20

    static func csv(_ portions: Range<Int>) -> String {
        var text = "at,source,action,offer,email,last name\n"
        for portion in portions {
            for number in portion * 10..<portion * 10 + 10 {
                // The first sixty leads are two of each customer.
                let customer = number < 60 ? number / 2 : number - 30
                let offer = number < 60 && number % 2 == 1 ? "contoso.other" : "contoso.backup-cloud"
                text += "2026-10-01T08:00:00Z,SPZA,PLT,\(offer),customer\(customer)@example.com,Last\(customer)\n"
            }
            guard portion < forbidden else { continue }
            for (second, action) in [(0, "PLT"), (1, "DNC")] {
                text += "2026-10-01T08:00:0\(second)Z,SPZA,\(action),contoso.backup-cloud,"
                text += "forbidden\(portion)@example.com,Forbidden\n"
            }
        }
        return text
    }
}

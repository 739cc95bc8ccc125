internal import Foundation
internal import TestKit
internal import Testing

/// The verbs of destinations and deliveries, by command and through a service.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct VerbTests {
    /// A home with a destination that leaves out leads older than a day, and whoever brings leads there.
    private struct Scene {
        let home: TestHome
        let crm: Endpoint
        let service: RunningService?
        let key: String

        /// Delivers what is due; returns once so many attempts in all ended well, and `count` deliveries are done.
        func deliver(_ count: Int, attempts: Int) async throws {
            if let service {
                _ = try await service.get("/v1/audit?limit=1000&outcome=delivered", key: key) {
                    try ($0.object["items"] as? [Any])?.count == attempts
                }
            } else {
                try await home.succeed("deliver", "--once")
            }
            let delivered = try await home.succeed("audit", "--outcome", "delivered", "-o", "ndjson").lines
            #expect(delivered.count == attempts)
            #expect(try await deliveries("delivered").count == count)
        }

        /// Delivers what is due; returns the name of the one delivery that is in a state afterwards.
        func deliver(into state: String) async throws -> String {
            if let service {
                _ = try await service.get("/v1/deliveries?state=\(state)", key: key) {
                    try ($0.object["items"] as? [Any])?.count == 1
                }
            } else {
                try await home.succeed("deliver", "--once")
            }
            let found = try await deliveries(state)
            #expect(found.count == 1)
            return found.first?["delivery"] as? String ?? ""
        }

        func deliveries(_ state: String) async throws -> [[String: Any]] {
            try await home.succeed("deliveries", "--state", state, "-o", "ndjson").lines
        }

        /// What the verb says it would do, which changes nothing, is what it then does.
        func perform(
            _ arguments: [String], count: Int, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let before = try await home.succeed("events", "-o", "ndjson").lines.count
            let planned = try await home.start(arguments + ["--dry-run", "-o", "json"]).ended()
            #expect(planned.status == 0, "\(arguments): \(planned.err)", sourceLocation: sourceLocation)
            #expect(try planned.object["count"] as? Int == count, "\(planned.out)", sourceLocation: sourceLocation)
            let told = try await home.start(arguments + ["--dry-run"]).ended()
            #expect(told.out.contains("\(count) "), "\(told.out)", sourceLocation: sourceLocation)
            let after = try await home.succeed("events", "-o", "ndjson").lines.count
            #expect(after == before, "a dry run changes nothing", sourceLocation: sourceLocation)
            let done = try await home.start(arguments + ["-o", "json"]).ended()
            #expect(done.status == 0, "\(arguments): \(done.err)", sourceLocation: sourceLocation)
            #expect(try done.object["count"] as? Int == count, "\(done.out)", sourceLocation: sourceLocation)
        }

        func record(_ name: String) async throws {
            try await home.succeed(
                "record", "--source", "SPZA", "--action", "PLT", "--offer", "contoso.backup-cloud", "--email",
                "\(name)@example.com")
        }
    }

    private func scene(_ target: Target, isServed: Bool) async throws -> Scene {
        let home = try await TestHome()
        let crm = try target.simulate(home)
        try await target.add(home, at: crm, ["since=2026-10-02T00:00:00Z"])
        var rows = "at,source,action,offer,email\n"
        for number in 0..<10 {
            rows +=
                "2026-10-0\(number < 5 ? 1 : 3)T0\(number):00:00Z,SPZA,PLT,contoso.backup-cloud,c\(number)@example.com\n"
        }
        try await home.succeed("import", "-", input: rows)
        let key = try await home.key("read")
        return Scene(home: home, crm: crm, service: isServed ? try await home.serve() : nil, key: key)
    }

    /// A kind, the code by which it refuses a lead, and whether a service runs.
    struct Case: Sendable, CustomTestStringConvertible {
        let target: Target
        let code: String
        var isServed = false

        var testDescription: String { target.kind + (isServed ? ", through a service" : "") }
    }

    private static let cases = [
        Case(target: .salesforce, code: "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        Case(target: .salesforce, code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", isServed: true),
        Case(target: .dynamics, code: "0x80040265"), Case(target: .marketo, code: "1003"),
        Case(target: .salesforceWeb, code: "common.exception.SomeException", isServed: true),
        Case(target: .hubspot, code: "VALIDATION_ERROR"), Case(target: .azureTable, code: "PropertyValueTooLarge"),
        Case(target: .https, code: "422"),
    ]

    @Test(arguments: Self.cases)
    func `each verb does what its dry run says`(_ each: Case) async throws {
        let scene = try await scene(each.target, isServed: each.isServed)
        let home = scene.home
        func accepted() async throws -> Int { try await each.target.accepted(scene.crm).values.reduce(0, +) }
        try await scene.deliver(5, attempts: 5)
        try await scene.perform(
            ["destination", "backfill", "crm", "--since", "2026-10-01T02:00:00Z", "--reason", "more"], count: 3)
        try await scene.deliver(8, attempts: 8)

        try await scene.perform(["destination", "pause", "crm", "--reason", "inventory"], count: 0)
        try await scene.record("held")
        _ = try await scene.deliver(into: "held")
        #expect(try await accepted() == 8)
        try await scene.perform(["destination", "resume", "crm", "--reason", "counted"], count: 1)
        try await scene.deliver(9, attempts: 9)

        // One that failed waits, until it is told not to.
        // By 503 Azure asks for a slower pace.
        let status = each.target.kind == "azure-table" ? 500 : 503
        try await scene.crm.turn("_fail", #"{"status":\#(status),"times":1}"#)
        try await scene.record("slow")
        let late = try await scene.deliver(into: "retry")
        try await scene.perform(["delivery", "retry", late, "--reason", "it is up"], count: 1)
        try await scene.deliver(10, attempts: 10)

        // A run of its own gets a token first.
        if !each.isServed && each.target.hasTokens { try await scene.crm.turn("_slow", #"{"milliseconds":1}"#) }
        try await scene.crm.turn("_refuse", #"{"places":[0],"code":"\#(each.code)"}"#)
        try await scene.record("parked")
        let parked = try await scene.deliver(into: "parked")
        #expect(try await accepted() == 10)
        try await scene.perform(
            [
                "delivery", "release", "--parked-for", each.code.lowercased(), "--destination", "crm", "--reason",
                "mended",
            ], count: 1)
        try await scene.deliver(11, attempts: 11)

        try await home.fail("delivery", "resend", parked, status: 64, saying: ["--reason"])
        try await scene.perform(["delivery", "resend", parked, "--reason", "it was deleted there"], count: 1)
        try await scene.deliver(11, attempts: 12)
        try await scene.perform(
            ["delivery", "replay", "--destination", "crm", "--since", "2026-10-03T00:00:00Z", "--reason", "all anew"],
            count: 8)
        try await scene.deliver(11, attempts: 20)
        try await scene.service?.stop()
        #expect(try await home.succeed("deliver", "--once", "-o", "json").object["attempts"] as? Int == 0)
        #expect(try await accepted() == 20, "eleven once, one resent, eight replayed")
        if each.target.key != .nothing && each.target.kind != "https" {
            #expect(try await scene.crm.stats()["records"] == 11)
        }
        try await home.succeed("verify")
    }

    @Test func `a name that is unknown is told with those that are known, and nothing changes`() async throws {
        let scene = try await scene(.salesforce, isServed: false)
        let home = scene.home
        let before = try await home.succeed("events", "-o", "ndjson").lines.count
        for verb in ["check", "test", "show", "pause", "resume", "remove", "backfill"] {
            try await home.fail("destination", verb, "nothing", saying: ["nothing", "crm"])
        }
        try await home.fail(
            "delivery", "replay", "--destination", "nothing", "--since", "2026-10-01T00:00:00Z",
            saying: ["nothing", "crm"])
        for verb in ["retry", "release"] {
            try await home.fail("delivery", verb, "dlv_nothing", saying: ["dlv_nothing", "leadledger deliveries"])
            try await home.fail("delivery", verb, status: 64, saying: ["--parked"])
        }
        try await home.fail("delivery", "resend", "dlv_nothing", "--reason", "r", saying: ["dlv_nothing"])
        try await home.fail("destination", "kinds", "nothing", status: 64, saying: ["nothing", "hubspot"])
        try await home.fail(
            "destination", "add", "other", "--kind", "nothing", status: 64, saying: ["kind", "hubspot"])
        try await home.fail(
            "destination", "add", "other", "--kind", "hubspot", "--set", "urll=x", status: 64, saying: ["urll"])
        try await home.fail("destination", "add", "other", "--kind", "hubspot", status: 64, saying: ["access-token"])
        try await home.fail(
            "delivery", "replay", "--destination", "crm", "--since", "yesterday", status: 64, saying: ["yesterday"])
        #expect(try await home.succeed("events", "-o", "ndjson").lines.count == before)
    }
}

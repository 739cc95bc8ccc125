import Destinations
import Leads
import Simulators
import Testing

@Suite(.timeLimit(.minutes(10)))
struct DynamicsCheckTests {
    private static func check(
        _ set: [String] = [], secret: String = DynamicsSamples.secret,
        _ change: (inout DynamicsSettings) -> Void = { _ in },
        _ judge: @escaping @Sendable ([CheckStep]) -> Void
    ) async throws {
        let system = DynamicsSamples.system(change)
        try await withSimulator(system) { port, _ in
            let destination = try DynamicsSamples.destination(port: port, set, secret: secret)
            let steps = await destination.check(now: Samples.now)
            await destination.shutdown()
            judge(steps)
            #expect(await system.records.isEmpty)
        }
    }

    private static let key = ["external-id=leadledger_id"]

    @Test func `everything is found in order`() async throws {
        let set = Self.key + ["map.action=xyz_action", "constant.leadsourcecode=number:8"]
        try await Self.check(set) { steps in
            #expect(steps.map(\.name) == ["credentials", "permission", "key leadledger_id", "fields"])
            #expect(steps.filter { !$0.isGood } == [])
            #expect(steps[1].says.contains("create, read and write Lead"))
        }
        try await Self.check { #expect($0.map(\.name) == ["credentials", "permission", "fields"]) }
    }

    @Test func `wrong credentials are told by Entra's own code`() async throws {
        try await Self.check(secret: "other") { steps in
            #expect(steps.map(\.name) == ["credentials"])
            #expect(steps[0].problem?.hasPrefix("AADSTS7000215: ") == true)
            #expect(steps[0].says.contains("Value, not its Secret ID"))
            #expect(!"\(steps)".contains("other"))
        }
        try await Self.check(["tenant=contoso.onmicrosoft.com"]) { steps in
            #expect(steps[0].problem?.hasPrefix("AADSTS90002: ") == true)
        }
        try await Self.check(["client-id=bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"]) { steps in
            #expect(steps[0].problem?.hasPrefix("AADSTS700016: ") == true)
        }
    }

    @Test func `a user that is missing or has no role is told what to be given`() async throws {
        try await Self.check([]) {
            $0.role = .absent
        } _: { steps in
            #expect(steps.map(\.name) == ["credentials", "permission"])
            #expect(steps[1].problem?.hasPrefix("0x80072560: ") == true)
            #expect(steps[1].says.contains("Application users"))
        }
        try await Self.check([]) {
            $0.role = .none
        } _: { steps in
            #expect(steps.map(\.name) == ["credentials", "permission", "fields"])
            #expect(steps[1].problem?.contains("prvCreateLead, prvReadLead, prvWriteLead") == true)
            #expect(steps[2].problem?.hasPrefix("0x80040220: ") == true && steps[2].says.contains("Basic User"))
        }
    }

    @Test func `a key that is missing or not ready is told`() async throws {
        try await Self.check(Self.key) {
            $0.keyStatus = .absent
        } _: { steps in
            #expect(steps[2].problem == "Lead has no alternate key of leadledger_id alone")
        }
        try await Self.check(Self.key) {
            $0.keyStatus = .pending
        } _: { steps in
            #expect(steps[2].problem == "the alternate key is Pending" && steps[2].says.hasPrefix("wait"))
        }
    }

    @Test func `columns that take nothing, too little or something else are named, each`() async throws {
        let set = [
            "map.offer=xyz_offer", "map.title=xyz_short", "map.phone=donotphone", "map.company=CompanyName",
            "constant.subject=number:1", "map.source=leadid",
            "constant.firstname=\(String(repeating: "x", count: 51))",
        ]
        try await Self.check(set) { steps in
            let problems = Dictionary(uniqueKeysWithValues: steps.dropFirst(2).map { ($0.name, $0.problem ?? "") })
            #expect(problems["field xyz_offer"] == "Lead has no column xyz_offer")
            #expect(problems["field xyz_short"] == "the column takes 2 characters, and 100 may be sent")
            #expect(problems["field donotphone"]?.contains("Boolean") == true)
            #expect(problems["field subject"]?.contains("String") == true)
            #expect(problems["field leadid"]?.contains("Uniqueidentifier") == true)
            #expect(steps.first { $0.name == "field CompanyName" }?.says == "the column's logical name is companyname")
            #expect(problems["field firstname"] == "the column takes 50 characters, and 51 may be sent")
            #expect(problems.count == 7)
        }
    }

    @Test func `an address where nothing or something else answers is told`() async throws {
        try await withEndpoint { port, _ in
            let destination = try DynamicsSamples.destination(port: port)
            let steps = await destination.check(now: Samples.now)
            await destination.shutdown()
            #expect(steps.count == 1 && !steps[0].isGood && steps[0].name == "credentials")
        }
        // Tokens come from one place, and where the environment should be nobody listens.
        let server = try await RawServer.start(answer: nil)
        let free = server.port
        try await server.stop()
        let system = DynamicsSamples.system { $0.environment = "http://127.0.0.1:\(free)" }
        try await withSimulator(system) { port, _ in
            let destination = try DynamicsSamples.destination(
                url: "http://127.0.0.1:\(free)", ["login-url=http://127.0.0.1:\(port)", "allow-private=true"])
            let steps = await destination.check(now: Samples.now)
            await destination.shutdown()
            #expect(steps.map(\.name) == ["credentials", "connection"])
            #expect(steps.last?.problem?.hasPrefix("no connection") == true)
        }
        let nowhere = try DynamicsSamples.destination(port: 1)
        let steps = await nowhere.check(now: Samples.now)
        await nowhere.shutdown()
        #expect(steps.map(\.name) == ["connection"] && steps[0].says.contains("login-url"))
    }
}

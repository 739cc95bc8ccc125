import Intake
import Leads
import Ledger
import OrderedJSON
import Testing

/// Whatever a sender calls its events, it takes the place of none that leadledger names itself.
@Suite struct OwnIdentityTests {
    /// The events of a CloudEvent of this source and id, from an endpoint.
    private func sent(source: String, id: String) -> [NewEvent] {
        let id = id.replacing("\u{0}", with: "\\u0000")
        return leads(
            request(
                #"{"specversion":"1.0","source":"\#(source)","id":"\#(id)","data":{"Email":"m@l.ory"}}"#,
                type: "application/cloudevents+json"))
    }

    /// Expects that the ledger takes `events` after what senders sent under the same names.
    private func expectTaken(_ events: [NewEvent], scopes: [String]) async throws {
        let ledger = MemoryLedger()
        for event in events {
            guard case .own(let scope, let id) = event.identity else {
                Issue.record("\(event.identity)")
                continue
            }
            #expect(scopes.contains(scope))
            let forged = sent(source: scope, id: id)
            #expect(forged.map(\.identity) == [.id(scope: scope, id)])
            #expect(await ledger.append(forged).allSatisfy { if case .recorded = $0 { true } else { false } })
        }
        for answer in await ledger.append(events) {
            guard case .recorded = answer else {
                Issue.record("\(answer)")
                continue
            }
        }
    }

    @Test func `a release from quarantine is recorded`() async throws {
        let quarantined = Quarantined(
            seq: 12, actor: "endpoint:contoso", offer: "contoso.app", recordedAt: Instant(micros: 1),
            body: request(#"{"Email":"a@b.c"}"#).kept)
        try await expectTaken(
            try QuarantineRelease.read(quarantined, reason: nil), scopes: ["quarantine", "release"])
    }

    @Test func `a row of the table is recorded`() async throws {
        var entities = AzureEntities()
        let reading = entities.read([
            .init("PartitionKey", .string("p")), .init("RowKey", .string("r")), .init("Email", .string("a@b.c")),
        ])
        guard case .action(let action, let identity?) = reading else {
            Issue.record("\(reading)")
            return
        }
        let event = action.asEvent(identity: identity, actor: "source:t", rules: .system, body: nil)
        try await expectTaken([event], scopes: ["azure-table"])
    }

    @Test func `a request with an idempotency key is recorded`() async throws {
        let event = try #require(leads(request(#"{"Email":"a@b.c"}"#)).first)
        let keyed = event.keyed(by: "k", scope: "key", index: 0, bodyDigest: [1])
        #expect(keyed.isKeyed)
        #expect(!sent(source: "idempotency/key", id: "k#0")[0].isKeyed)
        try await expectTaken([keyed], scopes: ["idempotency/key"])
    }

    @Test func `a CloudEvent that calls itself a row of the table keeps its time in what it says`() {
        func content(_ source: String) -> [[UInt8]] {
            let data = #"{"Email":"a@b.c","time":"2020-01-01"}"#
            return leads(request(#"{"specversion":"1.0","source":"\#(source)","id":"1","data":\#(data)}"#))
                .map(\.content)
        }
        #expect(content("azure-table") == content("/shop"))
    }
}

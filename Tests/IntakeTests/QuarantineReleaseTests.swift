import Intake
import Leads
import Ledger
import OrderedJSON
import Testing

@Suite struct QuarantineReleaseTests {
    private func kept(_ request: ArrivedRequest) throws -> Quarantined {
        Quarantined(
            seq: 12, actor: "endpoint:contoso", offer: "contoso.app", recordedAt: Instant(micros: 1_000_000),
            body: request.kept)
    }

    private func reason(_ quarantined: Quarantined, correction: String? = nil) -> String? {
        do {
            _ = try QuarantineRelease.read(quarantined, correction: correction.map { Array($0.utf8) }, reason: nil)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a request that can be read by today's rules is released as its leads`() throws {
        let request = request(#"[{"ActionCode":"INS","Email":"a@b.c"},{"Email":"d@e.f","time":"2020-01-01","id":"7"}]"#)
        let events = try QuarantineRelease.read(kept(request), reason: "the rules are mended", actor: "ada")
        #expect(events.map(\.type) == [.actionRecorded, .actionRecorded, .quarantineReleased])
        #expect(
            events.map(\.identity) == [
                .own(scope: "quarantine", "12#0"), .own(scope: "quarantine", "12#1"), .own(scope: "release", "12"),
            ])
        #expect(events.map(\.cause) == [12, 12, 12])
        #expect(events.map(\.actor) == ["endpoint:contoso", "endpoint:contoso", "ada"])
        #expect(events.prefix(2).map(\.occurredAt) == [Instant(micros: 1_000_000), Instant("2020-01-01")])
        #expect(events.map(\.offer) == ["contoso.app", "contoso.app", nil])
        #expect(events.map(\.id) == [nil, nil, nil])
        #expect(events.map(\.subject) == [.matching("a@b.c"), .matching("d@e.f"), .none])
        let detail = try JSON.parse(events[2].detail ?? [])
        #expect(
            detail == ["quarantined": .number(12), "events": .number(2), "reason": .string("the rules are mended")])
    }

    @Test func `an element of a batch of CloudEvents is read again as one`() throws {
        let body = #"[{"specversion":"1.0","id":"7","source":"s","data":{"ActionCode":"INS"}}]"#
        var quarantined = try #require(
            leads(request(body, type: "application/cloudevents-batch+json")).first?.quarantined(seq: 3))
        #expect(reason(quarantined) == "event 3 stays in quarantine: no contact field is filled in")
        quarantined.body = Array(
            String(decoding: quarantined.body ?? [], as: UTF8.self)
                .replacing("{\"ActionCode\"", with: "{\"Email\":\"a@b.c\",\"ActionCode\"").utf8)
        #expect(try QuarantineRelease.read(quarantined, reason: nil).first?.action == "INS")
    }

    @Test(arguments: Unreadable.all)
    func `what still cannot be read is not released`(sample: Unreadable) throws {
        let headers = sample.headers.map { (name: $0.key, value: $0.value) } + [("content-type", sample.type)]
        let arrived = ArrivedRequest(method: "POST", path: "/in/x", headers: headers, body: sample.body)
        #expect(reason(try kept(arrived)) == "event 12 stays in quarantine: " + sample.reason)
    }

    @Test(arguments: [
        #"{"ActionCode":"INS","UserDetails":{"Email":"a@b.c"}}"#, "[{\"action\":\"INS\",\n\"email\":\"a@b.c\"}]",
        "action,email\nINS,a@b.c\n", "{\"action\":\"INS\",\"email\":\"a@b.c\"}\n",
        #"{"specversion":"1.0","id":"1","source":"s","data":{"action":"INS","email":"a@b.c"}}"#,
        #"{"PartitionKey":"p","RowKey":"r","ActionCode":"INS","CustomerInfo":"{\"Email\":\"a@b.c\"}"}"#,
    ])
    func `a correction takes the place of what was kept`(correction: String) throws {
        let events = try QuarantineRelease.read(
            kept(request("{")), correction: Array(correction.utf8), reason: "typed in by hand")
        #expect(events.count == 2)
        #expect(events[0].action == "INS")
        #expect(events[0].subject == .matching("a@b.c"))
        #expect(events[0].identity == .own(scope: "quarantine", "12#0"))
        #expect(events[0].occurredAt == Instant(micros: 1_000_000))
    }

    @Test(arguments: ["", "{}", "[]", "[7]", "no,column\n1,2\n", "{\"action\":\"INS\"}\n{", "email,at\na@b.c,never\n"])
    func `a correction that cannot be read releases nothing`(correction: String) throws {
        #expect(reason(try kept(request("{")), correction: correction) != nil)
    }

    @Test func `a row of an import is read again, and one of columns needs a correction`() throws {
        var row = Quarantined(
            seq: 5, actor: "import", offer: "", recordedAt: Instant(micros: 7), body: Array(#"{"email":"a@b.c"}"#.utf8))
        let events = try QuarantineRelease.read(row, reason: nil)
        #expect(events.first?.actor == "import")
        #expect(events.first?.offer == nil)
        row.body = Array(",,".utf8)
        #expect(reason(row)?.hasSuffix("give a correction") == true)
        row.body = nil
        #expect(reason(row) == "what event 5 kept cannot be unsealed any more; give a correction")
    }

    @Test func `a second release is known, also with another reason`() async throws {
        let ledger = MemoryLedger()
        let request = request(#"{"Email":"a@b.c"}"#)
        let first = await ledger.append(try QuarantineRelease.read(kept(request), reason: "one"))
        let second = await ledger.append(try QuarantineRelease.read(kept(request), reason: "two"))
        #expect(first.count == 2)
        #expect(await ledger.events.count == 2)
        #expect(second.compactMap(\.receipt) == first.compactMap(\.receipt))
    }
}

import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Reports
import TestKit
import Testing
import Views

/// What is shown of the quarantine, of access, of sources and of heartbeats.
@Suite struct IntakeListTests {
    private let hash = #""sha256""#

    private func quarantined(_ body: String, actor: String, offer: String? = nil) -> NewEvent {
        quarantined(Array(body.utf8), actor: actor, offer: offer)
    }

    private func quarantined(_ body: [UInt8], actor: String, offer: String? = nil) -> NewEvent {
        NewEvent(
            type: .intakeQuarantined, identity: .none, content: body, subject: .new, offer: offer, actor: actor,
            detail: Array(#"{"reason":"not JSON"}"#.utf8), body: body)
    }

    private func plain(_ type: EventType, _ detail: [UInt8], cause: Int64? = nil) -> NewEvent {
        NewEvent(
            type: type, identity: .none, content: detail, subject: .none, actor: "operator", cause: cause,
            detail: detail)
    }

    private static let request =
        "POST /in/web HTTP/1.1\r\nleadledger-client: 192.0.2.7\r\n"
        + "content-type: application/json\r\nx-a: 1:2\r\nx-a: \r\n\r\n{\"a\":\r\n\r\n"

    @Test func `what is quarantined is shown with the request that was kept, and its release`() async throws {
        let fixture = try await ListFixture.filled(
            seed: 1, events: 0,
            more: [
                quarantined(Self.request, actor: "endpoint:web", offer: "contoso.app"),
                quarantined(",,,", actor: "import"),
                quarantined([0xff, 0x00], actor: "source:table"),
                quarantined("no message", actor: "endpoint:web"),
                plain(
                    .quarantineReleased, Array(#"{"quarantined":2,"events":[],"reason":"mended"}"#.utf8), cause: 2),
            ])
        let list = QuarantineList(try fixture.snapshot())
        let rows = try list.page(.init(), limit: 10, cursor: nil).items
        let at = fixture.home.clock.now.description
        #expect(
            rows[0].text
                == #"{"seq":1,"at":"\#(at)","reason":"not JSON","endpoint":"web","actor":"endpoint:web","#
                + #""offer":"contoso.app","released":false,"releasedBy":null}"#)
        #expect(rows[1]["released"]?.bool == true && rows[1]["releasedBy"]?.integer == 5)
        #expect(rows[1]["endpoint"] == .null && rows[1]["offer"] == .null)
        #expect(
            try list.show(1)?["request"]?.text
                == #"{"method":"POST","path":"/in/web","client":"192.0.2.7","#
                + #""headers":[{"name":"content-type","value":"application/json"},"#
                + #"{"name":"x-a","value":"1:2"},{"name":"x-a","value":""}],"body":"{\"a\":\r\n\r\n"}"#)
        #expect(try list.show(2)?["request"]?.text == #"{"body":",,,"}"#)
        #expect(try list.show(3)?["request"]?.text == #"{"bodyBase64":"/wA="}"#)
        #expect(try list.show(4)?["request"]?.text == #"{"body":"no message"}"#)
        for seq in [5, 6, 0, -1, Int64.max, .min] { #expect(try list.show(seq) == nil, "\(seq)") }
        var filter = QuarantineList.Filter()
        filter.endpoint = "web"
        #expect(try list.page(filter, limit: 10, cursor: nil).items.map { $0["seq"]?.integer } == [1, 4])
        filter.released = true
        #expect(try list.page(filter, limit: 10, cursor: nil).items.isEmpty)
    }

    @Test func `endpoints and keys are shown without what their secrets are compared with`() async throws {
        var bytes = RandomBytes()
        let tokens = AccessToken.Kind.allCases.map { AccessToken.make($0, random: &bytes) }
        let fixture = try await ListFixture.filled(
            seed: 1, events: 0,
            more: [
                plain(
                    .endpointAdded,
                    AccessEvent.endpointAdded(tokens[0], name: "web", offer: "contoso.app", reason: nil)),
                plain(.keyCreated, AccessEvent.keyCreated(tokens[1], name: "bi", scope: .read, reason: "reports")),
                plain(.keyRevoked, AccessEvent.revoked(id: tokens[1].id, name: "bi", reason: "lost")),
            ])
        let snapshot = try fixture.snapshot()
        let list = AccessList(snapshot.views.access)
        let at = fixture.home.clock.now.description
        #expect(
            list.endpoints.map(\.text) == [
                #"{"endpoint":"web","id":"\#(tokens[0].id)","offer":"contoso.app","added":"\#(at)","revoked":null}"#
            ])
        #expect(
            list.keys.map(\.text) == [
                #"{"name":"bi","id":"\#(tokens[1].id)","scope":"read","created":"\#(at)","revoked":"\#(at)"}"#
            ])
        let events = try EventList(fixture.ledger).page(.init(), limit: 10, cursor: nil).items
        #expect(
            events.map { $0["type"]?.string } == [
                "io.leadledger.EndpointAdded.v1", "io.leadledger.KeyCreated.v1", "io.leadledger.KeyRevoked.v1",
            ])
        #expect(events[1]["data"]?.text == #"{"id":"\#(tokens[1].id)","name":"bi","scope":"read","reason":"reports"}"#)
        #expect(!events.contains { $0.text.contains(hash) })
        let ledger = try #require(try fixture.ledger.event(1)?.detail)
        #expect(String(decoding: ledger, as: UTF8.self).contains(hash), "the ledger itself keeps it")
    }

    @Test func `sources are shown with how far they were read, removed ones are not`() async throws {
        func settings(_ name: String) -> PullSettings {
            PullSettings(name: name, kind: "azure-table", settings: ["table": "leads"], secrets: ["key": "env:KEY"])
        }
        let fixture = try await ListFixture.filled(
            seed: 1, events: 0,
            more: [
                plain(.sourceChanged, SourceEvent.changed(settings("old"), reason: nil)),
                plain(.sourceChanged, SourceEvent.changed(settings("table"), reason: nil)),
                plain(.sourcePulled, SourceEvent.pulled("table", cursor: "p1/r7", recorded: 4)),
                plain(.sourcePulled, SourceEvent.pulled("table", cursor: "p1/r9", recorded: 2)),
                plain(.sourceChanged, SourceEvent.removed("old", reason: nil)),
            ])
        let at = fixture.home.clock.now.description
        #expect(
            SourceList(try fixture.snapshot().views.sources).rows.map(\.text) == [
                #"{"name":"table","kind":"azure-table","settings":{"table":"leads"},"secrets":{"key":"env:KEY"},"#
                    + #""cursor":"p1/r9","pulled":"\#(at)","recorded":6}"#
            ])
    }

    @Test func `heartbeats tell what is silent, and leave out endpoints that were revoked`() async throws {
        var bytes = RandomBytes()
        let tokens = (0..<2).map { _ in AccessToken.make(.endpoint, random: &bytes) }
        let fixture = try await ListFixture.filled(
            seed: 1, events: 0,
            more: zip(tokens, ["web", "gone"]).map { token, name in
                plain(.endpointAdded, AccessEvent.endpointAdded(token, name: name, offer: "contoso.app", reason: nil))
            })
        let start = fixture.home.clock.now
        var events: [NewEvent] = []
        for number in 0..<10 {
            var event = NewEvent.action("INS", email: "c\(number)@example.com")
            event.actor = number < 9 ? "endpoint:web" : "endpoint:gone"
            event.occurredAt = start + Int64(number - 20) * 3 * .hour
            // A connection test is a sign of life as well.
            if number == 8 { event.flags = .test }
            events.append(event)
        }
        events.append(plain(.endpointRevoked, AccessEvent.revoked(id: tokens[1].id, name: "gone", reason: nil)))
        try await fixture.append(events)
        let list = try HeartbeatList(try fixture.snapshot().views, now: start - 18 * .hour)
        let (offerLast, last) = ((start - 33 * .hour).description, (start - 36 * .hour).description)
        #expect(
            list.rows.map(\.text) == [
                #"{"kind":"offer","name":"contoso.app","last":"\#(offerLast)","silentSeconds":54000,"#
                    + #""habitSeconds":10800,"count":10,"silent":false}"#,
                #"{"kind":"endpoint","name":"web","last":"\#(last)","silentSeconds":64800,"habitSeconds":10800,"#
                    + #""count":9,"silent":false}"#,
            ])
        let threeDays = start - 36 * .hour + 3 * .day
        for (now, isSilent) in [(threeDays, false), (threeDays + .second, true)] {
            let later = try HeartbeatList(try fixture.snapshot().views, now: now)
            #expect(later.rows.map { $0["silent"] } == [.bool(false), .bool(isSilent)])
        }
    }
}

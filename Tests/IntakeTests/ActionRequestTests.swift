import Intake
import Leads
import Ledger
import Testing

@Suite struct ActionRequestTests {
    private func read(_ request: ArrivedRequest) throws -> (events: [NewEvent], isArray: Bool) {
        var requests = ActionRequests(rules: .system)
        return try requests.read(request, actor: "key:site", scope: "key:site", window: 15 * .minute)
    }

    private func refusal(_ request: ArrivedRequest) -> RequestError? {
        do {
            _ = try read(request)
            return nil
        } catch {
            return error as? RequestError
        }
    }

    @Test func `an action is an event that keeps the request`() throws {
        let arrived = request(#"{"id":"7","action":"INS","email":"a@b.c","time":"2020-01-01"}"#)
        let read = try read(arrived)
        #expect(!read.isArray)
        let event = try #require(read.events.first)
        #expect(event.identity == .id(scope: "", "7"))
        #expect(event.id == "7")
        #expect(event.body == arrived.kept)
        #expect(event.actor == "key:site")
        #expect(event.occurredAt == Instant("2020-01-01"))
    }

    @Test func `an array is as many events, which keep no bytes`() throws {
        let elements = [
            #"{"action":"INS","email":"a@b.c"}"#, #"{"LeadSource":"SPZA-PLT|a.b"}"#,
            #"{"specversion":"1.0","id":"1","source":"s","data":{"actionCode":"Create"}}"#,
        ]
        let read = try read(request("[" + elements.joined(separator: ",") + "]"))
        #expect(read.isArray)
        #expect(read.events.map(\.action) == ["INS", "PLT", "Create"])
        #expect(read.events.map(\.body) == [nil, nil, nil])
        #expect(
            read.events.map(\.identity) == [
                .window(scope: "key:site", 15 * .minute), .window(scope: "key:site", 15 * .minute),
                .id(scope: "s", "1"),
            ])
        #expect(try self.read(request("[]")).isArray)
    }

    @Test func `a CloudEvent is read in each of its modes`() throws {
        let event = #"{"specversion":"1.0","id":"1","source":"s","data":{"action":"INS"}}"#
        let structured = try read(request(event, type: "application/cloudevents+json; charset=utf-8"))
        let batch = try read(request("[\(event)]", type: "application/cloudevents-batch+json"))
        let binary = try read(
            request(#"{"action":"INS"}"#, [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "s")]))
        #expect(batch.isArray)
        for read in [structured, batch, binary] {
            #expect(read.events.map(\.identity) == [.id(scope: "s", "1")])
            #expect(read.events.map(\.content) == structured.events.map(\.content))
        }
    }

    @Test(arguments: [
        ("{", nil), ("\"x\"", nil), ("[1]", "/0"), (#"{"email":"a@b.c"}"#, nil), ("{}", nil),
        (#"[{"action":"INS"},{"email":"a@b.c"}]"#, "/1"),
        (#"[{"action":"INS"},{"action":"INS","occurredAt":"never"}]"#, "/1/occurredAt"),
        (#"{"action":"INS","a/t~":1,"created at":"never"}"#, "/created at"),
        (#"{"action":"INS","UserDetails":{"Phone":"LONG"}}"#, "/UserDetails/Phone"),
        (#"{"action":"INS","UserDetails":{"a/~b":"LONG"}}"#, "/UserDetails/a~1~0b"),
        (#"{"specversion":"1.0","id":"1","source":"s","data":{"action":"INS","at":"x"}}"#, "/data/at"),
        (#"{"specversion":"1.0","id":"1","source":"s","time":"x","data":{"action":"INS"}}"#, "/time"),
        (#"[{"specversion":"1.0","id":"1","data":{"action":"INS"}}]"#, "/0"),
        (#"{"LeadSource":"AzureMarketplace"}"#, nil),
    ])
    func `what cannot be read is refused with its place`(body: String, pointer: String?) throws {
        let body = body.replacing("LONG", with: String(repeating: "s3cret", count: 2_000))
        let refused = try #require(refusal(request(body)))
        #expect(refused.pointer == pointer)
        #expect(!refused.isUnsupportedType)
        #expect(!refused.description.contains("s3cret"))
    }

    @Test func `a field too long of a CloudEvent in headers is told by its place in the body`() throws {
        let body = #"{"action":"INS","phone":"\#(String(repeating: "1", count: 9_000))"}"#
        let headers = [(name: "ce-specversion", value: "1.0"), ("ce-id", "1"), ("ce-source", "s")]
        #expect(refusal(request(body, headers))?.pointer == "/phone")
    }

    @Test func `a CloudEvent in headers whose id lost its bytes on the way is refused`() {
        let headers = [(name: "ce-specversion", value: "1.0"), ("ce-id", "\u{fffd}"), ("ce-source", "s")]
        #expect(
            refusal(request(#"{"action":"INS"}"#, headers))?.detail
                == "the CloudEvent's id is not UTF-8 in its header")
    }

    @Test func `more than a thousand elements are refused`() {
        let many = "[" + String(repeating: #"{"action":"INS"},"#, count: 1_000) + #"{"action":"INS"}]"#
        #expect(refusal(request(many))?.detail == "the array has more than 1000 elements")
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
    func `a content type that is not JSON is refused as such`(type: String) {
        #expect(refusal(request(#"{"action":"INS"}"#, type: type))?.isUnsupportedType == true)
    }

    @Test func `a content encoding that nobody took off is refused`() {
        #expect(refusal(request("{}", [("content-encoding", "br")]))?.isUnsupportedType == true)
        #expect(refusal(request("{}", [("content-encoding", "gzip")]))?.isUnsupportedType == false)
    }

    @Test func `a key is the identity of an event that has none of its own`() throws {
        let events = try read(request(#"[{"action":"INS"},{"action":"INS","id":"7"}]"#)).events
        let keyed = events.enumerated().map {
            $1.keyed(by: "k", scope: "key:site", index: $0, bodyDigest: [1, 2])
        }
        #expect(keyed[0].identity == .own(scope: "idempotency/key:site", "k#0"))
        #expect(keyed[0].content == events[0].content + [1, 2])
        #expect(keyed[0].id == nil)
        #expect(keyed[1].identity == .id(scope: "", "7"))
        #expect(keyed[1].content == events[1].content)
    }

    @Test func `the same key with another body is a conflict, and with the same a duplicate`() async throws {
        let ledger = MemoryLedger()
        let event = try #require(try read(request(#"{"action":"INS"}"#)).events.first)
        let first = event.keyed(by: "k", scope: "a", index: 0, bodyDigest: [1])
        #expect(await ledger.append([first])[0].receipt?.seq == 1)
        #expect(
            await ledger.append([first])[0]
                == .duplicate(Receipt(seq: 1, id: EventID("1"), subject: 0, recordedAt: Instant(micros: 1))))
        #expect(
            await ledger.append([event.keyed(by: "k", scope: "a", index: 0, bodyDigest: [2])])[0] == .conflict(seq: 1))
        #expect(await ledger.append([event.keyed(by: "k", scope: "b", index: 0, bodyDigest: [2])])[0].receipt?.seq == 2)
    }
}

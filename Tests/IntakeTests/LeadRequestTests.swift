import Intake
import Leads
import Ledger
import OrderedJSON
import Testing

@Suite struct LeadRequestTests {
    private static let contact = #""UserDetails":{"FirstName":"Ada","Email":"ada@example.com"}"#

    @Test func `every published payload is a lead, in either case of its keys, but the one that is blank`() throws {
        let payloads = try #require(try JSON.parse(golden("marketplace-payloads.json"))["payloads"]?.array)
        #expect(payloads.count == 4)
        for payload in payloads {
            let body = try #require(payload["body"])
            let asWritten = leads(request(body.text))
            let otherCase = leads(request(Self.flipped(body).text))
            #expect(asWritten.count == 1)
            #expect(otherCase.map(\.content) == asWritten.map(\.content) || asWritten[0].type == .intakeQuarantined)
            let isBlank = payload["name"]?.string == "wire-2019-12-camelCase"
            #expect((asWritten[0].reason != nil) == isBlank)
            #expect((otherCase[0].reason != nil) == isBlank)
            if isBlank { continue }
            let action = try #require(asWritten[0].recorded)
            #expect(action.contact.email == body["UserDetails"]?["Email"]?.string)
            #expect(action.contact.title == body["UserDetails"]?["Title"]?.string)
            #expect(action.offerTitle == body["OfferTitle"]?.string)
            #expect(action.description == body["Description"]?.string)
            #expect(action.offer?.text == "contoso.app")
            #expect(asWritten[0].actor == "endpoint:contoso")
            #expect(asWritten[0].identity == .window(scope: "endpoint:contoso", 15 * .minute))
            #expect(asWritten[0].occurredAt == nil)
            #expect(asWritten[0].flags.contains(.test) == body.text.contains("MSFT_TEST"))
        }
    }

    /// The same with the first letter of each key in the other case.
    private static func flipped(_ value: JSON) -> JSON {
        guard case .object(let members) = value else { return value }
        return .object(
            members.map { member in
                let first = member.name.prefix(1)
                let other = first == first.uppercased() ? first.lowercased() : first.uppercased()
                return JSON.Member(other + member.name.dropFirst(), flipped(member.value))
            })
    }

    @Test func `the request is kept with the lead, and unknown keys are`() throws {
        let arrived = request(#"{"ActionCode":"INS","Campaign":"x",\#(Self.contact)}"#)
        let event = try #require(leads(arrived).first)
        #expect(event.body == arrived.kept)
        #expect(event.recorded?.other == [.init(name: "Campaign", value: "x")])
    }

    @Test func `an offer of the payload's own counts, and the time it says`() throws {
        let event = try #require(
            leads(request(#"{"LeadSource":"SPZA-PLT|a.b","occurredAt":"2020-01-02",\#(Self.contact)}"#)).first)
        #expect(event.offer == "a.b")
        #expect(event.action == "PLT")
        #expect(event.occurredAt == Instant("2020-01-02"))
    }

    @Test func `a web form is a lead, and every value of a name that comes twice is kept`() throws {
        let golden = try JSON.parse(golden("marketplace-payloads.json"))
        let pairs = try #require(golden["formPairs"]?.array).compactMap(\.array)
        let body = pairs.map { $0.map { Self.formEncoded($0.string ?? "") }.joined(separator: "=") }
        let type = "application/x-www-form-urlencoded; charset=UTF-8"
        let event = try #require(leads(request(body.joined(separator: "&"), type: type)).first)
        let action = try #require(event.recorded)
        #expect(action.contact.email == "MSFT_TEST_636573304831318844@test.com")
        #expect(action.contact.firstName == "MSFT_TEST_636573304831318844")
        #expect(action.offer?.text == "<Offer Name>")
        #expect(action.other.filter { $0.name == "encoding" }.map(\.value) == ["UTF-8", "UTF-8"])
        #expect(action.other.first { $0.name == "oid" }?.value == "00Do0000000ZHog")
        #expect(event.flags.contains(.test))
    }

    private static func formEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x20: "+"
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }

    @Test func `a form's characters are what they stand for`() throws {
        let event = try #require(
            leads(
                request(
                    "email=a%2Bb%40c.de&first_name=J%C3%BCrgen+X&&last_name=", type: "application/x-www-form-urlencoded"
                )
            )
            .first)
        #expect(event.recorded?.contact.email == "a+b@c.de")
        #expect(event.recorded?.contact.firstName == "Jürgen X")
        #expect(event.recorded?.contact.lastName == nil)
    }

    @Test func `JSON that a client calls a form is JSON`() {
        let event = leads(request("  {\(Self.contact)}", type: "application/x-www-form-urlencoded")).first
        #expect(event?.recorded?.contact.firstName == "Ada")
    }

    @Test(arguments: [nil, "", "text/plain", "application/octet-stream", "application/json;charset=utf-8", "x"])
    func `any other content type is read as JSON`(type: String?) {
        #expect(leads(request("\u{feff}{\(Self.contact)}", type: type)).first?.type == .actionRecorded)
    }

    @Test func `a CloudEvent says the same in each of its modes`() throws {
        let data = #"{"ActionCode":"INS",\#(Self.contact)}"#
        let envelope = """
            "specversion":"1.0","id":"7","source":"/crm/€ x","type":"t","time":"2020-01-02T03:04:05Z"
            """
        let structured = leads(request("{\(envelope),\"data\":\(data)}", type: "application/cloudevents+json"))
        let batch = leads(request("[{\(envelope),\"data\":\(data)}]", type: "application/cloudevents-batch+json"))
        let binary = leads(
            request(
                data, type: "application/json",
                [
                    ("ce-specversion", "1.0"), ("ce-id", "7"), ("ce-source", "/crm/%E2%82%AC%20x"), ("ce-type", "t"),
                    ("ce-time", "2020-01-02T03:04:05Z"),
                ]))
        for events in [structured, batch, binary] {
            #expect(events.map(\.identity) == [.id(scope: "/crm/€ x", "7")])
            #expect(events.map(\.content) == structured.map(\.content))
            #expect(events.first?.occurredAt == Instant("2020-01-02T03:04:05Z"))
            #expect(events.first?.recorded?.contact.email == "ada@example.com")
        }
    }

    @Test(arguments: [
        ("a%20b", "a b"), ("a%2fb", "a/b"), ("100%", "100%"), ("%zz", "%zz"), ("%2541", "%41"),
        ("\"a\\\"b%20\"", "a\"b "),
        ("%F0%9F%98%80", "😀"),
    ])
    func `an attribute in a header is decoded once`(header: String, id: String) {
        let headers = [(name: "ce-specversion", value: "1.0"), ("ce-id", header), ("ce-source", "s")]
        let events = leads(request("{\(Self.contact)}", headers))
        #expect(events.map(\.identity) == [.id(scope: "s", id)])
    }

    @Test func `an attribute in a header that is not UTF-8 puts the request into quarantine`() {
        let headers = [(name: "ce-specversion", value: "1.0"), ("ce-id", "%C0%A0"), ("ce-source", "s")]
        #expect(leads(request("{\(Self.contact)}", headers)).map(\.reason) == ["the CloudEvent's id is not UTF-8"])
    }

    @Test(arguments: ["ce-id", "ce-source"])
    func `CloudEvents whose names lost their bytes on the way are not taken for one another`(lost: String) async {
        let ledger = MemoryLedger()
        var headers: [(name: String, value: String)] = [
            ("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "s"),
        ]
        for index in headers.indices where headers[index].name == lost { headers[index].value = "caf\u{fffd}" }
        let events = (0..<3).flatMap { _ in leads(request("{\(Self.contact)}", headers)) }
        let reason = "the CloudEvent's \(lost.dropFirst(3)) is not UTF-8 in its header"
        #expect(events.map(\.reason) == [reason, reason, reason])
        #expect(events.map(\.identity) == [.none, .none, .none])
        // The character itself, encoded as it must be, is a name like any other; elsewhere it names nothing.
        for index in headers.indices where headers[index].name == lost { headers[index].value = "caf%EF%BF%BD" }
        let named = leads(request("{\(Self.contact)}", headers + [(name: "ce-note", value: "caf\u{fffd}")]))
        #expect(named.map(\.type) == [.actionRecorded])
        #expect(await ledger.append(named)[0].receipt?.seq == 1)
    }

    @Test func `refused CloudEvents in headers are the same only with the same attributes`() {
        func content(_ id: String, _ others: [(name: String, value: String)] = [], body: String = "{") -> [UInt8]? {
            let names = [(name: "ce-id", value: id), ("ce-specversion", "1.0"), ("ce-source", "s")]
            return leads(request(body, names + others)).first?.content
        }
        #expect(content("1") != nil)
        #expect(content("1") == content("1", [("date", "1")]))
        #expect(content("1") != content("2"))
        #expect(content("1") != content("1", [("ce-subject", "x")]))
        #expect(content("1") != content("1", body: "["))
        #expect(content("1", [("ce-a", "1"), ("ce-b", "2")]) == content("1", [("ce-b", "2"), ("ce-a", "1")]))
        #expect(leads(request("{", [("ce-id", "1")])).first?.content == leads(request("{")).first?.content)
    }

    @Test func `each element of an array is an event of its own, kept with its own bytes`() throws {
        let elements = [#"{"Email":"a@b.c", "ActionCode":"INS"}"#, #" {"x":[1,"]\"},"]}"#, "7", "[]", "{}"]
        let arrived = request("\u{feff} [" + elements.joined(separator: " , ") + " ]\n")
        let events = leads(arrived)
        #expect(events.map(\.type) == [.actionRecorded] + Array(repeating: .intakeQuarantined, count: 4))
        for (event, element) in zip(events, elements) {
            let kept = try #require(event.body.flatMap { ArrivedRequest(kept: $0) })
            #expect(String(decoding: kept.body, as: UTF8.self) == element.trimmed)
            #expect(kept.headers.map(\.name) == arrived.headers.map(\.name))
        }
        #expect(Set(events.map(\.content)).count == 5)
    }

    @Test func `an array that is empty, or has too many elements, is quarantined whole`() {
        #expect(leads(request("[]")).map(\.reason) == ["the array is empty"])
        let many = "[" + String(repeating: "{},", count: 1_000) + "{}]"
        #expect(leads(request(many)).map(\.reason) == ["the array has more than 1000 elements"])
    }

    @Test func `equal bytes in quarantine are the same arrival whatever their headers`() {
        let first = leads(request("{", [("date", "1")])).first
        let second = leads(request("{", [("date", "2")])).first
        #expect(first?.content == second?.content)
        #expect(first?.identity == .window(scope: "endpoint:contoso", 15 * .minute))
        #expect(first?.body != second?.body)
        #expect(first?.offer == "contoso.app")
    }

    @Test func `an id that was recorded with other content is kept in quarantine`() throws {
        let body = #"{"specversion":"1.0","id":"7","source":"s","data":{\#(Self.contact)}}"#
        let arrived = request(body)
        let event = try #require(leads(arrived).first)
        let kept = NewEvent.quarantinedConflict(
            of: event, request: arrived, conflictsWith: 12, scope: "endpoint:contoso", window: .minute)
        #expect(kept.reason == "the same id was recorded before with other content (seq 12)")
        #expect(kept.body == arrived.kept)
        #expect(kept.identity == .window(scope: "endpoint:contoso", .minute))
        #expect(kept.offer == "contoso.app")
    }
}

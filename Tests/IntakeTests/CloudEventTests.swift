import Intake
import Leads
import Ledger
import Testing

@Suite struct CloudEventTests {
    private func event(_ rest: String) -> ActionReading {
        read(#"{"specversion":"1.0","type":"lead","id":"7","source":"/shop"\#(rest)}"#)
    }

    @Test func `source and id name the event, and its data is the action`() throws {
        let reading = event(
            #","time":"2020-02-02T00:00:00Z","data":{"LeadSource":"AzurePortal","actionCode":"Create"}"#)
        guard case .action(let action, let identity) = reading else { throw NotAnAction(reading: "\(reading)") }
        #expect(identity == .id(scope: "/shop", "7"))
        #expect(action.id == "7")
        #expect(action.source == .azurePortal)
        #expect(action.action == .create)
        #expect(action.occurredAt == Instant("2020-02-02T00:00:00Z"))
    }

    @Test func `the time of the data comes before the time of the envelope`() throws {
        let action = try action(event(#","time":"x","data":{"action":"INS","at":"2018-01-01","id":"inner"}"#))
        #expect(action.occurredAt == Instant("2018-01-01"))
        #expect(action.other == [.init(name: "id", value: "inner")])
        #expect(event(#","time":"x","data":{"action":"INS"}"#).error == .unreadableTime(field: "time"))
    }

    @Test func `data may come in base 64 or as text`() throws {
        // {"email":"a@b.c"}
        #expect(try action(event(#","data_base64":"eyJlbWFpbCI6ImFAYi5jIn0=""#)).contact.email == "a@b.c")
        #expect(try action(event(#","data":"{\"email\":\"a@b.c\"}""#)).contact.email == "a@b.c")
        for data in [#""data_base64":"eyJ=x""#, #""data_base64":7"#, #""data":[1]"#, #""data":"text""#] {
            #expect(event("," + data).error == .cloudEventData)
        }
    }

    @Test func `an event without data is quarantined under its identity`() throws {
        for data in ["", #","data":null"#, #","data":{}"#] {
            guard case .quarantine(_, let identity) = event(data) else { return #expect(Bool(false)) }
            #expect(identity == .id(scope: "/shop", "7"))
        }
    }

    @Test func `an envelope without its attributes is refused`() {
        #expect(read(#"{"specversion":"0.3","id":"7","source":"/s"}"#).error == .cloudEventVersion)
        #expect(read(#"{"specversion":"1.0","source":"/s"}"#).error == .cloudEventWithout(attribute: "id"))
        #expect(read(#"{"specversion":"1.0","id":"7"}"#).error == .cloudEventWithout(attribute: "source"))
        var objects = ActionObjects()
        #expect(objects.read(Array(#"{"action":"INS"}"#.utf8), requiresCloudEvent: true).error == .notCloudEvent)
    }
}

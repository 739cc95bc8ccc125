import Intake
import Leads
import Ledger
import Testing

/// A request that is no lead, and why.
struct Unreadable: Sendable, CustomTestStringConvertible {
    let body: [UInt8]
    let type: String
    let headers: [String: String]
    let reason: String

    init(
        _ body: String, type: String = "application/json", headers: [String: String] = [:], _ reason: String
    ) {
        self.init(Array(body.utf8), type: type, headers: headers, reason)
    }

    init(_ body: [UInt8], type: String = "application/json", headers: [String: String] = [:], _ reason: String) {
        (self.body, self.type, self.headers, self.reason) = (body, type, headers, reason)
    }

    var testDescription: String { reason }

    private static let form = "application/x-www-form-urlencoded"
    private static let cloudEvent = "application/cloudevents+json"
    private static let long = String(repeating: "s3cret", count: 2_000)

    static let all = [
        Unreadable("", "the body is not JSON: the text ends where a value is expected at byte 0"),
        Unreadable("{\"s3cret\"", "the body is not JSON: a colon is expected at byte 9"),
        Unreadable("s3cret", "the body is not JSON: a value is expected at byte 0"),
        Unreadable("\"s3cret\"", "the body is not a JSON object"),
        Unreadable("null", "the body is not a JSON object"),
        Unreadable([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], "the body is not UTF-8"),
        Unreadable("{}", "no known field is filled in"),
        Unreadable(#"{"s3cret":"s3cret"}"#, "no known field is filled in"),
        Unreadable(#"{"ActionCode":"INS","OfferTitle":"s3cret"}"#, "no contact field is filled in"),
        Unreadable(
            "{\"ActionCode\":\"INS\",\"UserDetails\":{\"Email\":\" \\u200b\\u00a0\",\"Phone\":\"\\u0000\"}}",
            "no contact field is filled in"),
        Unreadable(#"{"Email":"a@b.c","Phone":"\#(long)"}"#, "field Phone is longer than 8192 bytes"),
        Unreadable(#"{"Email":"a@b.c","ActionCode":"\#(long)"}"#, "field ActionCode is longer than 8192 bytes"),
        Unreadable(#"{"Email":"a@b.c","time":"s3cret"}"#, "field time is not a time in RFC 3339"),
        Unreadable("email=%s3cret", type: form, "the form cannot be decoded"),
        Unreadable("email=%", type: form, "the form cannot be decoded"),
        Unreadable("email=%FFs3cret", type: form, "the body is not UTF-8"),
        Unreadable("", type: form, "no known field is filled in"),
        Unreadable("s3cret", type: form, "no known field is filled in"),
        Unreadable("{}", type: cloudEvent, "the body is not a CloudEvent: it has no specversion"),
        Unreadable(#"{"specversion":"0.3"}"#, type: cloudEvent, "the CloudEvent's specversion is not 1.0"),
        Unreadable(#"{"specversion":"1.0","source":"s"}"#, type: cloudEvent, "the CloudEvent has no id"),
        Unreadable(#"{"specversion":"1.0","id":"s3cret"}"#, type: cloudEvent, "the CloudEvent has no source"),
        Unreadable(#"{"specversion":"1.0","id":"1","source":"s"}"#, type: cloudEvent, "the CloudEvent has no data"),
        Unreadable(
            #"{"specversion":"1.0","id":"1","source":"s","data":"s3cret"}"#, type: cloudEvent,
            "the CloudEvent's data is not a JSON object"),
        Unreadable("", headers: ["ce-specversion": "1.0", "ce-id": "1"], "the CloudEvent has no source"),
        Unreadable(
            "", headers: ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "s"], "the CloudEvent has no data"),
        Unreadable("s3cret", headers: ["content-encoding": "br"], "the body's content encoding cannot be read"),
    ]
}

@Suite struct QuarantineReasonTests {
    @Test(arguments: Unreadable.all)
    func `what is no lead is quarantined with a reason that shows nothing of it`(sample: Unreadable) throws {
        let headers = sample.headers.map { (name: $0.key, value: $0.value) } + [("content-type", sample.type)]
        let arrived = ArrivedRequest(method: "POST", path: "/in/x", headers: headers, body: sample.body)
        let events = leads(arrived)
        #expect(events.map(\.reason) == [sample.reason])
        #expect(events.first?.body == arrived.kept)
        #expect(events.first?.contact == nil)
        let shown = String(decoding: events.first?.detail ?? [], as: UTF8.self)
        #expect(!shown.contains("s3cret"))
    }
}

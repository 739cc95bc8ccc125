import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

/// The form of Web-to-Lead, and what its answers mean.
struct SalesforceWebRequestTests {
    static func request(_ outgoing: Outgoing, _ set: [String] = []) throws -> HTTPRequestBytes {
        let form = SalesforceWebForm(try SalesforceSamples.webSettings(set))
        return try #require(form.request(form.record(outgoing).record))
    }

    static func fields(_ outgoing: Outgoing, _ set: [String] = []) throws -> [String: String] {
        let text = String(decoding: try request(outgoing, set).body, as: UTF8.self)
        let pairs = try #require(PercentEncoding.parameters(of: text))
        return Dictionary(pairs.map { ($0.name, $0.value) }) { first, _ in first }
    }

    @Test func `a lead is a form`() throws {
        let request = try Self.request(Samples.outgoing(), ["map.summary=", "map.description=description"])
        #expect(request.method == "POST")
        #expect(
            request.url.description
                == "https://webto.salesforce.com/servlet/servlet.WebToLead?encoding=UTF-8&orgId=00DA0000006Vm9r")
        #expect(request.headers.first { $0.name == "content-type" }?.value == "application/x-www-form-urlencoded")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "oid=00DA0000006Vm9r&email=ada%40example.com&first_name=Ada&last_name=ada"
                + "&company=Zo%C3%AB%20%26%20%22Co%22&description=line%201%0Aline%202&lead_source=SPZA")
    }

    @Test func `fields of an org's own, a campaign and opt-outs`() throws {
        let set = [
            "map.lead=00NA0000006Vm9r", "campaign=701A0000006Vm9r", "constant.00NA0000006Vm9s=boolean:true",
            "constant.rating=number:3", "organization=00DA0000006Vm9rMAC",
        ]
        let fields = try Self.fields(Samples.outgoing(isContactable: false), set)
        #expect(fields["00NA0000006Vm9r"] == "lead_2" && fields["Campaign_ID"] == "701A0000006Vm9r")
        #expect(fields["emailOptOut"] == "1" && fields["doNotCall"] == "1")
        #expect(fields["00NA0000006Vm9s"] == "1" && fields["rating"] == "3" && fields["oid"] == "00DA0000006Vm9r")
        #expect(fields["retURL"] == nil && fields["debug"] == nil)
        let contactable = try Self.fields(Samples.outgoing(), set)
        #expect(contactable["emailOptOut"] == nil && contactable["doNotCall"] == nil)
    }

    @Test func `what a form cannot hold is cut, and told`() throws {
        let form = SalesforceWebForm(try SalesforceSamples.webSettings())
        let title = String(repeating: "t", count: 60)
        let (record, adjusted) = form.record(SalesforceSamples.outgoing(title: title))
        #expect(record["title"]?.string?.count == 40 && adjusted.contains("title cut to 40"))
    }

    @Test(
        arguments: [
            (200, nil, Outcome.delivered), (200, "true", .delivered), (302, "true", .delivered), (302, nil, .config),
            (200, "true Exception:common.exception.SalesforceGenericException", .rejected),
            (200, "EXCEPTION", .rejected), (302, "Exception:x", .rejected), (500, "true exception", .rejected),
            (400, nil, .rejected), (413, nil, .rejected), (429, nil, .throttled), (408, nil, .retry),
            (503, nil, .retry),
            (500, nil, .ambiguous), (502, nil, .ambiguous), (504, nil, .ambiguous), (403, nil, .config),
            (404, nil, .config), (415, nil, .config),
        ] as [(Int, String?, Outcome)])
    func `an answer means`(status: Int, processed: String?, outcome: Outcome) async throws {
        let header = processed.map { "Is-Processed: \($0)\r\n" } ?? ""
        let answer = "HTTP/1.1 \(status) X\r\n\(header)content-length: 0\r\n\r\n"
        try await withRawServer(answer: answer, closes: false) { server in
            let destination = SalesforceWebDestination(
                settings: try SalesforceSamples.webSettings([
                    "base-url=http://127.0.0.1:\(server.port)", "allow-private=true",
                ]))
            let attempts = await destination.send([destination.prepare(Samples.outgoing())], now: Samples.now)
            await destination.shutdown()
            let attempt = try #require(attempts.attempts.first)
            #expect(attempt.outcome == outcome && attempt.status == status && attempt.remoteID == nil)
            #expect((attempt.reason == SalesforceWebOutcome.accepted) == (outcome == .delivered))
            #expect(try JSON.parse(attempt.exchange)["request"]?["body"]?.string?.contains("oid=") == true)
        }
    }
}

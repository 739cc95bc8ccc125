import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

struct HTTPSPayloadTests {
    private func destination(_ set: String...) throws -> HTTPSDestination {
        try HTTPSDestination(
            settings: Samples.settings(
                ["url=https://example.com/hook"] + set, secret: ["signing-secret=env:KEY"]),
            secrets: SecretReader { _ in Samples.secret })
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `marketplace JSON has the marketplace's keys in one order`() throws {
        let request = try destination().request(Samples.outgoing(), now: Samples.now)
        #expect(
            text(request.body)
                == #"{"UserDetails":{"FirstName":"Ada","LastName":"","Email":"ada@example.com","Phone":"","#
                + #""Country":"","Company":"Zoë & \"Co\"","Title":""},"LeadSource":"SPZA","ActionCode":"PLT","#
                + #""OfferTitle":"Open edX","Description":"line 1\nline 2"}"#)
        #expect(request.method == "POST")
        #expect(request.headers.first { $0.name == "content-type" }?.value == "application/json")
    }

    @Test func `the offer stands in for a missing title, and empty texts for all else`() throws {
        var outgoing = Samples.outgoing()
        outgoing.action = MarketplaceAction(offer: Offer("a.b"), offerTitle: " ")
        #expect(
            text(try destination().request(outgoing, now: Samples.now).body)
                == #"{"UserDetails":{"FirstName":"","LastName":"","Email":"","Phone":"","Country":"","Company":"","#
                + #""Title":""},"LeadSource":"","ActionCode":"","OfferTitle":"a.b","Description":""}"#)
    }

    @Test func `a CloudEvent says what changed and where the lead stands`() throws {
        let request = try destination("format=cloudevents").request(Samples.outgoing(), now: Samples.now)
        #expect(
            text(request.body)
                == #"{"specversion":"1.0","id":"dlv_1_7_921bc24c8884","source":"/ledgers/L1","#
                + #""type":"io.leadledger.LeadChanged.v1","#
                + #""subject":"cus_3","time":"2026-01-01T00:00:00Z","datacontenttype":"application/json","seq":7,"#
                + #""data":{"id":"row-9","source":"SPZA","action":"PLT","offer":"bitnami.openedxcypress","#
                + #""offerTitle":"Open edX","occurredAt":"2026-01-01T00:00:00Z","email":"ada@example.com","#
                + #""firstName":"Ada","company":"Zoë & \"Co\"","description":"line 1\nline 2","lead":"lead_2","#
                + #""stage":"active","contactable":true}}"#)
        #expect(request.headers.first { $0.name == "content-type" }?.value == "application/cloudevents+json")
    }

    @Test func `each action of its own is another type of event`() throws {
        let request = try destination("format=cloudevents", "mode=every-action")
            .request(Samples.outgoing(), now: Samples.now)
        #expect(try JSON.parse(request.body)["type"]?.string == "io.leadledger.ActionRecorded.v1")
    }

    @Test func `a customer who must not be contacted is marked so`() throws {
        let outgoing = Samples.outgoing(isContactable: false)
        let marketplace = try JSON.parse(destination("dnc=flag").request(outgoing, now: Samples.now).body)
        #expect(marketplace["ActionCode"]?.string == "DNC")
        let event = try JSON.parse(
            destination("dnc=flag", "format=cloudevents").request(outgoing, now: Samples.now).body)
        #expect(event["data"]?["contactable"]?.bool == false)
    }

    @Test func `the id holds over attempts and changes with the version, the signature with the time`() throws {
        let destination = try destination()
        func header(_ name: String, version: Int64, attempt: Int, after: Span) -> String? {
            var outgoing = Samples.outgoing(version: version)
            outgoing.attempt = attempt
            return destination.request(outgoing, now: Samples.now + after).headers.first { $0.name == name }?.value
        }
        #expect(header("webhook-id", version: 7, attempt: 1, after: 0 * .second) == "dlv_1_7_26fb0f4cbb10")
        #expect(header("webhook-id", version: 7, attempt: 2, after: .hour) == "dlv_1_7_26fb0f4cbb10")
        #expect(header("webhook-id", version: 8, attempt: 1, after: .hour) == "dlv_1_8_26fb0f4cbb10")
        #expect(header("webhook-timestamp", version: 7, attempt: 1, after: 0 * .second) == "1767323045")
        #expect(header("webhook-timestamp", version: 7, attempt: 2, after: .hour) == "1767326645")
        #expect(
            header("webhook-signature", version: 7, attempt: 1, after: 0 * .second)
                != header("webhook-signature", version: 7, attempt: 2, after: .hour))
    }

    @Test func `an id never stands for two contents, also when one version is told anew`() throws {
        for format in ["format=marketplace", "format=cloudevents"] {
            let destination = try destination(format)
            var later = Samples.outgoing()
            later.action.contact.phone = "16175550000"
            let ids = [Samples.outgoing(), later].map { outgoing in
                destination.request(outgoing, now: Samples.now).headers.first { $0.name == "webhook-id" }?.value
            }
            #expect(ids[0] != ids[1])
        }
    }

    @Test func `without a secret there is an id and no signature`() throws {
        let destination = try HTTPSDestination(settings: Samples.settings(["url=https://example.com"]))
        let names = destination.request(Samples.outgoing(), now: Samples.now).headers.map(\.name)
        #expect(names == ["content-type", "user-agent", "webhook-id", "webhook-timestamp"])
    }

    @Test(arguments: ["format=marketplace", "format=cloudevents"])
    func `versions that tell the same have the same digest`(format: String) throws {
        let destination = try destination(format)
        var same = Samples.outgoing(version: 8)
        same.action.id = "row-10"
        same.occurredAt = Samples.now
        #expect(destination.payloadDigest(same) == destination.payloadDigest(Samples.outgoing()))
        #expect(
            destination.payloadDigest(Samples.outgoing(email: "eve@example.com"))
                != destination.payloadDigest(Samples.outgoing()))
        #expect(
            destination.payloadDigest(Samples.outgoing(isContactable: false))
                != destination.payloadDigest(Samples.outgoing()))
        #expect(destination.payloadDigest(same).count == 32)
    }
}

import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

extension Samples {
    /// An account of HubSpot on loopback.
    static func hubspot(
        port: Int = 9, path: String = "", set: [String] = [], token: String = "pat-eu1-token"
    ) throws -> HubSpotDestination {
        try HubSpotDestination(
            settings: DestinationSettings(
                name: "crm", kind: "hubspot",
                set: ["base-url=http://127.0.0.1:\(port)\(path)", "allow-private=true"] + set,
                secret: ["access-token=env:HUBSPOT"]),
            secrets: SecretReader { $0 == "HUBSPOT" ? token : nil })
    }
}

struct HubSpotRequestTests {
    @Test func `contacts are upserted by email in lower case`() throws {
        let destination = try Samples.hubspot(path: "/")
        #expect(destination.batchLimit == 100)
        let prepared = destination.prepare(Samples.outgoing(email: " Ada@Example.com"))
        #expect(prepared.key == "ada@example.com" && prepared.refusal == nil)
        let request = destination.request([prepared])
        #expect(request.url.description == "http://127.0.0.1:9/crm/v3/objects/contacts/batch/upsert")
        #expect(
            request.headers == [
                .init("authorization", "Bearer pat-eu1-token"), .init("accept", "application/json"),
                .init("user-agent", "leadledger"), .init("content-type", "application/json"),
            ])
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"inputs":[{"idProperty":"email","id":"ada@example.com","properties":{"#
                + #""email":"ada@example.com","firstname":"Ada","company":"Zoë & \"Co\""},"#
                + #""objectWriteTraceId":"lead_2"}]}"#)
    }

    @Test func `contacts are upserted by a unique property, which takes the lead`() throws {
        let destination = try Samples.hubspot(set: ["id-property=leadledger_id"])
        let prepared = destination.prepare(Samples.outgoing(email: nil))
        #expect(prepared.key == "lead_2" && prepared.refusal == nil)
        #expect(
            String(decoding: destination.request([prepared]).body, as: UTF8.self)
                == #"{"inputs":[{"idProperty":"leadledger_id","id":"lead_2","properties":{"#
                + #""leadledger_id":"lead_2","firstname":"Ada","company":"Zoë & \"Co\""},"#
                + #""objectWriteTraceId":"lead_2"}]}"#)
    }

    @Test func `a lead without an email is refused where contacts are known by it`() throws {
        #expect(try Samples.hubspot().prepare(Samples.outgoing(email: nil)).refusal == "has no email")
    }

    @Test func `all values are texts, and an opt-out is only ever set`() throws {
        let destination = try Samples.hubspot(
            set: [
                "dnc=flag", "map.doNotContact=no_contact", "constant.score=number:8", "constant.is_lead=boolean:true",
            ])
        let record = destination.prepare(Samples.outgoing(isContactable: false)).record
        #expect(record["no_contact"] == .string("true"))
        #expect(record["score"] == .string("8") && record["is_lead"] == .string("true"))
        #expect(destination.prepare(Samples.outgoing()).record["no_contact"] == nil)
        #expect(try Samples.hubspot().prepare(Samples.outgoing(isContactable: false)).record["email"] != nil)
    }

    @Test func `a text is cut to what a property takes`() throws {
        let destination = try Samples.hubspot(set: ["map.description=message"])
        var outgoing = Samples.outgoing()
        outgoing.action.description = String(repeating: "é", count: 70_000)
        let prepared = destination.prepare(outgoing)
        #expect(prepared.adjusted == ["description cut to 65536"])
        #expect(prepared.record["message"]?.string?.count == 65_536)
    }

    @Test func `no description of a destination shows its token`() throws {
        let destination = try Samples.hubspot()
        var dumped = ""
        dump(destination, to: &dumped)
        #expect(!"\(destination)\(String(reflecting: destination))\(dumped)".contains("pat-eu1"))
    }
}

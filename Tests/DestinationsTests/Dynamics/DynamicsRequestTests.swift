import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

struct DynamicsRequestTests {
    private func request(_ set: [String] = [], _ outgoing: Outgoing = DynamicsSamples.outgoing()) throws
        -> HTTPRequestBytes
    {
        let destination = try DynamicsSamples.destination(set)
        return destination.request(destination.prepare(outgoing), token: "t0")
    }

    private func header(_ request: HTTPRequestBytes, _ name: String) -> String? {
        request.headers.first { $0.name == name }?.value
    }

    private func text(_ request: HTTPRequestBytes) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test func `GUIDs of names are those that RFC 9562 makes`() {
        // Appendix A.4 of the RFC.
        #expect(
            NamedGUID.text(of: "www.example.com", in: "6ba7b810-9dad-11d1-80b4-00c04fd430c8")
                == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func `the namespace and what is made in it never change`() {
        #expect(NamedGUID.namespace == "bce7417a-9bdf-417e-8b8b-06c17bccec2a")
        #expect(NamedGUID.text(of: "lead_0123456789abc") == "4f67e3f7-6f88-532d-8bce-78f87b4e1275")
        #expect(NamedGUID.text(of: "dlv_2/7") == "1bdd2aa5-4e2b-5532-a377-f5671ee80517")
    }

    @Test func `a lead is written at its own id, and its body has every usual column`() throws {
        let request = try request()
        #expect(request.method == "PATCH")
        #expect(
            request.url.description == "https://contoso.crm4.dynamics.com/api/data/v9.2/leads("
                + "\(NamedGUID.text(of: "lead_2")))?$select=leadid")
        #expect(
            text(request)
                == #"{"emailaddress1":"ada@example.com","firstname":"Ada","lastname":"O'Neil","#
                + #""telephone1":"+44 20 7946 0000","address1_country":"GB","companyname":"Zoë & \"Co\"","#
                + #""jobtitle":"CTO","subject":"Open edX","description":"line 1\nline 2\nSource: SPZA\nAction: PLT\n"#
                + #"Offer: bitnami.openedxcypress\nStage: active\nLead: lead_2"}"#)
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "content-type: application/json; charset=utf-8", "accept: application/json", "odata-maxversion: 4.0",
                "odata-version: 4.0", "user-agent: leadledger", "authorization: Bearer t0",
                "prefer: return=representation", "x-ms-client-request-id: 1bdd2aa5-4e2b-5532-a377-f5671ee80517",
            ])
    }

    @Test func `a lead is written by an alternate key, which its body leaves out`() throws {
        let set = ["external-id=xyz_leadid", "map.lead=xyz_leadid,xyz_copy"]
        #expect(
            try request(set).url.description
                == "https://contoso.crm4.dynamics.com/api/data/v9.2/leads(xyz_leadid='lead_2')?$select=leadid")
        #expect(try text(request(set)).hasSuffix(#""xyz_copy":"lead_2"}"#))
        #expect(try !text(request(set)).contains("xyz_leadid"))
        let odd = try request(set, DynamicsSamples.outgoing(lead: "lead_a'b /é"))
        #expect(odd.url.target == "/api/data/v9.2/leads(xyz_leadid='lead_a%27%27b%20%2F%C3%A9')?$select=leadid")
    }

    @Test func `what stands behind the host of a pasted address does not count`() throws {
        for url in ["https://x.crm.dynamics.com/", "https://x.crm.dynamics.com/main.aspx?appid=1"] {
            #expect(
                try request(["url=\(url)"]).url.description.hasPrefix("https://x.crm.dynamics.com/api/data/v9.2/leads(")
            )
        }
    }

    @Test func `settings say what becomes of a lead that is there`() throws {
        #expect(try header(request(["existing=keep"]), "if-none-match") == "*")
        #expect(try header(request(), "if-none-match") == nil)
        #expect(try header(request(["duplicates=refuse"]), "mscrm.suppressduplicatedetection") == "false")
        #expect(try header(request(), "mscrm.suppressduplicatedetection") == nil)
    }

    @Test func `the request id holds over attempts and changes with the version`() throws {
        var again = DynamicsSamples.outgoing()
        again.attempt = 2
        let name = "x-ms-client-request-id"
        #expect(try header(request([], again), name) == header(request(), name))
        #expect(try header(request([], DynamicsSamples.outgoing(version: 8)), name) != header(request(), name))
    }

    @Test func `an opt-out is set in every way the table knows, and never taken back`() throws {
        let columns = ["donotemail", "donotbulkemail", "donotphone", "donotpostalmail", "donotfax", "donotsendmm"]
        let out = try JSON.parse(request([], DynamicsSamples.outgoing(isContactable: false)).body)
        #expect(columns.allSatisfy { out[$0]?.bool == true })
        #expect(try columns.allSatisfy { try !text(request()).contains($0) })
    }

    @Test func `what the table insists on is filled in, and that is recorded`() throws {
        var bare = DynamicsSamples.outgoing()
        bare.action = MarketplaceAction(contact: Contact(email: "ada@example.com"))
        let prepared = try DynamicsSamples.destination().prepare(bare)
        #expect(
            prepared.record["lastname"]?.string == "ada" && prepared.record["subject"]?.string == "Marketplace lead")
        #expect(prepared.adjusted == ["lastName filled in", "offerTitle filled in"])
        #expect(prepared.refusal == nil && prepared.key == "lead_2")
        bare.action = MarketplaceAction()
        #expect(try DynamicsSamples.destination().prepare(bare).record["lastname"]?.string == "[not provided]")
        let own = try DynamicsSamples.destination(["default.lastName=Unknown", "default.offerTitle=Trial"]).prepare(
            bare)
        #expect(own.record["lastname"]?.string == "Unknown" && own.record["subject"]?.string == "Trial")
    }

    @Test func `what is too long is cut to what the column takes`() throws {
        var long = DynamicsSamples.outgoing()
        long.action.contact.title = String(repeating: "é", count: 300)
        long.action.contact.phone = String(repeating: "1", count: 60)
        long.action.description = String(repeating: "x", count: 3_000)
        long.action.offerTitle = String(repeating: "t", count: 299) + "👩‍💻"
        let set = ["map.phone=mobilephone", "map.title=jobtitle,xyz_title"]
        let prepared = try DynamicsSamples.destination(set).prepare(long)
        #expect(prepared.record["jobtitle"]?.string?.utf16.count == 100)
        #expect(prepared.record["xyz_title"]?.string?.utf16.count == 100)
        #expect(prepared.record["mobilephone"]?.string?.utf16.count == 20)
        #expect(prepared.record["description"]?.string?.utf16.count == 2_000)
        #expect(prepared.record["subject"]?.string == String(repeating: "t", count: 299))
        #expect(
            prepared.adjusted == [
                "phone cut to 20", "title cut to 100", "title cut to 100", "offerTitle cut to 300",
                "summary cut to 2000",
            ])
    }

    @Test func `constants keep their type, and columns can be named or left out`() throws {
        let set = [
            "constant.leadsourcecode=number:8", "constant.xyz_flag=boolean:true", "constant.xyz_note=8",
            "map.action=xyz_action", "map.title=", "map.summary=", "map.description=description",
        ]
        let body = try JSON.parse(request(set).body)
        #expect(body["leadsourcecode"] == .number(8) && body["xyz_flag"] == .bool(true))
        #expect(body["xyz_note"] == .string("8") && body["xyz_action"] == .string("PLT"))
        #expect(body["jobtitle"] == nil && body["description"] == .string("line 1\nline 2"))
    }

    @Test func `versions that tell the same have the same digest`() throws {
        let destination = try DynamicsSamples.destination()
        let first = destination.prepare(DynamicsSamples.outgoing())
        #expect(first.digest == destination.prepare(DynamicsSamples.outgoing(version: 8)).digest)
        #expect(first.digest != destination.prepare(DynamicsSamples.outgoing(isContactable: false)).digest)
        #expect(first.digest.count == 32)
    }
}

import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

extension Samples {
    /// An instance of Marketo on loopback; the server id stands beside, as it does not matter there.
    static func marketo(
        port: Int = 9, path: String = "", set: [String] = [], secret: String = "s3cret&=",
        pause: @escaping @Sendable (Span) async -> Void = { _ in }
    ) throws -> MarketoDestination {
        try MarketoDestination(
            settings: DestinationSettings(
                name: "crm", kind: "marketo",
                set: ["base-url=http://127.0.0.1:\(port)\(path)", "allow-private=true", "client-id=client 1"] + set,
                secret: ["client-secret=env:MARKETO"]),
            secrets: SecretReader { $0 == "MARKETO" ? secret : nil }, pause: pause)
    }

    static func outgoing(lead number: Int, email: String?) -> Outgoing {
        var outgoing = outgoing(email: email)
        outgoing.lead = "lead_\(number)"
        return outgoing
    }
}

struct MarketoRequestTests {
    private func body(_ destination: MarketoDestination, _ outgoing: [Outgoing]) -> String {
        let request = destination.request(outgoing.map(destination.prepare), token: "t0k:int")
        return String(decoding: request.body, as: UTF8.self)
    }

    @Test func `leads are synced by email`() throws {
        let destination = try Samples.marketo(set: ["partition=EMEA"])
        #expect(destination.batchLimit == 300)
        let prepared = destination.prepare(Samples.outgoing(email: "Ada@Example.com"))
        #expect(prepared.key == "ada@example.com" && prepared.refusal == nil && prepared.adjusted.isEmpty)
        let request = destination.request([prepared], token: "t0k:int")
        #expect(request.method == "POST" && request.url.description == "http://127.0.0.1:9/rest/v1/leads.json")
        #expect(
            request.headers == [
                .init("authorization", "Bearer t0k:int"), .init("accept", "application/json"),
                .init("user-agent", "leadledger"), .init("content-type", "application/json"),
            ])
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"action":"createOrUpdate","lookupField":"email","partitionName":"EMEA","input":["#
                + #"{"email":"Ada@Example.com","firstName":"Ada","company":"Zoë & \"Co\"","#
                + #""leadSource":"SPZA-PLT | bitnami.openedxcypress"}]}"#)
    }

    @Test func `a form takes one lead, known by email whatever the lookup field`() throws {
        let destination = try Samples.marketo(set: ["through=form", "form-id=1029", "lookup-field=leadledgerId"])
        #expect(destination.batchLimit == 1)
        let prepared = destination.prepare(Samples.outgoing())
        #expect(prepared.key == "ada@example.com")
        let request = destination.request([prepared], token: "t")
        #expect(request.url.target == "/rest/v1/leads/submitForm.json")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"formId":1029,"input":[{"leadFormFields":{"email":"ada@example.com","firstName":"Ada","#
                + #""company":"Zoë & \"Co\"","leadSource":"SPZA-PLT | bitnami.openedxcypress"}}]}"#)
    }

    @Test func `a push names program, source and reason`() throws {
        let destination = try Samples.marketo(
            set: ["through=push", "program=Market Place", "lookup-field=leadledgerId", "map.leadSource="])
        let prepared = destination.prepare(Samples.outgoing(email: nil))
        #expect(prepared.key == "lead_2" && prepared.refusal == nil)
        #expect(destination.request([prepared], token: "t").url.target == "/rest/v1/leads/push.json")
        #expect(
            body(destination, [Samples.outgoing(email: nil)])
                == #"{"programName":"Market Place","source":"SPZA","reason":"Open edX","#
                + #""lookupField":"leadledgerId","input":[{"leadledgerId":"lead_2","firstName":"Ada","#
                + #""company":"Zoë & \"Co\""}]}"#)
    }

    @Test func `a lead without an email is refused where people are known by it`() throws {
        for set in [[], ["through=form", "form-id=1", "lookup-field=x"]] {
            #expect(try Samples.marketo(set: set).prepare(Samples.outgoing(email: " ")).refusal == "has no email")
        }
        let byLead = try Samples.marketo(set: ["lookup-field=leadledgerId"])
        #expect(byLead.prepare(Samples.outgoing(email: nil)).refusal == nil)
    }

    @Test func `a field stands once in a record, and the lookup field first`() throws {
        let destination = try Samples.marketo(
            set: ["lookup-field=leadledgerId", "map.lead=leadledgerId", "map.offer=company", "map.leadSource="])
        #expect(
            destination.prepare(Samples.outgoing()).record.text
                == #"{"leadledgerId":"lead_2","email":"ada@example.com","firstName":"Ada","#
                + #""company":"bitnami.openedxcypress"}"#)
    }

    @Test func `texts are cut to what fields take, and opt-outs are only ever set`() throws {
        let destination = try Samples.marketo(set: ["map.description=comments", "map.leadSource="])
        var outgoing = Samples.outgoing(isContactable: false)
        outgoing.action.contact.title = String(repeating: "é", count: 300)
        outgoing.action.description = String(repeating: "é", count: 20_000)
        let prepared = destination.prepare(outgoing)
        #expect(prepared.adjusted == ["title cut to 255", "description cut to 30000"])
        #expect(prepared.record["title"]?.string?.count == 255)
        #expect(prepared.record["comments"]?.string?.count == 15_000)
        #expect(prepared.record["unsubscribed"] == .bool(true) && prepared.record["doNotCall"] == .bool(true))
        #expect(destination.prepare(Samples.outgoing()).record["unsubscribed"] == nil)
    }

    @Test func `the digest is of what is told alone`() throws {
        let destination = try Samples.marketo()
        let first = destination.prepare(Samples.outgoing(version: 7))
        #expect(first.digest == destination.prepare(Samples.outgoing(version: 8)).digest)
        #expect(first.digest != destination.prepare(Samples.outgoing(email: "bo@example.com")).digest)
    }

    @Test(arguments: ["", "/", "//", "/rest", "/rest/", "/identity", "/identity/"])
    func `an address has single slashes, however it was copied`(path: String) throws {
        let destination = try Samples.marketo(path: path)
        let request = destination.request([destination.prepare(Samples.outgoing())], token: "t")
        #expect(request.url.description == "http://127.0.0.1:9/rest/v1/leads.json")
    }

    @Test func `the account id makes the address`() throws {
        let settings = try DestinationSettings(
            name: "crm", kind: "marketo", set: ["server-id=123-ABC-456", "client-id=c"],
            secret: ["client-secret=env:S"])
        let destination = try MarketoDestination(settings: settings, secrets: SecretReader { _ in "s" })
        let request = destination.request([destination.prepare(Samples.outgoing())], token: "t")
        #expect(request.url.description == "https://123-abc-456.mktorest.com/rest/v1/leads.json")
    }

    @Test func `no description of a destination shows its secret`() throws {
        let destination = try Samples.marketo(secret: "s3cret-value")
        var dumped = ""
        dump(destination, to: &dumped)
        #expect(!"\(destination)\(String(reflecting: destination))\(dumped)".contains("s3cret-value"))
    }
}

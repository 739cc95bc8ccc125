import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

/// The bytes that go to Salesforce.
struct SalesforceRequestTests {
    static let instance = try! EndpointURL("https://contoso.my.salesforce.com/")

    static func prepared(_ outgoing: Outgoing, _ set: [String] = []) throws -> Prepared {
        try SalesforceDestination(
            settings: SalesforceSamples.settings(set), secrets: SalesforceSamples.secrets()
        ).prepare(outgoing)
    }

    static func requests(_ set: [String] = []) throws -> SalesforceRequests {
        let settings = try SalesforceSamples.settings(set)
        return SalesforceRequests(settings, externalID: settings.text("external-id") ?? "")
    }

    static func single(_ outgoing: Outgoing, _ set: [String] = []) throws -> HTTPRequestBytes {
        try #require(try requests(set).upsert(prepared(outgoing, set), token: "t0ken", at: instance))
    }

    static func body(_ outgoing: Outgoing, _ set: [String] = []) throws -> JSON {
        try JSON.parse(single(outgoing, set).body)
    }

    @Test func `one lead is an upsert by its external id, which is not in the body`() throws {
        let request = try Self.single(Samples.outgoing())
        #expect(request.method == "PATCH")
        #expect(
            request.url.description
                == "https://contoso.my.salesforce.com/services/data/v62.0/sobjects/Lead/LeadledgerId__c/lead_2")
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "authorization: Bearer t0ken", "accept: application/json", "user-agent: leadledger",
                "content-type: application/json", "sforce-auto-assign: TRUE",
            ])
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"Email":"ada@example.com","FirstName":"Ada","LastName":"ada","Company":"Zoë & \"Co\"","#
                + #""LeadSource":"SPZA","Description":"line 1\nline 2\nSource: SPZA\nAction: PLT\n"#
                + #"Offer: bitnami.openedxcypress\nStage: active\nLead: lead_2"}"#)
    }

    @Test func `several leads are one request, and each has its external id`() throws {
        let leads = try [1, 2].map { number in
            try Self.prepared(SalesforceSamples.outgoing(number, email: "a\(number)@example.com"), ["map.summary="])
        }
        let request = try #require(try Self.requests().upsert(leads, token: "t0ken", at: Self.instance))
        #expect(request.method == "PATCH")
        #expect(request.url.target == "/services/data/v62.0/composite/sobjects/Lead/LeadledgerId__c")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"allOrNone":false,"records":[{"attributes":{"type":"Lead"},"LeadledgerId__c":"lead_1","#
                + #""Email":"a1@example.com","FirstName":"Ada","LastName":"a1","Company":"Zoë & \"Co\"","#
                + #""LeadSource":"SPZA"},{"attributes":{"type":"Lead"},"LeadledgerId__c":"lead_2","#
                + #""Email":"a2@example.com","FirstName":"Ada","LastName":"a2","Company":"Zoë & \"Co\"","#
                + #""LeadSource":"SPZA"}]}"#)
    }

    @Test(arguments: [
        ("assign=false", "sforce-auto-assign", "FALSE"), ("assign=true", "sforce-auto-assign", "TRUE"),
        ("assign=01QA0000006Vm9r", "sforce-auto-assign", "01QA0000006Vm9r"),
        ("duplicates=allow", "sforce-duplicate-rule-header", "allowSave=true"),
    ])
    func `settings that are headers`(setting: String, name: String, value: String) throws {
        #expect(try Self.single(Samples.outgoing(), [setting]).headers.first { $0.name == name }?.value == value)
    }

    @Test(arguments: ["assign=true", "assign=false", "assign=01QA0000006Vm9r"])
    func `no rule takes a lead away from who has it`(setting: String) throws {
        var outgoing = Samples.outgoing()
        outgoing.isKnown = true
        let headers = try Self.single(outgoing, [setting]).headers
        #expect(headers.first { $0.name == "sforce-auto-assign" }?.value == "FALSE")
    }

    @Test func `an assignment rule is named by its id`() throws {
        #expect(throws: DestinationSettingsError.self) { try SalesforceSamples.settings(["assign=yes"]) }
        #expect(throws: DestinationSettingsError.self) { try SalesforceSamples.settings(["assign=01QA0000006Vm9\r\n"]) }
    }

    @Test func `an id is encoded in the address, the version and the field are those of the settings`() throws {
        var outgoing = Samples.outgoing()
        outgoing.lead = "a/b?c%d é"
        let request = try Self.single(outgoing, ["external-id=Other__c", "api-version=64"])
        #expect(request.url.target == "/services/data/v64.0/sobjects/Lead/Other__c/a%2Fb%3Fc%25d%20%C3%A9")
    }

    @Test func `an opt-out is only ever set`() throws {
        #expect(try Self.body(Samples.outgoing())["HasOptedOutOfEmail"] == nil)
        let forbidden = try Self.body(Samples.outgoing(isContactable: false))
        #expect(forbidden["HasOptedOutOfEmail"] == .bool(true) && forbidden["DoNotCall"] == .bool(true))
    }

    @Test func `what is too long is cut, what is needed is filled in, and both are told`() throws {
        var outgoing = SalesforceSamples.outgoing(email: nil, title: String(repeating: "t", count: 200))
        outgoing.action.contact.firstName = String(repeating: "f", count: 41)
        outgoing.action.contact.company = nil
        let lead = try Self.prepared(outgoing)
        #expect(lead.record["Title"]?.string?.count == 128 && lead.record["FirstName"]?.string?.count == 40)
        #expect(lead.record["LastName"]?.string == "[not provided]")
        #expect(lead.record["Company"]?.string == "[not provided]")
        #expect(
            lead.adjusted == [
                "firstName cut to 40", "lastName filled in", "company filled in", "title cut to 128",
            ])
        #expect(lead.refusal == nil && lead.key == "lead_1")
    }

    @Test func `fields go where the settings say, and the external id stays the lead's`() throws {
        let body = try Self.body(
            SalesforceSamples.outgoing(),
            [
                "map.action=ActionCode__c", "map.title=", "constant.Rating=Hot", "constant.leadledgerid__c=mine",
                "map.customer=Customer__c", "default.country=US",
            ])
        #expect(body["ActionCode__c"]?.string == "PLT" && body["Rating"]?.string == "Hot")
        #expect(body["Customer__c"]?.string == "cus_3" && body["Country"]?.string == "US")
        #expect(body["Title"] == nil && body["leadledgerid__c"] == nil && body["LeadledgerId__c"] == nil)
    }

    @Test func `the same lead has the same digest, whichever delivery it is`() throws {
        var again = Samples.outgoing(version: 9)
        again.attempt = 3
        #expect(try Self.prepared(again).digest == Self.prepared(Samples.outgoing()).digest)
        again.action.contact.phone = "1"
        #expect(try Self.prepared(again).digest != Self.prepared(Samples.outgoing()).digest)
    }

    @Test func `a key that is none is named by its reference alone`() throws {
        let settings = try SalesforceSamples.settings(
            ["auth=jwt", "username=u@example.com"], secret: ["private-key=env:PRIVATE_KEY"])
        let error = #expect(throws: SecretError.self) {
            try SalesforceDestination(
                settings: settings, secrets: SalesforceSamples.secrets(key: "-----BEGIN nonsense"))
        }
        #expect(error?.description.contains("env:PRIVATE_KEY") == true)
        #expect(error?.description.contains("nonsense") == false)
    }
}

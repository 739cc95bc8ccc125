import Azure
import Leads
import OrderedJSON
import Outbound
import Testing

@testable import Destinations

struct AzureTableRequestTests {
    private func entity(_ outgoing: Outgoing = Samples.outgoing(), set: [String] = []) throws -> JSON {
        try AzureSamples.table(set: set).prepare(outgoing).record
    }

    @Test func `an entity is what is known of the lead, types beside what JSON does not show`() throws {
        let destination = try AzureSamples.table()
        let prepared = destination.prepare(Samples.outgoing())
        let text =
            #"{"PartitionKey":"bitnami.openedxcypress","RowKey":"lead_2","Email":"ada@example.com","FirstName":"Ada","#
            + #""Company":"Zoë & \"Co\"","Description":"line 1\nline 2","LeadSource":"SPZA","ActionCode":"PLT","#
            + #""Offer":"bitnami.openedxcypress","OfferTitle":"Open edX","Stage":"active","#
            + #""OccurredAt@odata.type":"Edm.DateTime","OccurredAt":"2026-01-01T00:00:00Z","#
            + #""Lead":"lead_2","Customer":"cus_3"}"#
        #expect(prepared.record == (try JSON.parse(Array(text.utf8))))
        #expect(prepared.key == "lead_2" && prepared.adjusted.isEmpty && prepared.refusal == nil)
        let request = try destination.request([prepared], now: Samples.now)
        #expect(request.method == "PATCH" && request.body == prepared.record.encoded())
        let replacing = try AzureSamples.table(set: ["write=replace"])
        #expect(try replacing.request([prepared], now: Samples.now).method == "PUT")
    }

    @Test func `an opt-out is set and never taken back`() throws {
        #expect(try entity()["DoNotContact"] == nil)
        #expect(try entity(Samples.outgoing(isContactable: false))["DoNotContact"] == .bool(true))
    }

    @Test func `a later time alone is nothing new`() throws {
        let destination = try AzureSamples.table()
        var later = Samples.outgoing(version: 9)
        later.occurredAt = later.occurredAt + .hour
        #expect(destination.prepare(later).digest == destination.prepare(Samples.outgoing()).digest)
        #expect(
            destination.prepare(Samples.outgoing(email: "b@example.com")).digest
                != destination.prepare(Samples.outgoing()).digest)
    }

    @Test func `what is too long is cut, and times the service does not know are left out`() throws {
        var outgoing = Samples.outgoing()
        outgoing.action.description = String(repeating: "x", count: 40_000)
        outgoing.occurredAt = Instant("1500-01-01T00:00:00Z")!
        let prepared = try AzureSamples.table().prepare(outgoing)
        #expect(prepared.record["Description"]?.string?.utf16.count == 32_768)
        #expect(prepared.record["OccurredAt"] == nil && prepared.record["OccurredAt@odata.type"] == nil)
        #expect(prepared.adjusted == ["description cut to 32768", "occurredAt left out"])
    }

    @Test func `properties are named and filled by the settings`() throws {
        let json = try entity(set: [
            "map.email=Mail,Mail2", "map.offerTitle=", "constant.Origin=leadledger", "constant.Score=number:8",
            "constant.Big=number:9000000000", "constant.IsNew=boolean:true", "map.occurredAt=At",
        ])
        #expect(json["Mail"] == json["Mail2"] && json["Mail"]?.string == "ada@example.com")
        #expect(json["Email"] == nil && json["OfferTitle"] == nil)
        #expect(json["Origin"]?.string == "leadledger" && json["Score"]?.integer == 8 && json["IsNew"]?.bool == true)
        #expect(json["Big"]?.string == "9000000000" && json["Big@odata.type"]?.string == "Edm.Int64")
        #expect(json["At@odata.type"]?.string == "Edm.DateTime")
    }

    @Test(arguments: [
        "map.email=my-mail", "map.email=RowKey", "constant.1st=a", "map.email=a.b", "map.summary=Description",
    ])
    func `a property that no table can have is refused at once`(setting: String) throws {
        #expect(throws: DestinationSettingsError.self) {
            try Adapters.check(try AzureSamples.settings("azure-table", set: [setting]))
        }
        #expect(throws: DestinationSettingsError.self) { try AzureSamples.table(set: [setting]) }
    }

    @Test(arguments: [("a/b #1", "a%2Fb %231"), (nil, "(none)")])
    func `the offer is the partition, made fit for a key`(offer: String?, key: String) throws {
        #expect(try entity(AzureSamples.outgoing(1, offer: offer))["PartitionKey"]?.string == key)
    }

    @Test(arguments: [
        ("account-key", "no base 64!", "Access keys"),
        ("account-key", "AccountName=a;AccountKey=b", "connection-string"),
        ("sas", "https://a?sig=1", "whole"),
        ("connection-string", "AccountName=other;AccountKey=AAEC", "another account"),
    ])
    func `a secret of another form is named and not shown`(name: String, value: String, word: String) {
        let error = #expect(throws: SecretError.self) { try AzureSamples.table(secret: name, value: value) }
        #expect(error?.description.contains(word) == true && error?.description.contains(value) == false)
    }
}

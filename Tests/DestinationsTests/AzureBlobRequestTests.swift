import Leads
import OrderedJSON
import Testing

@testable import Destinations

struct AzureBlobRequestTests {
    private let ndjson = BlobLines(format: .ndjson)
    private let csv = BlobLines(format: .csv)

    private func text(_ lines: BlobLines, _ outgoing: Outgoing) -> String {
        String(decoding: lines.line(lines.record(outgoing)), as: UTF8.self)
    }

    @Test func `a line is one JSON object, the delivery first`() {
        #expect(
            text(ndjson, Samples.outgoing())
                == #"{"id":"dlv_1","version":7,"lead":"lead_2","customer":"cus_3","source":"SPZA","action":"PLT","#
                + #""offer":"bitnami.openedxcypress","offerTitle":"Open edX","occurredAt":"2026-01-01T00:00:00Z","#
                + #""stage":"active","contactable":true,"email":"ada@example.com","firstName":"Ada","#
                + #""company":"Zoë & \"Co\"","description":"line 1\nline 2"}"# + "\n")
    }

    @Test func `CSV has a head and cells quoted where they need it`() {
        #expect(
            String(decoding: csv.head, as: UTF8.self)
                == "\"id\",version,lead,customer,source,action,offer,offerTitle,occurredAt,stage,contactable,email,"
                + "firstName,lastName,phone,country,company,title,description\r\n")
        #expect(
            text(csv, Samples.outgoing())
                == "\"dlv_1\",7,lead_2,cus_3,SPZA,PLT,bitnami.openedxcypress,Open edX,2026-01-01T00:00:00Z,active,"
                + "true,ada@example.com,Ada,,,,\"Zoë & \"\"Co\"\"\",,\"line 1\nline 2\"\r\n")
    }

    @Test(arguments: [BlobLines.Format.ndjson, .csv])
    func `no text of a lead passes for the beginning of a line`(format: BlobLines.Format) {
        let lines = BlobLines(format: format)
        var outgoing = Samples.outgoing()
        outgoing.action.description = "x\n{\"id\":\"dlv_9\",\r\n\"dlv_9\",\ndlv_9,\n\"dlv_9\""
        let bytes = lines.head + lines.line(lines.record(outgoing)) + lines.line(lines.record(AzureSamples.outgoing(2)))
        #expect(lines.ids(in: bytes, startsLine: true, among: ["dlv_1", "dlv_2", "dlv_9"]) == ["dlv_1", "dlv_2"])
        #expect(lines.ids(in: Array(bytes.dropFirst()), startsLine: false, among: ["dlv_2", "dlv_9"]) == ["dlv_2"])
    }

    @Test func `actions of one day go to one blob, and a time alone is nothing new`() throws {
        let destination = try AzureSamples.blob(set: ["prefix=in/"])
        let first = destination.prepare(AzureSamples.outgoing(1))
        #expect(first.key == "in/2026-01-01.ndjson" && destination.batchLimit == 500)
        var later = AzureSamples.outgoing(1)
        later.occurredAt = later.occurredAt + .hour
        #expect(destination.prepare(later).digest == first.digest && destination.prepare(later).key == first.key)
    }

    @Test func `a line that no block takes is refused before it is sent`() throws {
        var outgoing = Samples.outgoing()
        outgoing.action.description = String(repeating: "x", count: 4 << 20)
        #expect(try AzureSamples.blob().prepare(outgoing).refusal != nil)
        #expect(try AzureSamples.blob().prepare(Samples.outgoing()).refusal == nil)
    }

    @Test func `the line is fixed, so nothing is mapped`() {
        #expect(throws: DestinationSettingsError.self) {
            try AzureSamples.settings("azure-blob", set: ["map.email=Mail"])
        }
    }
}

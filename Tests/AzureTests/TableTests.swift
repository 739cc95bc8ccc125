import Leads
import OrderedJSON
import Testing

@testable import Azure

struct TableTests {
    private let now = Instant("2026-01-02T03:04:05Z")!

    private func page(_ body: String, _ headers: [String: String] = [:]) throws -> TablePage {
        try TablePage(body: Array(body.utf8)) { headers[$0] }
    }

    @Test func `a query asks for changes since a time and goes on where the last answer ended`() throws {
        var query = TableQuery(table: "marketplaceleads", filter: TableQuery.filter(changedSince: now), top: 1_000)
        query.continuation = TableContinuation(partitionKey: "1!8!YQ==", rowKey: "1!4!Zi8+")
        let service = TableService(
            endpoint: try EndpointURL("https://contoso.table.core.windows.net/"),
            credential: .key(SharedKey(account: "contoso", key: Vectors.key)!))
        let request = try service.request(query, now: now)
        #expect(
            request.url.description
                == "https://contoso.table.core.windows.net/marketplaceleads()"
                + "?$filter=Timestamp%20ge%20datetime%272026-01-02T03%3A04%3A05Z%27&$top=1000"
                + "&NextPartitionKey=1%218%21YQ%3D%3D&NextRowKey=1%214%21Zi8%2B")
        #expect(request["x-ms-version"] == "2019-02-02" && request["x-ms-date"] == "Fri, 02 Jan 2026 03:04:05 GMT")
        #expect(request["Authorization"]?.hasPrefix("SharedKey contoso:") == true)
    }

    @Test func `a shared access signature is at the end of the query and nothing else signs`() throws {
        let service = TableService(
            endpoint: try EndpointURL("http://127.0.0.1:1/contoso"),
            credential: .signature(SharedAccessSignature("?sv=2019-02-02&sp=r&sig=abc%3D")!))
        let request = try service.request(TableQuery(table: "t12", top: 5), now: now)
        #expect(
            request.url.description == "http://127.0.0.1:1/contoso/t12()?$top=5&sv=2019-02-02&sp=r&sig=abc%3D")
        #expect(request["Authorization"] == nil)
    }

    @Test func `a filter never goes back behind the first time that the service knows`() {
        #expect(TableQuery.filter(changedSince: .earliest) == "Timestamp ge datetime'1601-01-01T00:00:00Z'")
    }

    @Test func `an answer holds entities with their types and where the next one begins`() throws {
        let page = try page(
            #"""
            {"odata.metadata":"x","value":[{"odata.etag":"W/\"1\"","PartitionKey":"a","RowKey":"b",
            "Timestamp":"2026-01-02T03:04:05.1234567Z","Count@odata.type":"Edm.Int64","Count":"7",
            "N":1,"D":1.5,"B":true}]}
            """#, ["x-ms-continuation-nextpartitionkey": "p", "x-ms-continuation-nextrowkey": "r"])
        let entity = try #require(page.entities.first)
        #expect(entity.keys?.partition == "a" && entity.keys?.row == "b")
        #expect(entity.timestamp == Instant("2026-01-02T03:04:05.123456Z"))
        #expect(
            ["Count", "N", "D", "B", "RowKey", "Timestamp", "None"].map { entity.type(of: $0) }
                == ["Edm.Int64", "Edm.Int32", "Edm.Double", "Edm.Boolean", "Edm.String", "Edm.DateTime", nil])
        #expect(page.continuation == TableContinuation(partitionKey: "p", rowKey: "r"))
    }

    @Test func `an answer without entities may go on, and one without a mark is the last`() throws {
        let empty = try page(#"{"value":[]}"#, ["x-ms-continuation-nextpartitionkey": "p"])
        #expect(empty.entities == [] && empty.continuation == TableContinuation(partitionKey: "p", rowKey: nil))
        #expect(try page(#"{"value":[]}"#).continuation == nil)
    }

    @Test(arguments: ["", "{", "[]", #"{"value":{}}"#, #"{"value":[1]}"#])
    func `what is no answer is said to be none`(body: String) {
        #expect(throws: TableAnswerError.self) { try page(body) }
    }

    @Test func `escapes go both ways`() {
        #expect(PercentEncoding.encode("a'/é~") == "a%27%2F%C3%A9~")
        #expect(PercentEncoding.decode("a%27%2f%C3%A9~+") == "a'/é~+")
        for broken in ["%", "%2", "%zz", "%C3"] { #expect(PercentEncoding.decode(broken) == nil) }
    }
}

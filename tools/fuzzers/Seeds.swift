/// What each fuzzer begins with: samples of everything that is read.
enum Seeds {
    private static let payloads = [
        #"{"OfferTitle":"Test Microsoft","LeadSource":"Test run through MS Flow","UserDetails":{"Company":"Contoso","#
            + #""Country":"USA","Email":"someone@contoso.com","FirstName":"Some","LastName":"One","#
            + #""Phone":"16175555555","Title":"Esquire"}}"#,
        #"{"userDetails":{"firstName":"Some","email":"someone@contoso.com"},"leadSource":"AzureMarketplace","#
            + #""actionCode":"INS","offerTitle":"Test","description":"{\"mktcmpid\":\"1234\"}"}"#,
        #"{"LeadSource":"AppSource (SPZA)-DNC |  bitnami.openedxcypress","Email":"a@b.c"}"#,
        #"{"action":"Create","source":"AzurePortal","offer":"a.b","occurredAt":"2020-01-02T03:04:05.6+01:00","#
            + #""email":"\u00e4\ud83d\ude00@b.c","id":"7","other":[1,-2.5e3,true,null,{"x":{}}]}"#,
    ]
    private static let cloudEvents = [
        #"{"specversion":"1.0","id":"7","source":"/crm","time":"2020-01-02T03:04:05Z","data":\#(payloads[1])}"#,
        #"{"specversion":"1.0","id":"7","source":"/crm","data_base64":"eyJhY3Rpb24iOiJJTlMiLCJlbWFpbCI6ImFAYi5jIn0="}"#,
    ]
    private static let forms = [
        "company=MSFT_TEST_1&country=US&email=MSFT_TEST_1%40test.com&encoding=UTF-8&encoding=UTF-8&first_name=J%C3%BC+x"
            + "&lead_source=MSFT_TEST_1-MSFT_TEST_1%7C%3COffer%3E&oid=00Do0000000ZHog"
    ]
    private static let table = [
        #"{"odata.etag":"W/\"x\"","PartitionKey":"p","RowKey":"r","Timestamp@odata.type":"Edm.DateTime","#
            + #""Timestamp":"2020-03-01T10:00:00.5Z","CreatedTime":"2020-02-28T09:00:00Z","ProductId":"contoso.app","#
            + #""ActionCode":"INS","IsNew":true,"Score":1.0,"CustomerInfo":"{\"FirstName\":\"Ada\"}"}"#,
        #"{"PartitionKey":"p","RowKey":"r","CustomerInfo":"First Name: Ada\nEmail: ada@example.com; Note: x"}"#,
    ]
    private static let files = [
        "action,source,email\r\nINS,AzureMarketplace,\"a \"\"b\"\"@b.c\"\r\n,,\r\n",
        "Lead Source;Email;at\nAzurePortal-Create|x.y;a@b.c;2020-01-01\n",
        "PartitionKey,RowKey,Timestamp,ActionCode,ActionCode@type,CustomerInfo\np,r,2020-01-01T00:00:00Z,INS,"
            + "Edm.String,"
            + #""{""Email"":""a@b.c""}""# + "\n",
    ]

    static let json = bytes(payloads + cloudEvents + table)
    static let leadRequests = requests()
    static let actionRequests = requests()
    static let keptRequests = bytes(
        (payloads + forms).map {
            "POST /in/x HTTP/1.1\r\nleadledger-client: 192.0.2.1\r\ncontent-type: application/json\r\n\r\n\($0)"
        })
    static let rows = bytes(
        payloads + cloudEvents + files + [
            "[" + payloads.joined(separator: ",\n") + "]", payloads.joined(separator: "\n"),
        ])
    static let entities = bytes(table)
    /// `{"action":"INS"}` in gzip, zlib, bare deflate and zstd.
    static let compressed: [[UInt8]] = [
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3] + deflated + [0x3c, 0x5b, 0xad, 0x0f, 0x10, 0, 0, 0],
        [0x78, 0x9c] + deflated + [0x2a, 0xa6, 0x05, 0x59], deflated,
        [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x10, 0x81, 0, 0] + Array(#"{"action":"INS"}"#.utf8),
    ]
    private static let deflated: [UInt8] = [
        0xab, 0x56, 0x4a, 0x4c, 0x2e, 0xc9, 0xcc, 0xcf, 0x53, 0xb2, 0x52, 0xf2, 0xf4, 0x0b, 0x56, 0xaa, 0x05, 0x00,
    ]

    /// Each with the byte before it that chooses its headers.
    private static func requests() -> [[UInt8]] {
        let bodies: [(UInt8, String)] =
            payloads.map { (0, $0) } + forms.map { (1, $0) } + cloudEvents.map { (2, $0) }
            + [
                (3, "[" + cloudEvents.joined(separator: ",") + "]"), (4, "a%20b\n" + payloads[1]),
                (6, "7\n" + forms[0]),
            ]
            + [(0, "[" + payloads.joined(separator: " , ") + "]")]
        return bodies.map { [$0] + Array($1.utf8) }
    }

    private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}

import Leads
import OrderedJSON
import Simulators
import Testing

struct SalesforceCollectionTests {
    private let target = "composite/sobjects/Lead/LeadledgerId__c"

    private func send(
        _ service: SalesforceService, _ method: String, _ target: String, _ body: String = "",
        refusing refusal: Refusal? = nil
    ) async -> Exchange {
        let token = await Exchange(
            service, "POST", "/services/oauth2/token",
            headers: [("content-type", "application/x-www-form-urlencoded")],
            body: "grant_type=client_credentials&client_id=3MVG9leadledger&client_secret=s")
        return await Exchange(
            service, method, "/services/data/v62.0/" + target,
            headers: [
                ("authorization", "Bearer \(token.json["access_token"]?.string ?? "")"),
                ("content-type", "application/json"),
            ], body: body, refusing: refusal)
    }

    private func body(_ leads: [(key: String?, last: String?)], allOrNone: Bool = false) -> String {
        let records = leads.map { lead in
            JSON.object(
                [JSON.Member("attributes", ["type": .string("Lead")]), JSON.Member("Company", .string("A"))]
                    + (lead.key.map { [JSON.Member("LeadledgerId__c", .string($0))] } ?? [])
                    + (lead.last.map { [JSON.Member("LastName", .string($0))] } ?? []))
        }
        return JSON.object([.init("allOrNone", .bool(allOrNone)), .init("records", .array(records))]).text
    }

    private func codes(_ exchange: Exchange) -> [String?] {
        exchange.json.array?.map { $0["errors"]?.array?.first?["statusCode"]?.string } ?? []
    }

    @Test func `each record has a result of its own, in order`() async {
        let service = SalesforceService(SalesforceSettings(clientSecret: "s"))
        _ = await send(service, "PATCH", target, body([("L-1", "A")]))
        let answer = await send(
            service, "PATCH", target,
            body([("L-1", "B"), ("L-2", nil), ("L-3", "C"), (nil, "D"), ("L-3", "E"), ("L-4", "F")]),
            refusing: Refusal(places: [5], code: "UNABLE_TO_LOCK_ROW"))
        #expect(answer.status == 200)
        #expect(
            codes(answer) == [
                nil, "REQUIRED_FIELD_MISSING", nil, "MISSING_ARGUMENT", "DUPLICATE_VALUE", "UNABLE_TO_LOCK_ROW",
            ])
        #expect(answer.json.array?.map { $0["created"]?.bool } == [false, nil, true, nil, nil, nil])
        #expect(answer.records.map(\.fate) == [.updated, .refused, .created, .refused, .refused, .refused])
        #expect(answer.records.map(\.key) == ["L-1", "L-2", "L-3", "-", "L-3", "L-4"])
        #expect(await service.records.compactMap { $0["key"]?.string } == ["L-1", "L-3"])
    }

    @Test func `all or none means none where one fails`() async {
        let service = SalesforceService(SalesforceSettings(clientSecret: "s"))
        let answer = await send(service, "PATCH", target, body([("L-1", "A"), ("L-2", nil)], allOrNone: true))
        #expect(codes(answer) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"])
        #expect(await service.records == [])
        #expect(await service.counts.first { $0.name == "created" }?.count == 0)
    }

    @Test func `a collection in the wrong form is refused whole`() async {
        let service = SalesforceService(SalesforceSettings(clientSecret: "s"))
        let many = (0...200).map { (key: Optional("L-\($0)"), last: Optional("A")) }
        let cases = [
            (target, body(many), "EXCEEDED_ID_LIMIT"),
            ("composite/sobjects/Lead/Email", body([("L", "A")]), "INVALID_FIELD"),
            (target, #"{"records":[{"LastName":"A"}]}"#, "JSON_PARSER_ERROR"), (target, "{}", "JSON_PARSER_ERROR"),
            (target, #"{"records":[{"attributes":{"type":"Contact"}}]}"#, "INVALID_TYPE"),
        ]
        for (target, body, expected) in cases {
            let answer = await send(service, "PATCH", target, body)
            #expect(answer.status == 400)
            #expect(answer.json.array?.first?["errorCode"]?.string == expected)
        }
        #expect(await service.records == [])
    }

    @Test func `a query looks leads up`() async {
        let service = SalesforceService(SalesforceSettings(clientSecret: "s"))
        _ = await send(service, "PATCH", target, body([("L-1", "O'Neil"), ("L-2", "B"), ("L-3", "B")]))
        func find(_ query: String) async -> Exchange {
            await send(service, "GET", "query/?q=" + PercentEncoding.encode(query))
        }
        let one = await find("SELECT Id, LeadledgerId__c FROM Lead WHERE LastName = 'O\\'Neil'")
        #expect(one.json["records"]?.array?.compactMap { $0["LeadledgerId__c"]?.string } == ["L-1"])
        #expect(await find("select id from lead where LastName='b' and Company = 'A'").json["totalSize"]?.integer == 2)
        #expect(
            await find("SELECT Id FROM Lead WHERE LeadledgerId__c IN ('L-1', 'L-3') LIMIT 1").json["totalSize"]?
                .integer == 1)
        for (query, expected) in [
            ("SELECT Id FROM", "MALFORMED_QUERY"), ("SELECT No FROM Lead WHERE Id = 'x", "MALFORMED_QUERY"),
            ("SELECT Id FROM Contact", "INVALID_TYPE"), ("SELECT Id FROM Lead WHERE No__c = 'x'", "INVALID_FIELD"),
        ] {
            #expect(await find(query).json.array?.first?["errorCode"]?.string == expected)
        }
    }

    @Test func `the description says what each field takes`() async {
        var settings = SalesforceSettings(clientSecret: "s")
        settings.fields = [SalesforceField("ActionCode__c:8")!]
        settings.readOnly = ["DoNotCall"]
        let answer = await send(SalesforceService(settings), "GET", "sobjects/Lead/describe")
        func field(_ name: String) -> JSON? {
            answer.json["fields"]?.array?.first { $0["name"]?.string == name }
        }
        #expect(field("ActionCode__c")?["length"]?.integer == 8)
        #expect(field("LeadledgerId__c")?["externalId"]?.bool == true)
        #expect(field("LeadledgerId__c")?["unique"]?.bool == true)
        #expect(field("LastName")?["nillable"]?.bool == false)
        #expect(field("DoNotCall")?["createable"]?.bool == false)
        #expect(field("Id")?["updateable"]?.bool == false)
    }
}

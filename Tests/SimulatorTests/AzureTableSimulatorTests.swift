import Leads
import OrderedJSON
import Simulators
import Testing

/// The simulated table service as a writer meets it.
struct AzureTableSimulatorTests {
    private let service = AzureTableService(
        account: AzureSamples.account, key: AzureSamples.key, tables: ["Leads"])!

    static let everything =
        "st=2026-01-01T00%3A00%3A00Z&se=2027-01-01T00%3A00%3A00Z&sp=rwdlacu&sv=2019-02-02&ss=t&srt=soc"
        + "&sig=nZAp7i%2Bjy3I6wEFEe6aAj3cJ9rmKWTg7paF5AxXw3Pc%3D"
    /// Leave to add and update in `Leads`.
    static let upserts =
        "st=2026-01-01T00%3A00%3A00Z&se=2027-01-01T00%3A00%3A00Z&sp=au&sv=2019-02-02&tn=Leads"
        + "&sig=xd2%2B702WEfQN71BU37Rul69vi7RHpMqWOXQTMWigbB8%3D"

    private func send(
        _ method: String, _ target: String, _ body: JSON? = nil, sas: String? = everything,
        headers: [String: String] = [:], refusing refusal: Refusal? = nil
    ) async -> Judged {
        let type = body == nil ? [:] : ["content-type": "application/json"]
        let common = ["accept": "application/json", "x-ms-version": "2019-02-02", "host": "localhost"]
        let arrival = AzureSamples.arrival(
            method, target, sas: sas, headers: common.merging(type) { $1 }.merging(headers) { $1 },
            body: body?.encoded() ?? [])
        return Judged(await service.judge(arrival, now: AzureSamples.now, refusing: refusal))
    }

    private func insert(_ row: String, _ more: JSON = [:], headers: [String: String] = [:]) async -> Judged {
        guard case .object(let members) = more else { preconditionFailure("properties are an object") }
        let keys = [JSON.Member("PartitionKey", .string("p")), JSON.Member("RowKey", .string(row))]
        return await send("POST", "/Leads", .object(keys + members), headers: headers)
    }

    private func entity(_ row: String) -> String { "/Leads(PartitionKey='p',RowKey='\(row)')" }

    private func record(_ key: String) async -> JSON? {
        await service.records.first { $0["key"]?.string == key }
    }

    @Test func `an insert answers with the entity or without, as preferred`() async {
        let whole = await insert("1", ["A": .number(1)])
        #expect(whole.status == 201)
        #expect(whole.body.contains("\"RowKey\":\"1\""))
        #expect(whole.fates == [RecordFate(key: "p/1", fate: .created)])
        let bare = await insert("2", headers: ["prefer": "return-no-content"])
        #expect(bare.status == 204)
        #expect(bare["preference-applied"] == "return-no-content")
        #expect(bare["etag"]?.hasPrefix("W/\"datetime'") == true)
        let again = await insert("1")
        #expect(again.status == 409 && again.code == "EntityAlreadyExists")
        #expect(again["x-ms-error-code"] == "EntityAlreadyExists")
        #expect(again.fates == [RecordFate(key: "p/1", fate: .known)])
    }

    @Test(arguments: ["PATCH", "MERGE"])
    func `a merge without a condition makes the row, and then keeps what it does not name`(verb: String) async {
        #expect(await send(verb, entity("1"), ["A": .number(1), "B": .number(1)]).status == 204)
        let second = await send(verb, entity("1"), ["B": .number(2)])
        #expect(second.status == 204)
        #expect(second.fates == [RecordFate(key: "p/1", fate: .updated)])
        #expect(await record("p/1")?["fields"] == ["A": .number(1), "B": .number(2)])
        #expect(await record("p/1")?["written"] == .number(2))
    }

    @Test func `a replacement without a condition makes the row, and then keeps nothing else`() async {
        #expect(await send("PUT", entity("1"), ["A": .number(1)]).status == 204)
        #expect(await send("PUT", entity("1"), ["B": .number(2)]).status == 204)
        #expect(await record("p/1")?["fields"] == ["B": .number(2)])
        let counts = await service.counts
        #expect(counts.map(\.name) == ["records", "created", "updated"])
        #expect(counts.map(\.count) == [1, 1, 1])
    }

    @Test(arguments: ["PATCH", "MERGE", "PUT", "DELETE"])
    func `a condition asks for the row as it was`(verb: String) async {
        let body: JSON? = verb == "DELETE" ? nil : ["A": .number(2)]
        let absent = await send(verb, entity("1"), body, headers: ["if-match": "*"])
        #expect(absent.status == 404 && absent.code == "ResourceNotFound")
        let etag = await insert("1", ["A": .number(1)])["etag"] ?? ""
        let stale = await send(verb, entity("1"), body, headers: ["if-match": "W/\"old\""])
        #expect(stale.status == 412 && stale.code == "UpdateConditionNotSatisfied")
        #expect(await send(verb, entity("1"), body, headers: ["if-match": etag]).status == 204)
        #expect(await service.rowCount(in: "leads") == (verb == "DELETE" ? 0 : 1))
    }

    @Test func `a table is made once`() async {
        let name: JSON = ["TableName": .string("More")]
        #expect(await send("POST", "/Tables", name).status == 201)
        let again = await send("POST", "/Tables", name, headers: ["prefer": "return-no-content"])
        #expect(again.status == 409 && again.code == "TableAlreadyExists")
        let other: JSON = ["TableName": .string("Other")]
        #expect(await send("POST", "/Tables", other, headers: ["prefer": "return-no-content"]).status == 204)
        let wrong: JSON = ["TableName": .string("1x")]
        #expect(await send("POST", "/Tables", wrong).code == "InvalidResourceName")
        #expect(await send("PUT", "/nowhere(PartitionKey='p',RowKey='1')", ["A": .number(1)]).code == "TableNotFound")
    }

    @Test func `values keep within the limits`() async {
        func code(_ body: JSON) async -> String? { await send("PUT", entity("1"), body).code }
        func texts(_ count: Int, of length: Int) -> JSON {
            .object((0..<count).map { JSON.Member("P\($0)", .string(String(repeating: "ä", count: length))) })
        }
        #expect(await code(texts(1, of: 32_768)) == nil)
        #expect(await code(texts(1, of: 32_769)) == "PropertyValueTooLarge")
        #expect(await code(texts(252, of: 1)) == nil)
        #expect(await code(texts(253, of: 1)) == "TooManyProperties")
        #expect(await send("PATCH", entity("1"), ["More": .number(1)]).code == "TooManyProperties")
        #expect(await code(texts(15, of: 32_768)) == nil)
        #expect(await code(texts(16, of: 32_768)) == "EntityTooLarge")
        let large = await send("PUT", entity("1"), texts(70, of: 32_768))
        #expect(large.status == 413 && large.code == "RequestBodyTooLarge")
        #expect(await code(["a b": .number(1)]) == "PropertyNameInvalid")
        #expect(await code(["1a": .number(1)]) == "PropertyNameInvalid")
        #expect(
            await code(.object([JSON.Member(String(repeating: "a", count: 256), .number(1))])) == "PropertyNameTooLong")
        #expect(
            await code(.object([JSON.Member("A", .number(1)), JSON.Member("A", .number(2))]))
                == "DuplicatePropertiesSpecified")
        #expect(await code(["A": ["B": .number(1)]]) == "InvalidValueType")
        #expect(await code(["A": .string("x"), "A@odata.type": .string("Edm.Int64")]) == "InvalidValueType")
        #expect(await code(["A": .string("5"), "A@odata.type": .string("Edm.Int64")]) == nil)
        #expect(await code(["A": .number("3000000000")]) == "InvalidValueType")
        #expect(
            await code(["A": .string("1600-12-31T00:00:00Z"), "A@odata.type": .string("Edm.DateTime")])
                == "OutOfRangeInput")
        #expect(await code(["A": .null]) == nil)
        #expect(await code(["PartitionKey": .string("other")]) == "InvalidInput")
    }

    @Test func `keys keep within the limits`() async {
        for key in ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\u{85}b"] {
            #expect(await insert(key).code == "OutOfRangeInput", "\(key)")
        }
        #expect(await insert(String(repeating: "k", count: 513)).code == "KeyValueTooLarge")
        #expect(await insert(String(repeating: "k", count: 512)).status == 201)
        #expect(await insert("").status == 201)
        #expect(await send("POST", "/Leads", ["RowKey": .string("1")]).code == "PropertiesNeedValue")
        let quoted = await send("PUT", "/Leads(PartitionKey='o%27%27brien%20%C3%AB',RowKey='1')", ["A": .number(1)])
        #expect(quoted.fates.map(\.key) == ["o'brien ë/1"])
    }

    @Test func `headers and signatures are checked before anything is written`() async {
        #expect(await send("PUT", entity("1"), ["A": .number(1)], sas: nil).code == "NoAuthenticationInformation")
        #expect(await send("PUT", entity("1"), ["A": .number(1)], sas: Self.upserts).status == 204)
        let deletion = await send("DELETE", entity("1"), sas: Self.upserts, headers: ["if-match": "*"])
        #expect(deletion.status == 403 && deletion.code == "AuthorizationPermissionMismatch")
        let forged = Self.upserts.replacing("sp=au", with: "sp=aud")
        #expect(await send("DELETE", entity("1"), sas: forged).code == "AuthenticationFailed")
        #expect(
            await send("PUT", entity("1"), ["A": .number(1)], headers: ["content-type": "text/plain"]).status == 415)
        let late = await send("PUT", entity("1"), ["A": .number(1)], headers: ["x-ms-version": "2099-01-01"])
        #expect(late.code == "InvalidHeaderValue")
        #expect(await send("DELETE", entity("1")).code == "MissingRequiredHeader")
    }

    @Test func `a knob refuses a write in the words of the service`() async {
        let usual = await send("PUT", entity("1"), ["A": .number(1)], refusing: Refusal(places: [0]))
        #expect(usual.status == 400 && usual.code == "PropertyValueTooLarge")
        #expect(usual.fates == [RecordFate(key: "p/1", fate: .refused)])
        let named = await send(
            "PUT", entity("1"), ["A": .number(1)], refusing: Refusal(places: [0], code: "TableNotFound"))
        #expect(named.status == 404 && named.code == "TableNotFound")
        #expect(await send("PUT", entity("1"), ["A": .number(1)], refusing: Refusal(places: [1])).status == 204)
        #expect(await service.rowCount(in: "leads") == 1)
    }
}

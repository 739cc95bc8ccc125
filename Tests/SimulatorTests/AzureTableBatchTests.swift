import Leads
import OrderedJSON
import Simulators
import Testing

/// Entity group transactions of the simulated table service.
struct AzureTableBatchTests {
    private let service = AzureTableService(
        account: AzureSamples.account, key: AzureSamples.key, tables: ["Leads"])!

    private struct Operation {
        var method = "PUT"
        var partition = "p"
        let row: String
        var properties: JSON = ["A": .number(1)]
        var headers = ["Content-Type": "application/json"]

        var text: String {
            let body = method == "DELETE" ? "" : properties.text
            let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
            return "\(method) http://localhost/Leads(PartitionKey='\(partition)',RowKey='\(row)') HTTP/1.1\r\n\(lines)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)\r\n"
        }
    }

    private static let type = "multipart/mixed; boundary=batch_1"

    private func text(_ requests: [String], changesets: Int = 1) -> String {
        let parts = requests.map {
            "--set_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n\($0)"
        }
        let changeset =
            "--batch_1\r\nContent-Type: multipart/mixed; boundary=set_1\r\n\r\n\(parts.joined())--set_1--\r\n\r\n"
        return String(repeating: changeset, count: changesets) + "--batch_1--\r\n"
    }

    private func send(
        _ body: String, type: String = type, sas: String = AzureTableSimulatorTests.everything,
        refusing refusal: Refusal? = nil
    ) async -> Judged {
        let headers = ["accept": "application/json", "x-ms-version": "2019-02-02", "content-type": type]
        let arrival = AzureSamples.arrival("POST", "/$batch", sas: sas, headers: headers, body: Array(body.utf8))
        return Judged(await service.judge(arrival, now: AzureSamples.now, refusing: refusal))
    }

    private func send(_ operations: [Operation], refusing refusal: Refusal? = nil) async -> Judged {
        await send(text(operations.map(\.text)), refusing: refusal)
    }

    /// Expects that the whole batch fails and says which operation did it.
    private func expect(
        _ operations: [Operation], refusing refusal: Refusal? = nil, fail code: String, at place: Int,
        status: Int = 400,
        location: SourceLocation = #_sourceLocation
    ) async {
        let before = await service.records
        let answer = await send(operations, refusing: refusal)
        #expect(answer.status == 202, sourceLocation: location)
        #expect(answer.code == code, sourceLocation: location)
        #expect(answer.body.contains("HTTP/1.1 \(status) "), sourceLocation: location)
        #expect(answer.body.contains("\"code\":\"\(code)\""), sourceLocation: location)
        #expect(answer.body.contains("\"value\":\"\(place):"), sourceLocation: location)
        #expect(!answer.body.contains("HTTP/1.1 204"), sourceLocation: location)
        #expect(await service.records == before, sourceLocation: location)
    }

    @Test func `a batch does all its operations and answers each`() async {
        let answer = await send([
            Operation(row: "1"), Operation(method: "PATCH", row: "2"), Operation(method: "MERGE", row: "3"),
        ])
        #expect(answer.status == 202)
        #expect(answer["content-type"]?.hasPrefix("multipart/mixed; boundary=") == true)
        #expect(answer.body.ranges(of: "HTTP/1.1 204 No Content\r\n").count == 3)
        #expect(answer.fates == ["p/1", "p/2", "p/3"].map { RecordFate(key: $0, fate: .created) })
        let second = await send([
            Operation(method: "PATCH", row: "1", properties: ["B": .number(2)]),
            Operation(method: "DELETE", row: "2", headers: ["If-Match": "*"]),
        ])
        #expect(second.status == 202)
        #expect(second.fates == [RecordFate(key: "p/1", fate: .updated)])
        let records = await service.records
        #expect(records.map { $0["key"]?.string } == ["p/1", "p/3"])
        #expect(records.first?["fields"] == ["A": .number(1), "B": .number(2)])
    }

    @Test func `an insert in a batch answers as it would alone`() async {
        let entity: JSON = ["PartitionKey": .string("p"), "RowKey": .string("1")]
        func request(_ prefer: String) -> String {
            "POST http://localhost/Leads HTTP/1.1\r\nContent-Type: application/json\r\n\(prefer)\r\n\(entity.text)\r\n"
        }
        let bare = await send(text([request("Prefer: return-no-content\r\n")]))
        #expect(bare.body.contains("HTTP/1.1 204 No Content"))
        let again = await send(text([request("")]))
        #expect(again.code == "EntityAlreadyExists")
        #expect(again.fates == [RecordFate(key: "p/1", fate: .known)])
    }

    @Test func `a batch in which one operation fails leaves nothing`() async {
        #expect(await send([Operation(row: "1")]).status == 202)
        await expect(
            [Operation(row: "2"), Operation(row: "3"), Operation(row: "2")], fail: "InvalidDuplicateRow", at: 2)
        await expect(
            [Operation(row: "2"), Operation(partition: "q", row: "3")], fail: "CommandsInBatchActOnDifferentPartitions",
            at: 1)
        let long = JSON.string(String(repeating: "x", count: 32_769))
        await expect(
            [Operation(row: "2"), Operation(row: "3", properties: ["A": long])], fail: "PropertyValueTooLarge", at: 1)
        let stale = ["Content-Type": "application/json", "If-Match": "W/\"old\""]
        await expect(
            [Operation(row: "2"), Operation(row: "1", headers: stale)], fail: "UpdateConditionNotSatisfied", at: 1,
            status: 412)
        await expect(
            [Operation(method: "DELETE", row: "9", headers: ["If-Match": "*"])], fail: "ResourceNotFound", at: 0,
            status: 404)
        await expect([Operation(row: "2"), Operation(method: "GET", row: "1")], fail: "InvalidInput", at: 1)
    }

    @Test func `a batch holds a hundred operations and less than 4 MiB`() async {
        let rows = (0...100).map { Operation(row: "r\($0)") }
        await expect(rows, fail: "InvalidInput", at: 100)
        #expect(await send(Array(rows.dropLast())).status == 202)
        let long = JSON.string(String(repeating: "x", count: 30_000))
        let large = (0..<80).map { Operation(row: "l\($0)", properties: ["A": long, "B": long]) }
        let answer = await send(large)
        #expect(answer.status == 413 && answer.code == "RequestBodyTooLarge")
        #expect(await service.rowCount(in: "leads") == 100)
    }

    @Test func `a knob refuses the batch and names the operation`() async {
        let three = ["1", "2", "3"].map { Operation(row: $0) }
        await expect(three, refusing: Refusal(places: [1, 2]), fail: "PropertyValueTooLarge", at: 1)
        await expect(three, refusing: Refusal(places: [2], code: "EntityTooLarge"), fail: "EntityTooLarge", at: 2)
        await expect(
            three, refusing: Refusal(places: [0], code: "ServerBusy"), fail: "ServerBusy", at: 0, status: 503)
        #expect(await send(three, refusing: Refusal(places: [3])).fates.count == 3)
    }

    @Test func `a signature must permit each operation of a batch`() async {
        let upsert = Operation(row: "1").text
        #expect(await send(text([upsert]), sas: AzureTableSimulatorTests.upserts).code == nil)
        let deletion = Operation(method: "DELETE", row: "1", headers: ["If-Match": "*"]).text
        let answer = await send(text([deletion]), sas: AzureTableSimulatorTests.upserts)
        #expect(answer.code == "AuthorizationPermissionMismatch")
        #expect(answer.body.contains("HTTP/1.1 403 Forbidden"))
    }

    @Test func `a body that is no batch is refused as a whole`() async {
        let good = text([Operation(row: "1").text])
        let bodies = [
            "", "nonsense", text([]), text([Operation(row: "1").text], changesets: 2),
            good.replacing("--batch_1--", with: ""), good.replacing("--set_1--", with: ""),
            good.replacing("\r\n", with: "\n"), good.replacing("application/http", with: "text/plain"),
            good.replacing("binary", with: "base64"), good.replacing(" HTTP/1.1", with: ""),
            good.replacing("http://localhost/", with: "/"),
            good.replacing("Content-Length: ", with: "Content-Length: 9"),
        ]
        for body in bodies {
            let answer = await send(body)
            #expect(answer.status == 400 && answer.code == "InvalidInput", "\(body)")
        }
        #expect(await send(good, type: "application/json").status == 400)
        #expect(await send(good, type: "multipart/mixed; boundary=other").status == 400)
        #expect(await send(good).status == 202)
    }
}

import Leads
import OrderedJSON
import Testing

@testable import Azure

struct WriteRequestTests {
    private let now = Instant("2026-01-02T03:04:05Z")!
    private let key = SharedKey(account: Vectors.account, key: Vectors.key)!

    private func tables(_ scheme: SharedKey.Scheme = .sharedKey) throws -> TableService {
        TableService(
            endpoint: try EndpointURL("https://leadledgertest.table.core.windows.net"), credential: .key(key),
            scheme: scheme)
    }

    private func write(_ mode: TableWrite.Mode, row: String = "01J0ZK") -> TableWrite {
        TableWrite(
            table: "Leads", partitionKey: "offer-42", rowKey: row, mode: mode,
            entity: ["PartitionKey": .string("offer-42"), "RowKey": .string(row)])
    }

    @Test func `a write is signed as the vendor's own client signs it`() throws {
        let service = try tables()
        let lite = try tables(.sharedKeyLite).request(write(.merge), now: now)
        for (mode, method, name) in [
            (TableWrite.Mode.merge, "PATCH", "table.insert_or_merge"), (.replace, "PUT", "table.insert_or_replace"),
        ] {
            let row = try #require(Vectors.sharedKey.first { $0.name == name })
            let request = try service.request(write(mode), now: now)
            #expect(request.method == method && request["If-Match"] == nil)
            #expect(
                request.url.target == "/Leads(PartitionKey='offer-42',RowKey='01J0ZK')"
                    && request["Content-Type"] == "application/json")
            #expect(request["Authorization"] == row.authorization)
        }
        #expect(
            lite["Authorization"] == "SharedKeyLite leadledgertest:0qn54j3cTLh8/4fJ8kkwdCfqofiCeC6u+Q1DyafeCFQ=")
    }

    @Test func `a batch is one changeset of whole requests, signed once`() throws {
        let request = try tables().request(batch: [write(.merge), write(.replace, row: "2")], now: now)
        #expect(request.method == "POST" && request.url.target == "/$batch")
        #expect(request["Content-Type"] == "multipart/mixed; boundary=batch_leadledger")
        func part(_ method: String, _ row: String, _ length: Int) -> String {
            "--changeset_leadledger\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                + "\(method) https://leadledgertest.table.core.windows.net"
                + "/Leads(PartitionKey='offer-42',RowKey='\(row)')"
                + " HTTP/1.1\r\nx-ms-version: 2019-02-02\r\nDataServiceVersion: 3.0\r\n"
                + "Accept: application/json;odata=nometadata\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(length)\r\n\r\n{\"PartitionKey\":\"offer-42\",\"RowKey\":\"\(row)\"}\r\n"
        }
        let text =
            "--batch_leadledger\r\nContent-Type: multipart/mixed; boundary=changeset_leadledger\r\n\r\n"
            + part("PATCH", "01J0ZK", 45) + part("PUT", "2", 40)
            + "--changeset_leadledger--\r\n\r\n--batch_leadledger--\r\n"
        #expect(String(decoding: request.body, as: UTF8.self) == text)
        let service = try tables()
        let sizes = [write(.merge), write(.replace, row: "2")].map { service.batchBytes(of: $0) }
        #expect(request.body.count <= sizes.reduce(0, +) + TableService.batchFrameBytes)
    }

    @Test(arguments: [
        ("contoso.backup-cloud", "contoso.backup-cloud"), ("a/b\\c#d?e", "a%2Fb%5Cc%23d%3Fe"), ("50%", "50%25"),
        ("tab\there\u{85}", "tab%09here%C2%85"), ("l'été", "l'été"), (String(repeating: "ä", count: 600), "ä"),
    ])
    func `a key holds what keys may hold`(text: String, key: String) {
        let made = TableWrite.key(text)
        #expect(made == (key == "ä" ? String(repeating: "ä", count: 512) : key))
    }

    @Test func `keys stand in the address with quotes doubled and everything else encoded`() throws {
        let write = TableWrite(
            table: "t", partitionKey: TableWrite.key("l'été/50%"), rowKey: "lead_1", mode: .merge, entity: [:])
        let request = try tables().request(write, now: now)
        #expect(request.url.target == "/t(PartitionKey='l%27%27%C3%A9t%C3%A9%252F50%2525',RowKey='lead_1')")
    }

    @Test(arguments: [
        ("FirstName", true), ("_a1", true), ("1a", false), ("a-b", false), ("a.b", false), ("RowKey", false),
        ("Timestamp", false), ("", false),
    ])
    func `names of properties are those that a table takes`(name: String, isGood: Bool) {
        #expect(TableWrite.isPropertyName(name) == isGood)
    }

    @Test func `the answers to the parts of a batch are read one by one`() throws {
        let body =
            "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n"
            + "--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            + "HTTP/1.1 204 No Content\r\nETag: W/\"1\"\r\n\r\n\r\n"
            + "--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            + "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n"
            + "--changesetresponse_1--\r\n--batchresponse_1--\r\n"
        let type = "multipart/mixed; boundary=batchresponse_1"
        let answer = try #require(TableBatchAnswer(body: Array(body.utf8), contentType: type))
        #expect(answer.parts.map(\.status) == [204, 400])
        #expect(answer.parts[0].headers["etag"] == "W/\"1\"")
        #expect(String(decoding: answer.parts[1].body, as: UTF8.self).trimmed == "{\"a\":1}")
        #expect(TableBatchAnswer(body: Array(body.utf8), contentType: "application/json") == nil)
        for end in [0, 40, 100, 300, body.utf8.count - 30] {
            #expect(TableBatchAnswer(body: Array(body.utf8.prefix(end)), contentType: type) == nil)
        }
    }

    @Test func `an error in a batch names its place`() {
        let body = #"{"odata.error":{"code":"InvalidInput","message":{"value":"12:A value is wrong.\nRequestId:1"}}}"#
        let error = StorageError(status: 400, body: Array(body.utf8), now: now, use: .writeTable) { _ in nil }
        #expect(error.place == 12 && error.words == "A value is wrong.")
        let alone = #"{"odata.error":{"code":"InvalidInput","message":{"value":"Note: wrong"}}}"#
        let other = StorageError(status: 400, body: Array(alone.utf8), now: now) { _ in nil }
        #expect(other.place == nil && other.words == "Note: wrong")
    }

    @Test func `mends speak of what the secret is used for`() {
        func mend(_ use: StorageUse, _ code: String) -> String {
            StorageError(status: 403, body: [], now: now, use: use) { $0 == "x-ms-error-code" ? code : nil }.mend
        }
        #expect(mend(.readTable, "AuthorizationPermissionMismatch").contains("permission r"))
        #expect(mend(.writeTable, "AuthorizationPermissionMismatch").contains("permissions a and u"))
        #expect(mend(.writeBlob, "AuthorizationPermissionMismatch").contains("permissions r, a, c and w"))
        #expect(mend(.writeTable, "TableNotFound").contains("create-table=true"))
        #expect(mend(.writeBlob, "ContainerNotFound").contains("create-container=true"))
        #expect(mend(.writeBlob, "AccountRequiresHttps").contains("base-url"))
    }

    @Test func `a block names where it goes, and its length is signed`() throws {
        let service = BlobService(
            endpoint: try EndpointURL("https://leadledgertest.blob.core.windows.net"), credential: .key(key))
        let blob = BlobName(container: "leads", name: "leads/2026-01-01.ndjson")
        let request = try service.request(append: Array("{\"a\":1}\n".utf8), to: blob, at: 77, now: now)
        #expect(request.method == "PUT" && request.url.target == "/leads/leads/2026-01-01.ndjson?comp=appendblock")
        #expect(request["x-ms-blob-condition-appendpos"] == "77" && request["Content-Length"] == "8")
        #expect(request["x-ms-version"] == "2021-12-02")
        let text = StringToSign.text(request, account: Vectors.account, service: .blob, scheme: .sharedKey)
        #expect(
            text.hasPrefix("PUT\n\n\n8\n\napplication/octet-stream\n\n\n\n\n\n\nx-ms-blob-condition-appendpos:77\n"))
        #expect(text.hasSuffix("\n/leadledgertest/leads/leads/2026-01-01.ndjson\ncomp:appendblock"))
        let made = try service.request(make: blob, contentType: "text/csv", now: now)
        #expect(made["If-None-Match"] == "*" && made["x-ms-blob-type"] == "AppendBlob" && made.body.isEmpty)
        let read = try service.request(read: blob, 10..<20, now: now)
        #expect(read["x-ms-range"] == "bytes=10-19")
        #expect(try service.request(lengthOf: blob, now: now).method == "HEAD")
        let container = try service.request(makeContainer: "leads", now: now)
        #expect(container.url.target == "/leads?restype=container")
    }

    @Test func `a signature stands in the address of the batch and not in its parts`() throws {
        let signature = try #require(SharedAccessSignature("sv=2019-02-02&sp=au&sig=x"))
        let service = TableService(
            endpoint: try EndpointURL("https://a.table.core.windows.net/"), credential: .signature(signature))
        let request = try service.request(batch: [write(.merge)], now: now)
        #expect(request.url.target == "/$batch?sv=2019-02-02&sp=au&sig=x")
        #expect(!String(decoding: request.body, as: UTF8.self).contains("sig="))
        #expect(request["Authorization"] == nil)
    }

    @Test func `a connection string tells each service's address`() throws {
        let text = "AccountName=acc;AccountKey=AAEC;EndpointSuffix=core.windows.net"
        #expect(try ConnectionString(text, service: .blob).endpoint.description == "https://acc.blob.core.windows.net/")
        let both = "AccountName=acc;AccountKey=AAEC;BlobEndpoint=http://127.0.0.1:1/acc;TableEndpoint=http://h/t"
        #expect(try ConnectionString(both, service: .blob).endpoint.description == "http://127.0.0.1:1/acc")
        #expect(try ConnectionString(both).endpoint.description == "http://h/t")
        let shared = "SharedAccessSignature=sv=1&sig=2;BlobEndpoint=https://x.example"
        #expect(try ConnectionString(shared, service: .blob).endpoint.host == "x.example")
        #expect(throws: ConnectionString.Problem.missing("TableEndpoint")) { try ConnectionString(shared) }
    }
}

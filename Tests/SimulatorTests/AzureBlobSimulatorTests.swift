import Leads
import OrderedJSON
import Simulators
import Testing

/// The simulated blob service as a writer meets it.
struct AzureBlobSimulatorTests {
    private let service = AzureBlobService(
        account: AzureSamples.account, key: AzureSamples.key, containers: ["leads"], blockLimit: 3)!

    private static let term = "st=2026-01-01T00%3A00%3A00Z&se=2027-01-01T00%3A00%3A00Z"
    private static let everything =
        term + "&sp=rwdlacu&sv=2026-10-06&ss=b&srt=sco&sig=3O5ONsE8qy1PItqbxLi7rQ8Yy1qyx%2BxWGsEwhSYzzFk%3D"
    /// Leave to make and to add to `leads/log`.
    private static let adding =
        term + "&sp=ac&sv=2026-10-06&sr=b&sig=6PWiz9kWY2q5a3SgG6c35V3J2zU7AoCLZb23SMfXCKY%3D"
    /// Leave to read and to list `leads`.
    private static let reading =
        term + "&sp=rl&sv=2026-10-06&sr=c&sig=9dSGMyEJpR5NXf3%2BGSZxr07/8KLAeqp3R2YFImVRWPU%3D"

    private func send(
        _ method: String, _ target: String, _ body: [UInt8] = [], sas: String? = everything,
        headers: [String: String] = [:], refusing refusal: Refusal? = nil
    ) async -> Judged {
        let common = ["x-ms-version": "2021-12-02", "host": "localhost"]
        let arrival = AzureSamples.arrival(
            method, target, sas: sas, headers: common.merging(headers) { $1 }, body: body)
        return Judged(await service.judge(arrival, now: AzureSamples.now, refusing: refusal))
    }

    private func put(_ name: String, _ text: String, headers: [String: String] = [:]) async -> Judged {
        await send(
            "PUT", "/leads/\(name)", Array(text.utf8), headers: ["x-ms-blob-type": "BlockBlob"].merging(headers) { $1 })
    }

    @discardableResult
    private func begin(_ name: String = "log", headers: [String: String] = [:]) async -> Judged {
        await send("PUT", "/leads/\(name)", headers: ["x-ms-blob-type": "AppendBlob"].merging(headers) { $1 })
    }

    private func append(_ text: String, to name: String = "log", headers: [String: String] = [:]) async -> Judged {
        await send("PUT", "/leads/\(name)?comp=appendblock", Array(text.utf8), headers: headers)
    }

    @Test func `an append blob is made once, and then grows`() async {
        let made = await begin(headers: ["if-none-match": "*"])
        #expect(made.status == 201 && made["etag"] != nil)
        #expect(made.fates == [RecordFate(key: "leads/log", fate: .created)])
        let again = await begin(headers: ["if-none-match": "*"])
        #expect(again.status == 409 && again.code == "BlobAlreadyExists")
        #expect(again["x-ms-error-code"] == "BlobAlreadyExists")
        #expect(again.body.contains("<Error><Code>BlobAlreadyExists</Code>"))
        #expect(again.fates == [RecordFate(key: "leads/log", fate: .known)])
        let first = await append("one\n")
        #expect(first.status == 201)
        #expect(first["x-ms-blob-append-offset"] == "0" && first["x-ms-blob-committed-block-count"] == "1")
        let second = await append("two\n", headers: ["x-ms-blob-condition-appendpos": "4"])
        #expect(second["x-ms-blob-append-offset"] == "4" && second["x-ms-blob-committed-block-count"] == "2")
        #expect(second.fates == [RecordFate(key: "leads/log", fate: .updated)])
        #expect(await service.bytes(of: "log", in: "leads") == Array("one\ntwo\n".utf8))
        let record: JSON = [
            "key": .string("leads/log"), "written": .number(2),
            "fields": ["length": .number(8), "blocks": .number(2)],
        ]
        #expect(await service.records == [record])
        let counts = await service.counts
        #expect(counts.map(\.name) == ["records", "created", "updated", "blocks"])
        #expect(counts.map(\.count) == [1, 1, 0, 2])
    }

    @Test func `an append that was asked for under conditions holds to them`() async {
        await begin()
        let etag = await append("four")["etag"] ?? ""
        for (headers, code) in [
            (["x-ms-blob-condition-appendpos": "0"], "AppendPositionConditionNotMet"),
            (["x-ms-blob-condition-appendpos": "5"], "AppendPositionConditionNotMet"),
            (["x-ms-blob-condition-maxsize": "7"], "MaxBlobSizeConditionNotMet"),
            (["if-match": "\"old\""], "ConditionNotMet"), (["if-none-match": etag], "ConditionNotMet"),
        ] {
            let answer = await append("more", headers: headers)
            #expect(answer.status == 412 && answer.code == code, "\(headers)")
            #expect(answer.fates.map(\.fate) == [.refused])
        }
        #expect(await append("x", headers: ["x-ms-blob-condition-appendpos": "x"]).code == "InvalidHeaderValue")
        let fitting = ["x-ms-blob-condition-appendpos": "4", "x-ms-blob-condition-maxsize": "8", "if-match": etag]
        #expect(await append("more", headers: fitting).status == 201)
    }

    @Test func `appends keep within the limits`() async {
        #expect(await append("x").code == "BlobNotFound")
        await begin()
        #expect(await append("").code == "InvalidHeaderValue")
        let block = [UInt8](repeating: 65, count: 4 * 1_048_576)
        #expect(await send("PUT", "/leads/log?comp=appendblock", block).status == 201)
        let large = await send("PUT", "/leads/log?comp=appendblock", block + [65])
        #expect(large.status == 413 && large.code == "RequestBodyTooLarge")
        #expect(await append("2").status == 201)
        #expect(await append("3").status == 201)
        let beyond = await append("4")
        #expect(beyond.status == 409 && beyond.code == "BlockCountExceedsLimit")
        #expect(await put("whole", "x").status == 201)
        let mixed = await append("x", to: "whole")
        #expect(mixed.status == 409 && mixed.code == "InvalidBlobType")
        #expect(await append("x", headers: ["content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="]).code == "Md5Mismatch")
    }

    @Test func `a block blob is put whole`() async {
        let headers = ["x-ms-blob-content-type": "application/x-ndjson", "if-none-match": "*"]
        #expect(await put("a/b", "{}\n", headers: headers).status == 201)
        #expect(await put("a/b", "{}\n", headers: headers).code == "BlobAlreadyExists")
        let replaced = await put("a/b", "new")
        #expect(replaced.status == 201)
        #expect(replaced.fates == [RecordFate(key: "leads/a/b", fate: .updated)])
        #expect(await put("a/b", "new", headers: ["if-match": "\"old\""]).code == "ConditionNotMet")
        #expect(await put("a/b", "new", headers: ["if-match": replaced["etag"] ?? ""]).status == 201)
        #expect(await send("PUT", "/leads/c", [65]).code == "MissingRequiredHeader")
        #expect(await put("c", "x", headers: ["x-ms-blob-type": "Nonsense"]).code == "InvalidHeaderValue")
        #expect(await put("c", "x", headers: ["x-ms-blob-type": "AppendBlob"]).code == "InvalidHeaderValue")
    }

    @Test func `a blob and its properties are read`() async {
        _ = await put("whole", "0123456789", headers: ["x-ms-blob-content-type": "text/plain"])
        let head = await send("HEAD", "/leads/whole")
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(head["content-length"] == "10" && head["content-type"] == "text/plain")
        #expect(head["x-ms-blob-type"] == "BlockBlob" && head["last-modified"] == AzureSamples.date)
        #expect(await send("GET", "/leads/whole").body == "0123456789")
        for (range, body, shown) in [
            ("bytes=3-6", "3456", "bytes 3-6/10"), ("bytes=7-", "789", "bytes 7-9/10"),
            ("bytes=7-99", "789", "bytes 7-9/10"),
        ] {
            for name in ["range", "x-ms-range"] {
                let part = await send("GET", "/leads/whole", headers: [name: range])
                #expect(part.status == 206 && part.body == body && part["content-range"] == shown, "\(range)")
            }
        }
        let both = await send("GET", "/leads/whole", headers: ["range": "bytes=0-0", "x-ms-range": "bytes=1-1"])
        #expect(both.body == "1")
        let behind = await send("GET", "/leads/whole", headers: ["range": "bytes=10-"])
        #expect(behind.status == 416 && behind.code == "InvalidRange" && behind["content-range"] == "bytes */10")
        let etag = head["etag"] ?? ""
        #expect(await send("GET", "/leads/whole", headers: ["if-none-match": etag]).status == 304)
        #expect(await send("GET", "/leads/whole", headers: ["if-match": "\"old\""]).status == 412)
        let absent = await send("HEAD", "/leads/other")
        #expect(absent.status == 404 && absent.code == "BlobNotFound" && absent.body.isEmpty)
        await begin()
        #expect(await send("HEAD", "/leads/log")["x-ms-blob-committed-block-count"] == "0")
        #expect(await send("DELETE", "/leads/log").status == 202)
        #expect(await send("DELETE", "/leads/log").code == "BlobNotFound")
    }

    @Test func `containers are made and listed`() async {
        #expect(await send("PUT", "/more?restype=container").status == 201)
        let again = await send("PUT", "/more?restype=container")
        #expect(again.status == 409 && again.code == "ContainerAlreadyExists")
        #expect(await send("GET", "/more?restype=container")["etag"] != nil)
        #expect(await send("HEAD", "/nowhere?restype=container").code == "ContainerNotFound")
        #expect(await send("GET", "/nowhere?restype=container&comp=list").code == "ContainerNotFound")
        #expect(await send("GET", "/nowhere/x").code == "ContainerNotFound")
        #expect(await send("PUT", "/nowhere/x", headers: ["x-ms-blob-type": "AppendBlob"]).code == "ContainerNotFound")
        #expect(await send("PUT", "/No--Name?restype=container").code == "InvalidResourceName")
        for name in ["b", "a%2F1", "a/2", "c%26"] { _ = await put(name, "x") }
        func names(_ more: String) async -> [String] {
            await send("GET", "/leads?restype=container&comp=list\(more)").body
                .matches(of: /<Name>(.*?)<\/Name>/).map { String($0.output.1) }
        }
        #expect(await names("") == ["a/1", "a/2", "b", "c&amp;"])
        #expect(await names("&prefix=a%2F") == ["a/1", "a/2"])
        #expect(await names("&maxresults=2&marker=a%2F2") == ["a/2", "b"])
        #expect(await names("&delimiter=%2F") == ["a/", "b", "c&amp;"])
        let page = await send("GET", "/leads?restype=container&comp=list&maxresults=1").body
        #expect(page.contains("<NextMarker>a/2</NextMarker>") && page.contains("<BlobType>BlockBlob</BlobType>"))
        #expect(await send("GET", "/leads?restype=container&comp=other").code == "InvalidQueryParameterValue")
        #expect(await send("DELETE", "/leads?restype=container").code == "UnsupportedHttpVerb")
    }

    @Test func `a header's signature is checked in both schemes`() async {
        let create: [String: String] = [
            "x-ms-blob-type": "AppendBlob", "content-length": "0", "x-ms-date": AzureSamples.date,
            "x-ms-client-request-id": "76bc3882-eb56-11f1-9579-02fc00000001",
            "authorization": "SharedKey leadledgertest:9jK3XXSXWNL86Gi6n5n1x/NenyC9eVWdKTbgCS+Itrg=",
        ]
        let path = "/leads/2026/leads%20%C3%A9.ndjson"
        #expect(await send("PUT", path, sas: nil, headers: create).status == 201)
        let block: [String: String] = [
            "content-type": "application/octet-stream", "content-length": "8", "x-ms-date": AzureSamples.date,
            "x-ms-blob-condition-appendpos": "0", "x-ms-client-request-id": "76bc58bc-eb56-11f1-9579-02fc00000001",
            "authorization": "SharedKey leadledgertest:LNF+YNnaohJSrNb8O7npmKoPBVB7vYb3yFLuK8cp5U4=",
        ]
        let line = Array("{\"a\":1}\n".utf8)
        #expect(await send("PUT", path + "?comp=appendblock", line, sas: nil, headers: block).status == 201)
        for (name, value) in [
            ("x-ms-date", "Fri, 02 Jan 2026 03:04:06 GMT"), ("content-length", "9"), ("content-type", "text/plain"),
            ("x-ms-blob-condition-appendpos", "8"), ("if-match", "*"),
        ] {
            let changed = block.merging([name: value]) { $1 }
            let answer = await send("PUT", path + "?comp=appendblock", line, sas: nil, headers: changed)
            #expect(answer.status == 403 && answer.code == "AuthenticationFailed", "\(name)")
        }
        let lite: [String: String] = [
            "x-ms-blob-type": "AppendBlob", "x-ms-date": AzureSamples.date,
            "authorization": "SharedKeyLite leadledgertest:PnNjNQRgGIVPYL0pvQGOEJahooh6Ll0DkpM325yxq8E=",
        ]
        #expect(await send("PUT", "/leads/log", sas: nil, headers: lite).status == 201)
        #expect(await send("PUT", "/leads/other", sas: nil, headers: lite).code == "AuthenticationFailed")
        let unknown = lite.merging(["authorization": "Bearer leadledgertest:AAAA"]) { $1 }
        #expect(await send("PUT", "/leads/log", sas: nil, headers: unknown).code == "InvalidAuthenticationInfo")
        #expect(await send("PUT", "/leads/log", sas: nil).code == "NoAuthenticationInformation")
    }

    @Test func `a shared access signature reaches what it says`() async {
        let append = ["x-ms-blob-type": "AppendBlob"]
        for path in ["/leads/log", "/leadledgertest/leads/log"] {
            #expect(await send("PUT", path + "?comp=appendblock", [65], sas: Self.adding).code == "BlobNotFound")
        }
        #expect(await send("PUT", "/leads/log", sas: Self.adding, headers: append).status == 201)
        // Leave to make is not leave to make anew.
        let second = await send("PUT", "/leads/log", sas: Self.adding, headers: append)
        #expect(second.code == "AuthorizationPermissionMismatch")
        #expect(await send("PUT", "/leads/log?comp=appendblock", [65], sas: Self.adding).status == 201)
        #expect(await send("GET", "/leads/log", sas: Self.adding).code == "AuthorizationPermissionMismatch")
        #expect(await send("GET", "/leads/other", sas: Self.adding).code == "AuthenticationFailed")
        #expect(await send("GET", "/leads/log", sas: Self.reading).body == "A")
        #expect(await send("GET", "/leads?restype=container&comp=list", sas: Self.reading).status == 200)
        let properties = await send("GET", "/leads?restype=container", sas: Self.reading)
        #expect(properties.code == "AuthorizationPermissionMismatch")
        let forged = Self.reading.replacing("sp=rl", with: "sp=rwl")
        #expect(await send("GET", "/leads/log", sas: forged).code == "AuthenticationFailed")
    }

    @Test func `versions, knobs and unknown addresses are answered as the service does`() async {
        let late = await put("x", "x", headers: ["x-ms-version": "2099-01-01"])
        #expect(late.status == 400 && late.code == "InvalidHeaderValue")
        let refused = await send(
            "PUT", "/leads/x", [65], headers: ["x-ms-blob-type": "BlockBlob"], refusing: Refusal(places: [0]))
        #expect(refused.code == "InvalidInput")
        #expect(refused.fates == [RecordFate(key: "leads/x", fate: .refused)])
        let named = await send(
            "PUT", "/leads/x", [65], headers: ["x-ms-blob-type": "BlockBlob"],
            refusing: Refusal(places: [0], code: "BlobIsSealed"))
        #expect(named.status == 409 && named.code == "BlobIsSealed")
        #expect(service.failure(status: 503, code: nil).headers.contains { $0.value == "ServerBusy" })
        #expect(await send("GET", "/leads/%zz").code == "InvalidUri")
        #expect(await send("POST", "/leads/x").code == "UnsupportedHttpVerb")
        #expect(await service.records.isEmpty)
    }
}

internal import Foundation
internal import TestKit
internal import Testing

/// Every shape that a lead may come in, and what becomes of those that have none.
@Suite(.timeLimit(.minutes(2)))
struct ServedShapeTests {
    @Test func `every payload that the marketplace was seen to send is answered`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let bytes = try Data(contentsOf: URL(filePath: "\(Programs.root)/Tests/Goldens/marketplace-payloads.json"))
        let goldens = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let payloads = try #require(goldens["payloads"] as? [[String: Any]])
        #expect(payloads.count >= 4)
        for payload in payloads {
            let name = payload["name"] as? String ?? ""
            let answer = try await service.post(path, try canonical(payload["body"] ?? [:]))
            // The one that names nobody is kept for a person to look at.
            #expect(answer.status == (name == "wire-2019-12-camelCase" ? 202 : 201), "\(name): \(answer.text)")
        }
        for (number, source) in (goldens["leadSources"] as? [String] ?? []).enumerated() {
            let lead: [String: Any] = [
                "LeadSource": source, "UserDetails": ["Email": "source\(number)@example.com"],
                "Description": (goldens["descriptions"] as? [String] ?? [])[number % 3],
            ]
            #expect(try await service.post(path, try canonical(lead)).status == 201, "\(source)")
        }
        let pairs = try #require(goldens["formPairs"] as? [[String]])
        let form = pairs.map { $0.map(formEncoded).joined(separator: "=") }.joined(separator: "&")
        let answer = try await service.post(path, form, type: "application/x-www-form-urlencoded")
        #expect(answer.status == 201, "\(answer.text)")
        try await service.stop()
        // What a payload says of its offer counts more than the endpoint's.
        let offers = Set(try await home.succeed("leads", "-o", "json").list.compactMap { $0["offer"] as? String })
        #expect(offers.isSuperset(of: ["contoso.backup-cloud", "bitnami.openedxcypress"]), "\(offers)")
        #expect(try await home.succeed("leads", "--test", "-o", "json").list.count >= 2)
    }

    @Test func `a missing comma, or nothing at all, is kept and answered with 202`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let bodies = [
            #"{"OfferTitle":"Contoso Test" "Description":"MSFT_TEST_1","UserDetails":{"Email":"a@example.com"}}"#,
            #""a string""#, "42", "{}", "", "[]", "null", #"{"weather":"fine"}"#,
            #"{"LeadSource":"AzureMarketplace","ActionCode":"INS","UserDetails":{"Email":"  ","FirstName":""}}"#,
            marketplaceLead(email: "long@example.com", description: String(repeating: "x", count: 200_000)),
        ]
        var reasons: Set<String> = []
        for (number, body) in bodies.enumerated() {
            let answer = try await service.post(path, body)
            #expect(answer.status == 202, "\(body.prefix(60)): \(answer.text)")
            expectKeys("seq id quarantined reason duplicate", in: try answer.object)
            let reason = try #require(try answer.object["reason"] as? String)
            #expect(!reason.contains("example.com") && !reason.contains("weather") && !reason.contains("fine"))
            reasons.insert(reason)
            let again = try await service.post(path, body)
            #expect(again.status == 202, "\(number)")
            #expect(try again.object["seq"] as? Int == answer.object["seq"] as? Int, "the same bytes are one event")
        }
        #expect(reasons.count >= 5, "\(reasons)")
        let latin = try await service.send(
            Outgoing.post(path, headers: [("Content-Type", "application/json")], body: [0x7b, 0x22, 0xe9, 0x22, 0x7d]))
        #expect(latin.status == 202)
        let odd = try await service.post(path, "x", headers: [("Content-Encoding", "br")])
        #expect(odd.status == 202)
        let listed = try await home.succeed("quarantine", "list", "-o", "json").list
        #expect(listed.count == bodies.count + 2)
        try await service.stop()
        #expect(try await home.succeed("leads", "-o", "json").list.isEmpty)
        let accounting = try await home.succeed("funnel", "-o", "json").object["accounting"] as? [String: Any]
        #expect((accounting?["excluded"] as? [String: Int])?["quarantined"] == bodies.count + 2)
    }

    @Test func `a body beyond the limit is refused with what the limit is`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        let size = 1_048_576
        let fits = try await service.post(path, String(repeating: " ", count: size))
        #expect(fits.status == 202, "\(fits.text)")
        let port = service.port
        let tooLarge = try await offPool {
            let wire = try Wire(port: port)
            // Only announced: the answer does not wait for the bytes.
            try wire.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(size + 1)\r\n\r\n{")
            return try wire.answer()
        }
        #expect(tooLarge.status == 413)
        #expect(try tooLarge.object["type"] as? String == "urn:leadledger:problem:body-too-large")
        #expect(try tooLarge.object["limit"] as? Int == size)
        try await service.stop()
    }

    @Test func `CloudEvents come structured, binary and in batches, and are known by their own ids`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let key = try await home.key("ingest")
        let service = try await home.serve()
        func event(_ id: String) -> String {
            #"{"specversion":"1.0","type":"com.example.lead","source":"/forms","id":"\#(id)","#
                + #""time":"2026-10-01T08:00:00Z","datacontenttype":"application/json","#
                + #""data":{"action":"PLT","source":"SPZA","email":"\#(id)@example.com"}}"#
        }
        for (route, key, prefix) in [(path, nil, "in"), ("/v1/events", key, "api")] {
            func send(_ body: String, _ type: String, _ headers: [(name: String, value: String)] = []) async throws
                -> Answer
            {
                try await service.post(route, body, type: type, key: key, headers: headers)
            }
            let structured = try await send(event("\(prefix)-1"), "application/cloudevents+json; charset=utf-8")
            #expect(structured.status == 201, "\(structured.text)")
            let headers: [(name: String, value: String)] = [
                ("ce-specversion", "1.0"), ("ce-type", "com.example.lead"), ("ce-source", "/forms"),
                ("ce-id", "\(prefix)-2%20%C3%A9"), ("ce-time", "2026-10-01T08:00:00Z"),
            ]
            let data = #"{"action":"PLT","source":"SPZA","email":"\#(prefix)-2@example.com"}"#
            #expect(try await send(data, "application/json", headers).status == 201)
            #expect(try await send(data, "application/json", headers).status == 200)
            let batch = "[\(event("\(prefix)-1")),\(event("\(prefix)-3")),\(event("\(prefix)-4"))]"
            let answer = try await send(batch, "application/cloudevents-batch+json")
            #expect(answer.status == 201, "\(answer.text)")
            #expect(try answer.list.map { $0["duplicate"] as? Bool } == [true, false, false])
            #expect(try answer.list.first?["seq"] as? Int == structured.object["seq"] as? Int)
        }
        try await service.stop()
        let leads = try await home.succeed("leads", "-o", "json").list
        let expected = Set(["in", "api"].flatMap { prefix in (1...4).map { "\(prefix)-\($0)@example.com" } })
        #expect(Set(leads.compactMap { $0["email"] as? String }) == expected)
        let events = try await home.succeed("events", "--type", "ActionRecorded", "-o", "ndjson").lines
        #expect(events.allSatisfy { $0["time"] as? String == "2026-10-01T08:00:00Z" })
    }

    @Test func `bodies come plain or encoded`() async throws {
        let home = try await TestHome()
        let path = try await home.endpoint()
        let service = try await home.serve()
        try home.folder.write(Array(marketplaceLead(email: "packed@example.com").utf8), to: "body")
        let script = "gzip -kf body && (! command -v zstd >/dev/null || zstd -qf body)"
        let packed = try await Running(
            "/bin/sh", ["-c", script], folder: home.folder.path, environment: home.environment,
            workingFolder: home.folder.path
        ).ended()
        #expect(packed.status == 0, "\(packed.err)")
        var isFirst = true
        for (name, encoding) in [("body.gz", "gzip"), ("body.zst", "zstd"), ("body", "identity")] {
            guard FileManager.default.fileExists(atPath: home.folder.file(name)) else { continue }
            let answer = try await service.send(
                Outgoing.post(
                    path, headers: [("Content-Type", "application/json"), ("Content-Encoding", encoding)],
                    body: try home.folder.bytes(of: name)))
            #expect(answer.status == (isFirst ? 201 : 200), "\(encoding): \(answer.text)")
            isFirst = false
        }
        try await service.stop()
        let leads = try await home.succeed("leads", "-o", "json").list
        #expect(leads.map { $0["email"] as? String } == ["packed@example.com"])
    }

    private func formEncoded(_ text: String) -> String {
        (text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "").replacing("%20", with: "+")
    }
}

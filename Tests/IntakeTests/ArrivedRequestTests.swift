import Intake
import Leads
import TestKit
import Testing

@Suite struct ArrivedRequestTests {
    @Test func `a kept request is a message of HTTP`() {
        let kept = request("{}", type: "application/json", [("X-Request-ID", "7")]).kept
        #expect(
            String(decoding: kept, as: UTF8.self)
                == "POST /in/contoso HTTP/1.1\r\nleadledger-client: 192.0.2.7\r\ncontent-type: application/json\r\n"
                + "x-request-id: 7\r\n\r\n{}")
    }

    @Test func `a kept request is read back as it came`() throws {
        var random = SeededRandom.announced("kept requests")
        for _ in 0..<2_000 {
            let request = Self.random(&random)
            #expect(ArrivedRequest(kept: request.kept) == request)
        }
    }

    private static func random(_ random: inout SeededRandom) -> ArrivedRequest {
        let characters = Array("abcdefghij-0123456789 :;=\"%ä€😀/?&\u{7f}\u{a0}")
        func text(_ random: inout SeededRandom) -> String {
            String((0..<random.below(20)).map { _ in characters[random.below(characters.count)] })
        }
        let headers = (0..<random.below(8)).map { _ in
            (name: "x-" + "abc"[...].prefix(random.below(4)), value: text(&random).trimmed)
        }
        return ArrivedRequest(
            method: "POST", path: "/in/" + text(&random).filter { !$0.isWhitespace }, headers: headers,
            body: random.bytes(random.below(100)), client: random.below(2) == 0 ? nil : "2001:db8::1")
    }

    @Test func `a secret is never kept`() {
        let token = "lle_" + String(repeating: "a", count: 40)
        let headers = [
            ("Authorization", "Bearer s3cret"), ("COOKIE", "s3cret"), ("Proxy-Authorization", "s3cret"),
            ("X-API-Key", "s3cret"), ("X-Original-URI", "/in/" + token), ("Referer", "https://l/in/\(token)?s3cret"),
            ("leadledger-client", "s3cret"), ("user-agent", "curl"),
        ]
        var request = ArrivedRequest(method: "POST", path: "/in/x", headers: headers, body: [])
        #expect(request.headers.map(\.name) == ["user-agent"])
        // Nor when somebody puts it there afterwards.
        request.headers = headers.map { ($0.0.lowercased(), $0.1) }
        let kept = String(decoding: request.kept, as: UTF8.self)
        #expect(!kept.contains("s3cret"))
        #expect(!kept.contains(token))
    }

    @Test func `what would end a line or a word early cannot`() throws {
        let request = ArrivedRequest(
            method: "PO ST", path: "/in/a b\r\nx: y", headers: [("a", "b\r\nc: d"), ("e f", "g"), ("", "h")],
            body: Array("\r\n\r\n".utf8), client: "1\r\n2")
        let back = try #require(ArrivedRequest(kept: request.kept))
        #expect(back.method == "PO%20ST")
        #expect(back.path == "/in/a%20b%0D%0Ax:%20y")
        #expect(back.headers.map(\.name) == ["a"])
        #expect(back.headers.map(\.value) == ["b  c: d"])
        #expect(back.client == "1  2")
        #expect(back.body == request.body)
    }

    @Test func `of too many headers those are kept without which the body cannot be read`() throws {
        let long = String(repeating: "v", count: 1_000)
        let many = (0..<100).map { (name: "x-\($0)", value: long) }
        let request = ArrivedRequest(
            method: "POST", path: "/in/x", headers: many + [("content-type", "text/x"), ("ce-id", "7")], body: [1])
        #expect(request.kept.count < ArrivedRequest.keptHeaderBytes + 100)
        let back = try #require(ArrivedRequest(kept: request.kept))
        #expect(back.headers.suffix(2).map(\.name) == ["content-type", "ce-id"])
        #expect(back.headers.count > 20)
    }

    @Test(arguments: [
        "", "{}", "POST /in/x HTTP/1.1", "POST /in/x HTTP/1.1\r\n", "POST /in/x HTTP/1.1\r\na: b\r\n",
        "POST /in/x HTTP/1.1\r\nno colon\r\n\r\n", "POST  HTTP/1.1\r\n\r\n", "a,b\r\n1,2\r\n\r\n",
    ])
    func `bytes that are no kept request are none`(text: String) {
        #expect(ArrivedRequest(kept: Array(text.utf8)) == nil)
    }
}

import Intake
import Leads
import Ledger
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
            ("X-API-Key", "s3cret"), ("X-Original-URI", "/in/" + token), ("X-Access-Token", "s3cret"),
            ("X-Forwarded-Access-Token", "s3cret"), ("X-Forwarded-Authorization", "s3cret"),
            ("X-MS-Token-AAD-Access-Token", "s3cret"), ("leadledger-client", "s3cret"), ("user-agent", "curl"),
        ]
        var request = ArrivedRequest(method: "POST", path: "/in/x", headers: headers, body: [])
        #expect(request.headers.map(\.name) == ["x-original-uri", "user-agent"])
        #expect(request.headers[0].value == "/in/lle_…")
        // Nor when somebody puts it there afterwards.
        request.headers = headers.map { ($0.0.lowercased(), $0.1) }
        let kept = String(decoding: request.kept, as: UTF8.self)
        #expect(!kept.contains("s3cret"))
        #expect(!kept.contains(token))
    }

    @Test(arguments: [
        ("lle_TOKEN", "lle_…"), ("llk_TOKEN", "llk_…"), ("https://l/in/lle_TOKEN?x=1", "https://l/in/lle_…?x=1"),
        ("lle%5FTOKEN", "lle_…"), ("%2Fin%2Flle%5fTOKEN%3F", "%2Fin%2Flle_…%3F"), ("u=lle%255FTOKEN&", "u=lle_…&"),
        ("%6cle%25255FTOKEN", "lle_…"), ("LLE_TOKEN", "lle_…"),
        ("lle_TOKEN, llk_TOKEN", "lle_…, llk_…"), ("llle_TOKEN€", "llle_…€"), ("lle_TOKENTOKEN", "lle_…TOKEN"),
    ])
    func `of a token in a header only its kind is kept`(value: String, kept: String) throws {
        let token = "abcdefghijklmnopqrstuvwxyz234567abcdefgh"
        let shown = value.replacing("TOKEN", with: token)
        let expected = kept.replacing("TOKEN", with: token)
        var request = ArrivedRequest(method: "POST", path: "/in/x", headers: [("Referer", shown)], body: [])
        #expect(request.headers.map(\.value) == [expected])
        #expect(ArrivedRequest(kept: request.kept) == request)
        request.headers = [("referer", shown)]
        #expect(ArrivedRequest(kept: request.kept)?.headers.map(\.value) == [expected])
    }

    @Test(arguments: [
        "michelle_42", "/belle_epoque", "lle_", "llk_short", "lle_" + String(repeating: "a", count: 39),
        "lle_" + String(repeating: "a", count: 39) + "1", "lle%5F%", "lle%5F%25%2",
        "tools/lle_" + String(repeating: "1", count: 40),
    ])
    func `a value that only begins like a token is kept as it is`(value: String) {
        let request = ArrivedRequest(method: "POST", path: "/in/x", headers: [("ce-id", value)], body: [])
        #expect(request.headers.map(\.value) == [value])
        #expect(ArrivedRequest(kept: request.kept) == request)
    }

    @Test func `a CloudEvent of a source that looks like a token is recorded under it`() {
        let headers = [
            (name: "ce-specversion", value: "1.0"), ("ce-id", "michelle_42"), ("ce-source", "/belle_epoque"),
        ]
        let events = leads(IntakeTests.request(#"{"Email":"a@b.c"}"#, headers))
        #expect(events.map(\.identity) == [.id(scope: "/belle_epoque", "michelle_42")])
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

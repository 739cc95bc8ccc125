import Leads
import Testing

@testable import Azure

struct StorageErrorTests {
    private let now = Instant("2026-01-02T03:04:05Z")!

    private func error(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> StorageError {
        StorageError(status: status, body: Array(body.utf8), now: now) { headers[$0] }
    }

    private func body(_ code: String, _ text: String = "words of the service") -> String {
        #"{"odata.error":{"code":"\#(code)","message":{"lang":"en-US","value":"\#(text)\nRequestId:1\nTime:2"}}}"#
    }

    @Test(arguments: [
        (403, "AuthenticationFailed", StorageError.Kind.settings, "Access keys"),
        (403, "AuthorizationFailure", .settings, "Networking"),
        (403, "AuthorizationPermissionMismatch", .settings, "permission r"),
        (400, "InvalidAuthenticationInfo", .settings, "whole key"),
        (403, "AccountIsDisabled", .settings, "subscription"),
        (404, "TableNotFound", .settings, "setting table"),
        (409, "TableBeingDeleted", .settings, "deletes"),
        (503, "ServerBusy", .throttled, "later"),
        (500, "OperationTimedOut", .passing, "later"),
        (500, "InternalError", .passing, "later"),
    ])
    func `each code says what helps`(status: Int, code: String, kind: StorageError.Kind, word: String) {
        let error = error(status, body(code))
        #expect(error.code == code && error.kind == kind && error.status == status)
        #expect(error.mend.contains(word))
        #expect("\(error)".contains(code) && !"\(error)".contains("words of the service"))
    }

    @Test func `the code is found in the header, in both shapes of JSON and in XML`() {
        #expect(error(404, "", ["x-ms-error-code": "TableNotFound"]).code == "TableNotFound")
        #expect(error(404, #"{"error":{"code":"TableNotFound"}}"#).code == "TableNotFound")
        let xml = #"<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Message>m</Message></Error>"#
        #expect(error(403, xml).code == "AuthenticationFailed")
        let other = #"<m:error xmlns:m="x"><m:code>TableNotFound</m:code></m:error>"#
        #expect(error(404, other).code == "TableNotFound")
    }

    @Test(arguments: [
        (429, StorageError.Kind.throttled), (502, .passing), (408, .passing), (418, .settings), (302, .settings),
    ])
    func `without a code the status tells`(status: Int, kind: StorageError.Kind) {
        #expect(error(status, "<html>a proxy's page</html>").kind == kind)
    }

    @Test func `text in the place of a code is not repeated`() {
        let error = error(400, body("see ada@example.com"))
        #expect(error.code == nil && !"\(error)".contains("ada"))
    }

    @Test func `a wrong clock and an ended signature are told from a wrong key`() {
        let failed = body("AuthenticationFailed")
        let late = error(403, failed, ["date": "Fri, 02 Jan 2026 03:24:05 GMT"])
        #expect(late.problem.contains("clock") && late.mend.contains("NTP"))
        #expect(error(403, failed, ["date": "Fri, 02 Jan 2026 03:05:05 GMT"]).mend.contains("Access keys"))
        let ended = body("AuthenticationFailed", "Signature not valid in the specified time frame")
        #expect(error(403, ended).mend.contains("new one"))
    }
}

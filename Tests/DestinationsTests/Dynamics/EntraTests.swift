import Destinations
import Leads
import OrderedJSON
import Outbound
import Testing

struct EntraTests {
    private func refusal(_ status: Int, _ body: String?, retryAfter: Span? = nil) throws -> EntraRefusal {
        let json = try body.map { try JSON.parse(Array($0.utf8)) }
        switch EntraRefusal.read(status: status, body: json, retryAfter: retryAfter) {
        case .success: throw Unexpected()
        case .failure(let refusal): return refusal
        }
    }

    private struct Unexpected: Error {}

    private func body(_ code: Int, _ words: String = "Words.") -> String {
        """
        {"error":"invalid_client","error_description":"AADSTS\(code): \(words) Trace ID: 0 Correlation ID: 0",\
        "error_codes":[\(code)],"trace_id":"0"}
        """
    }

    @Test(arguments: [
        (401, 7_000_215, Outcome.config, "Value"), (401, 7_000_222, .config, "expired"),
        (400, 700_016, .config, "client-id"), (400, 90_002, .config, "tenant"), (400, 900_023, .config, "tenant"),
        (401, 7_000_216, .config, "client-secret"), (401, 7_000_218, .config, "client-secret"),
        (400, 500_011, .config, "url"), (400, 1_002_012, .config, "url"), (400, 70_011, .config, "url"),
        (401, 7_000_112, .config, "disabled"), (401, 7_000_229, .config, "service principal"),
        (400, 53_003, .config, "Conditional Access"), (400, 123_456, .config, "client-secret"),
    ])
    func `a refusal says its code and what to mend`(status: Int, code: Int, outcome: Outcome, mend: String) throws {
        let found = try refusal(status, body(code))
        #expect(found.outcome == outcome)
        #expect(found.problem == "AADSTS\(code): Words.")
        #expect(found.attempt.reason.hasPrefix("AADSTS\(code): Words; "))
        #expect(found.mend.contains(mend))
    }

    @Test(arguments: [
        (400, 50_196, Outcome.retry), (400, 90_033, .retry), (503, 90_033, .retry), (400, 90_006, .retry),
        (400, 90_024, .retry), (400, 90_055, .throttled), (429, 90_055, .throttled), (500, 7_000_215, .retry),
    ])
    func `a fault that passes is waited out`(status: Int, code: Int, outcome: Outcome) throws {
        let found = try refusal(status, body(code), retryAfter: 9 * .second)
        #expect(found.outcome == outcome)
        #expect(found.attempt.outcome == outcome && found.attempt.retryAfter == 9 * .second)
    }

    @Test func `an answer without a code goes by its status`() throws {
        #expect(try refusal(429, nil).outcome == .throttled)
        #expect(try refusal(502, nil).outcome == .retry)
        #expect(try refusal(404, nil).outcome == .config)
        #expect(try refusal(200, "{}").outcome == .config)
        #expect(try refusal(200, #"{"access_token":"a b"}"#).outcome == .config)
        let described = #"{"error":"invalid_client","error_description":"AADSTS7000222: The keys are expired."}"#
        #expect(try refusal(401, described).problem == "AADSTS7000222: The keys are expired.")
    }

    @Test(arguments: [("3599", 3_599), ("\"3599\"", 3_599), ("99999999", 86_400), ("-1", 0)])
    func `a token lives as long as is said`(seconds: String, lifetime: Int64) throws {
        let json = try JSON.parse(Array(#"{"access_token":"abc","expires_in":\#(seconds)}"#.utf8))
        guard case .success(let grant) = EntraRefusal.read(status: 200, body: json, retryAfter: nil) else {
            throw Unexpected()
        }
        #expect(grant.value == "abc" && grant.lifetime == lifetime * .second)
    }

    @Test(arguments: [
        ("https://contoso.crm4.dynamics.com", "https://contoso.crm4.dynamics.com/.default"),
        ("https://contoso.api.crm.dynamics.com", "https://contoso.crm.dynamics.com/.default"),
        ("https://api.example.com:8443", "https://api.example.com:8443/.default"),
        ("http://[::1]:80", "http://[::1]:80/.default"),
    ])
    func `the token is for the environment`(url: String, scope: String) throws {
        let access = EntraAccess(
            login: try EndpointURL("https://login.microsoftonline.com/"), tenant: "contoso.onmicrosoft.com",
            clientID: "c", secret: "s+1&2", environment: try EndpointURL(url))
        #expect(access.scope == scope)
    }

    @Test func `the form is encoded, and the secret is in nothing that is printed`() throws {
        let access = EntraAccess(
            login: try EndpointURL("https://login.microsoftonline.com/"), tenant: "contoso.onmicrosoft.com",
            clientID: "c", secret: "s+1&2", environment: try EndpointURL("https://contoso.crm.dynamics.com"))
        let request = access.request
        #expect(
            request.url.description == "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "grant_type=client_credentials&client_id=c&client_secret=s%2B1%262"
                + "&scope=https%3A%2F%2Fcontoso.crm.dynamics.com%2F.default")
        #expect(!"\(access) \(String(reflecting: access))".contains("s+1&2"))
        let destination = try DynamicsSamples.destination()
        #expect(!"\(destination) \(String(reflecting: destination))".contains(DynamicsSamples.secret))
    }
}

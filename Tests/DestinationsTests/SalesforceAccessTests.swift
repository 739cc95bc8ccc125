import CryptoExtras
import Destinations
import JWTKit
import Leads
import OrderedJSON
import Outbound
import Testing

/// How access is got, byte for byte, from a server that answers with what it is told to.
@Suite(.timeLimit(.minutes(10)))
struct SalesforceAccessTests {
    static func answer(_ json: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(json.utf8.count)\r\n\r\n\(json)"
    }

    static let grant = answer(#"{"access_token":"00D!t0ken","instance_url":"https://contoso--x.my.salesforce.com"}"#)

    /// What a destination would get, and the form it asked with.
    static func ask(
        answer: String, set: [String] = [], secret: [String] = ["client-secret=env:CLIENT_SECRET"], key: String = ""
    ) async throws -> (result: Result<AccessTokens.Grant, AccessTokens.Failure>, request: String) {
        let server = try await RawServer.start(answer: answer)
        let settings = try SalesforceSamples.settings(
            ["url=http://127.0.0.1:\(server.port)", "allow-private=true"] + set, secret: secret)
        let client = APIClient(settings)
        let access = try SalesforceAccess(
            settings, url: try #require(settings.url("url")), client: client,
            secrets: SalesforceSamples.secrets(key: key))
        let result = await access.get(now: Samples.now)
        await client.shutdown()
        let request = server.texts.first ?? ""
        try await server.stop()
        return (result, request)
    }

    @Test func `a client secret goes in a form, and nowhere else`() async throws {
        let (result, request) = try await Self.ask(answer: Self.grant)
        #expect(request.hasPrefix("POST /services/oauth2/token HTTP/1.1\r\n"))
        #expect(
            request.hasSuffix(
                "grant_type=client_credentials&client_id=3MVG9.test&client_secret=made-up-consumer-secret"))
        let grant = try result.get()
        #expect(grant.value == "00D!t0ken" && grant.lifetime == nil)
        #expect(grant.instance?.description == "https://contoso--x.my.salesforce.com/")
    }

    @Test(arguments: [false, true])
    func `a claim is signed with the key, in either form of PEM, and ends in three minutes`(isPKCS8: Bool) async throws
    {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let (result, request) = try await Self.ask(
            answer: Self.grant,
            set: ["auth=jwt", "username=integration@contoso.example", "audience=https://test.salesforce.com"],
            secret: ["private-key=env:PRIVATE_KEY"],
            key: isPKCS8 ? key.pkcs8PEMRepresentation : key.pemRepresentation)
        #expect(throws: Never.self) { try result.get() }
        let body = try #require(request.split(separator: "\r\n\r\n").last)
        let form = try #require(PercentEncoding.parameters(of: body))
        #expect(form.map(\.name) == ["grant_type", "assertion"])
        #expect(form[0].value == "urn:ietf:params:oauth:grant-type:jwt-bearer")
        let assertion = form[1].value
        let verifier = try await JWTKeyCollection().add(
            rsa: Insecure.RSA.PublicKey(backing: key.publicKey), digestAlgorithm: .sha256)
        let claims = try await verifier.verify(assertion, as: Claims.self)
        #expect(claims.iss == "3MVG9.test" && claims.sub == "integration@contoso.example")
        #expect(claims.aud == "https://test.salesforce.com")
        #expect(claims.exp == (Samples.now.micros / 1_000_000) + 180)
    }

    struct Claims: JWTPayload {
        let iss: String
        let sub: String
        let aud: String
        let exp: Int64

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    @Test(arguments: [
        #"{"access_token":"t","instance_url":"ftp://x"}"#, #"{"access_token":"t","instance_url":"https://a@b"}"#,
        #"{"access_token":"a\r\nb"}"#, #"{"access_token":""}"#, #"{"token":"t"}"#, "no json",
    ])
    func `a grant that cannot be used is a setup that is wrong`(json: String) async throws {
        let (result, _) = try await Self.ask(answer: Self.answer(json))
        guard case .failure(let failure) = result else {
            Issue.record("a token was taken")
            return
        }
        #expect(failure.attempt.outcome == .config)
    }

    @Test func `a refusal says why, and neither id nor secret`() async throws {
        let json = #"{"error":"invalid_client","error_description":"invalid client credentials"}"#
        let (result, _) = try await Self.ask(answer: Self.answer(json, status: "400 Bad Request"))
        guard case .failure(let failure) = result else {
            Issue.record("a token was taken")
            return
        }
        #expect(failure.attempt.outcome == .config && failure.attempt.status == 400)
        #expect(failure.attempt.reason.hasPrefix("no access token: invalid_client: invalid client credentials; "))
        #expect(!failure.attempt.reason.contains(SalesforceSamples.clientSecret))
    }

    @Test func `no answer is tried again, for no lead went out`() async throws {
        let (result, _) = try await Self.ask(answer: "")
        guard case .failure(let failure) = result else {
            Issue.record("a token was taken")
            return
        }
        #expect(failure.attempt.outcome == .retry)
    }
}

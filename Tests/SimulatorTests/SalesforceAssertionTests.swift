import Crypto
import CryptoExtras
import Foundation
import Leads
import OrderedJSON
import Simulators
import Testing

struct SalesforceAssertionTests {
    private static let key = try! _RSA.Signing.PrivateKey(keySize: .bits2048)
    private static let form = [(name: "content-type", value: "application/x-www-form-urlencoded")]

    private func service(_ pem: String) throws -> SalesforceService {
        var settings = SalesforceSettings()
        let key = try #require(AssertionKey(pem: pem))
        settings.assertionKey = key
        return SalesforceService(settings)
    }

    private func ask(_ service: SalesforceService, _ assertion: String) async -> Exchange {
        await Exchange(
            service, "POST", "/services/oauth2/token", headers: Self.form,
            body: "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion)
    }

    private func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private func assertion(
        algorithm: String = "RS256", iss: String = "3MVG9leadledger", sub: String = "integration@leadledger.example",
        aud: String = "https://login.salesforce.com", seconds: Int64 = 180, key: _RSA.Signing.PrivateKey = Self.key
    ) throws -> String {
        let header: JSON = ["alg": .string(algorithm)]
        let claims: JSON = [
            "iss": .string(iss), "sub": .string(sub), "aud": .string(aud),
            "exp": .number(Exchange.now.micros / 1_000_000 + seconds),
        ]
        let signed = encode(header.encoded()) + "." + encode(claims.encoded())
        let digest = SHA256.hash(data: Array(signed.utf8))
        let signature = try key.signature(for: digest, padding: .insecurePKCS1v1_5)
        return signed + "." + encode(signature.rawRepresentation)
    }

    @Test func `an assertion that is signed for the user gets a token`() async throws {
        let answer = await ask(try service(Self.key.publicKey.pemRepresentation), try assertion())
        #expect(answer.status == 200)
        #expect(answer.json["instance_url"]?.string == "http://crm.example")
        #expect(answer.json["expires_in"] == nil)
    }

    @Test func `the key may come in a certificate`() async throws {
        let answer = await ask(try service(Self.certificate), Self.signedForCertificate)
        #expect(answer.status == 200)
        #expect(AssertionKey(pem: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----") == nil)
    }

    @Test func `an assertion with one thing wrong gets none`() async throws {
        let service = try service(Self.key.publicKey.pemRepresentation)
        let other = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let wrong: [(String, String)] = [
            (try assertion(key: other), "invalid_grant"), (try assertion(algorithm: "none"), "invalid_grant"),
            (try assertion(iss: "other"), "invalid_client_id"), (try assertion(sub: "somebody"), "invalid_grant"),
            (try assertion(aud: "https://test.salesforce.com"), "invalid_grant"),
            (try assertion(seconds: -1), "invalid_grant"), (try assertion(seconds: 301), "invalid_grant"),
            ("a.b", "invalid_grant"), ("", "invalid_request"),
        ]
        for (assertion, error) in wrong {
            let answer = await ask(service, assertion)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?.string == error)
        }
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIDFTCCAf2gAwIBAgIUDXA6WVi2c9nhXRabQn7sPGV2D6EwDQYJKoZIhvcNAQEL
        BQAwGjEYMBYGA1UEAwwPbGVhZGxlZGdlciB0ZXN0MB4XDTI2MTEyODE4MTEyOVoX
        DTM2MTEyNTE4MTEyOVowGjEYMBYGA1UEAwwPbGVhZGxlZGdlciB0ZXN0MIIBIjAN
        BgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqmWRjwzq8hN2tCOREHWoikqYoCQQ
        EgN3msMfhkp7TMLw92AMPPYJSna+D9EZ/l40DUrejhvHjjjHLHH253IWQjiIqCqc
        hMVkMs+L3mpvtKhVzLlyY1fGdj1ExryOgFlJAUHrCtvjMSn5q96NzlZsTqRatlcp
        Jz8kSEPm3MRokp55Zu4NbfuBSWjxr4VG+zMB4KkyWyJX3jci8gxiZFEduTCawHV1
        TWBF42Hb+X7tv82y+ho3hDAHbscxs+JjBJoxVdiMIqo1Gd046quCMxdnF+ZYF4Nd
        TYlDx64dQ/Uo2ncUweptnh0Xr+ByS1dpB+cvGDolosHgoqrTtH+oqHdS+wIDAQAB
        o1MwUTAdBgNVHQ4EFgQUr/R4rb34BpLusG+WrE9xT6qaG8IwHwYDVR0jBBgwFoAU
        r/R4rb34BpLusG+WrE9xT6qaG8IwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B
        AQsFAAOCAQEAhwOEml5A1iSh9WtY6g+PD+ZpSvU/eObxXeobC4afwbs+nN8Jx3En
        Frf8/hhZdjwxvUQQfMW1If18lP8ZXHV5+9i35/dCXlqEz/uRtFwhpUB+IiaCL4O5
        MwSz9jVwFxr+g8pMHyoxJJxyRCraoKhzWQmbYEu1kwsph/yAh29fDb2G6W88qUQF
        H0b8+daD4Z9O6+D0RQZpIr7Uu44Rj3xU1awCYiV7GgBe1+bvxT6zsynHmWYnkP7R
        3RcDLwynNya7KVWn7pis55R7HJjcRM7a5wnblr5v4NGc56eb1oaoT9Gv/kn+4UUq
        aIJYNoZvgGs9yZL/HiHLprEcwBeuUjx50A==
        -----END CERTIFICATE-----
        """

    /// Good for three minutes from the time of the exchange; nobody has the private key any more.
    private static let signedForCertificate =
        "eyJhbGciOiAiUlMyNTYifQ.eyJpc3MiOiAiM01WRzlsZWFkbGVkZ2VyIiwgInN1YiI6ICJpbnRlZ3JhdGlvbkBsZWFkbGVkZ2VyL"
        + "mV4YW1wbGUiLCAiYXVkIjogImh0dHBzOi8vbG9naW4uc2FsZXNmb3JjZS5jb20iLCAiZXhwIjogMTc5MDg0MzU4MH0.RmVXhSsec"
        + "e3TCFw_HPjbJcPplPUa9YU5pnSPwp3d8ozyjIYcsv1R6v4hiO4oPQtRx2h1Jz3JlqrWl_GL2p3D1kuM13fjdomqIBwzzwpD1wrTD"
        + "wvlWZOqkE-OUD7YHCOweRtzDN0bl9WuBWRwY3Oi5CMo-tpRikQdnw7I2nPBhAdmSbl58Xz-1w8flgh8rZd2svpydd37OXyRXsoOv"
        + "tdXlR0rkRs67KaJYhNXn0FaOA7W3_5upcZ3rWlkT7-lBkpaZLREHJkK4zXQdlmlJIr2f0XHdO4y9Rz2yXDijXQ1NFmsgRvcZCHWN"
        + "Fb1VwoC_fOPxMFRiyQqkTAhnDo6g6eLXQ"
}

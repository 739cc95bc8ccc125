internal import JWTKit
package import Leads
internal import OrderedJSON
package import Outbound

/// Gets access tokens of an org: with the secret of an app, or with a claim that the app's private key signed.
///
/// The answer never says how long a token lives, for the session policy of the user decides; so a token is used until
/// it is refused.
package struct SalesforceAccess: Sendable {
    private let client: APIClient
    private let url: EndpointURL
    private let clientID: String
    private let proof: Proof
    private let allowsPrivate: Bool

    private enum Proof: Sendable {
        case secret(HiddenText)
        /// In PEM, and known to be a key.
        case key(HiddenText, username: String, audience: String)
    }

    /// Reads the secrets.
    /// - Throws: `SecretError`, which names the reference and never the secret.
    package init(_ settings: DestinationSettings, url: EndpointURL, client: APIClient, secrets: SecretReader) throws {
        self.client = client
        self.url = url
        clientID = settings.text("client-id") ?? ""
        allowsPrivate = settings.allowsPrivate
        if settings.text("auth") == "jwt" {
            proof = .key(
                try Self.key(settings, secrets), username: settings.text("username") ?? "",
                audience: Self.audience(settings))
        } else {
            proof = .secret(HiddenText(try secrets.secret(try Self.reference("client-secret", settings))))
        }
    }

    private static func reference(_ key: String, _ settings: DestinationSettings) throws(SecretError) -> SecretReference
    {
        guard let reference = settings.secrets[key] else { throw SecretError("the secret \(key) is not set") }
        return reference
    }

    private static func key(_ settings: DestinationSettings, _ secrets: SecretReader) throws(SecretError) -> HiddenText
    {
        let reference = try reference("private-key", settings)
        let pem = try secrets.secret(reference)
        guard (try? Insecure.RSA.PrivateKey(pem: pem)) != nil else {
            throw SecretError(
                "\(reference) is no RSA private key of 2048 bits or more in PEM, without a password")
        }
        return HiddenText(pem)
    }

    /// Salesforce compares the text of the audience, which has no `/` at its end.
    private static func audience(_ settings: DestinationSettings) -> String {
        var audience = settings.text("audience") ?? "https://login.salesforce.com"
        while audience.hasSuffix("/") { audience.removeLast() }
        return audience
    }

    /// Asks for a token, for `AccessTokens`.
    package func get(now: Instant) async -> Result<AccessTokens.Grant, AccessTokens.Failure> {
        await grant(now: now).mapError { AccessTokens.Failure($0.attempt) }
    }

    /// Asks for a token; where there is none, says what is wrong and how to mend it.
    func grant(now: Instant) async -> Result<AccessTokens.Grant, SalesforceRefusal> {
        guard let address = url.appending("/services/oauth2/token"), let form = await form(now: now) else {
            return .failure(
                SalesforceRefusal(.config, "no request for a token can be made", mend: SalesforceMend.url))
        }
        switch await client.send(HTTPRequestBytes(tokenFrom: address, form: form), now: now) {
        case .answered(let answer): return read(answer, now: now)
        case let silent:
            let silence = SentAttempt(silence: silent, writes: false)
            return .failure(
                SalesforceRefusal(
                    silence.outcome, "no access token: \(silence.reason)", mend: SalesforceMend.url))
        }
    }

    private func form(now: Instant) async -> [(name: String, value: String)]? {
        switch proof {
        case .secret(let secret):
            return [("grant_type", "client_credentials"), ("client_id", clientID), ("client_secret", secret.text)]
        case .key(let key, let username, let audience):
            let claims = SalesforceClaims(
                iss: clientID, sub: username, aud: audience, exp: (now + 3 * .minute).micros / Span.second.micros)
            guard let key = try? Insecure.RSA.PrivateKey(pem: key.text) else { return nil }
            let keys = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256)
            guard let assertion = try? await keys.sign(claims) else { return nil }
            return [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)]
        }
    }

    private func read(_ answer: HTTPAnswer, now: Instant) -> Result<AccessTokens.Grant, SalesforceRefusal> {
        let json = answer.json
        guard answer.status == 200, let token = json?["access_token"]?.string, Self.isToken(token) else {
            return .failure(
                SalesforceRefusal.of(
                    status: answer.status, error: json?["error"]?.string, words: json?["error_description"]?.string,
                    retryAfter: answer.retryAfter(now: now)))
        }
        guard let text = json?["instance_url"]?.string else {
            return .success(AccessTokens.Grant(value: token, lifetime: nil))
        }
        // Leads and the token go there: it is held against the same rules as an address that was typed.
        guard let instance = try? EndpointURL(text), instance.isSecure || allowsPrivate else {
            return .failure(
                SalesforceRefusal(
                    .config, "the token names an instance whose address cannot be used", mend: SalesforceMend.url))
        }
        return .success(AccessTokens.Grant(value: token, lifetime: nil, instance: instance))
    }

    /// Whether a token can stand in a header: visible ASCII, as RFC 6750 has it.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

/// What the private key signs: that the app acts as a user, for the next minutes.
private struct SalesforceClaims: JWTPayload {
    let iss: String
    let sub: String
    let aud: String
    let exp: Int64

    /// Only Salesforce verifies it.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

package import Leads
package import OrderedJSON
package import Outbound

/// Gets access tokens from Entra ID for one application, by its client secret (OAuth 2.0 client credentials,
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
package struct EntraAccess: Sendable {
    private let url: EndpointURL
    private let clientID: String
    private let secret: HiddenText
    /// What the token is for: everything that the application may do at the environment.
    package let scope: String

    /// - Parameters:
    ///   - login: where Entra ID is.
    ///   - tenant: one segment of a path.
    ///   - environment: whom the token is for, the origin of a URL.
    package init(login: EndpointURL, tenant: String, clientID: String, secret: String, environment: EndpointURL) {
        guard let url = login.appending("/\(PercentEncoding.encode(tenant))/oauth2/v2.0/token") else {
            preconditionFailure("an encoded path can follow any URL")
        }
        self.url = url
        self.clientID = clientID
        self.secret = HiddenText(secret)
        scope = Self.resource(environment) + "/.default"
    }

    /// The address that tokens are made for has no `.api` in its host, under which the Web API may be asked as well.
    private static func resource(_ environment: EndpointURL) -> String {
        var labels = environment.host.split(separator: ".")
        if labels.count > 3, labels[1] == "api", labels[2].hasPrefix("crm") { labels.remove(at: 1) }
        let host = environment.host.contains(":") ? environment.host : labels.joined(separator: ".")
        return String(environment.with(host: host).dropLast(environment.target.count))
    }

    package var request: HTTPRequestBytes {
        HTTPRequestBytes(
            tokenFrom: url,
            form: [
                ("grant_type", "client_credentials"), ("client_id", clientID), ("client_secret", secret.text),
                ("scope", scope),
            ])
    }

    /// Asks for a token.
    func grant(_ client: APIClient, now: Instant) async -> Result<AccessTokens.Grant, EntraRefusal> {
        let sent = await client.send(request, now: now)
        if case .answered(let answer) = sent {
            return EntraRefusal.read(
                status: answer.status, body: answer.json, retryAfter: answer.retryAfter(now: now))
        }
        let silence = SentAttempt(silence: sent, writes: false)
        return .failure(
            EntraRefusal(
                outcome: silence.outcome, problem: "Entra ID at \(url.host): \(silence.reason)",
                mend: "check login-url, and that this machine may connect to it", isSilence: true))
    }
}

/// Why Entra ID gives no token: the one table of its answers
/// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
///
/// | answer | outcome |
/// |---|---|
/// | AADSTS90055, 429 | throttled |
/// | AADSTS50196, 90006, 90024, 90033, 408, 5xx | retry |
/// | any other AADSTS code, any other answer | config |
package struct EntraRefusal: Error, Hashable, Sendable {
    package let outcome: Outcome
    /// In the vendor's own words, its code first.
    package let problem: String
    package let mend: String
    package var status: Int?
    package var retryAfter: Span?
    /// No answer came at all.
    package var isSilence = false

    /// For the lead that waits for the token.
    package var attempt: SentAttempt {
        SentAttempt(
            outcome: outcome, status: status,
            reason: outcome == .config ? VendorWords.reason(problem, mend: mend) : problem,
            retryAfter: outcome == .config ? nil : retryAfter)
    }

    package static func read(
        status: Int, body: JSON?, retryAfter: Span?
    ) -> Result<AccessTokens.Grant, EntraRefusal> {
        if status == 200, let token = body?["access_token"]?.string, isToken(token) {
            let life = body?["expires_in"]
            let seconds = life?.integer ?? life?.string.flatMap { Int64($0) }
            // A life beyond all reason would only keep a token that no longer works for longer.
            let span = seconds.map { min(max($0, 0), 86_400) * Span.second }
            return .success(AccessTokens.Grant(value: token, lifetime: span))
        }
        let code = code(body)
        let words = words(body, code: code)
        let title = code.map { "AADSTS\($0)" } ?? "Entra ID answered \(status)"
        return .failure(
            EntraRefusal(
                outcome: outcome(status, code), problem: words.isEmpty ? title : "\(title): \(words)",
                mend: mend(code), status: status, retryAfter: retryAfter))
    }

    /// Whether the text can stand in a header.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    private static func outcome(_ status: Int, _ code: Int64?) -> Outcome {
        switch (code, status) {
        case (90_055, _), (_, 429): .throttled
        case (50_196, _), (90_006, _), (90_024, _), (90_033, _), (_, 408), (_, 500...): .retry
        default: .config
        }
    }

    private static func code(_ body: JSON?) -> Int64? {
        if let code = body?["error_codes"]?.array?.first?.integer { return code }
        return body?["error_description"]?.string?.firstMatch(of: number).flatMap { Int64($0.output.1) }
    }

    /// The description without its code, and without the ids and the time at its end.
    private static func words(_ body: JSON?, code: Int64?) -> String {
        guard var text = body?["error_description"]?.string ?? body?["error"]?.string else { return "" }
        if let end = text.firstRange(of: "Trace ID:") { text = String(text[..<end.lowerBound]) }
        if let code, text.hasPrefix("AADSTS\(code):") { text = String(text.dropFirst("AADSTS\(code):".count)) }
        return VendorWords.clean(text)
    }

    // A regular expression is made once and only read afterwards.
    nonisolated(unsafe) private static let number = /AADSTS([0-9]{1,12})/

    private static func mend(_ code: Int64?) -> String {
        switch code {
        case 7_000_215:
            "the client secret is wrong: give client-secret the secret's Value, not its Secret ID (Entra admin center, "
                + "App registrations, the app, Certificates & secrets)"
        case 7_000_222:
            "the client secret has expired: make a new one (Entra admin center, App registrations, the app, "
                + "Certificates & secrets) and put it where client-secret is read from"
        case 7_000_216, 7_000_218: "client-secret is empty or the app takes none: make a client secret for it"
        case 700_016:
            "no such app in this tenant: check client-id, the app registration's Application (client) ID, and tenant"
        case 7_000_112: "the app is disabled: enable it in the Entra admin center, Enterprise applications"
        case 7_000_229:
            "the app has no service principal in this tenant: add it in the Entra admin center, Enterprise applications"
        case 90_002, 900_023:
            "no such tenant: check tenant, the app registration's Directory (tenant) ID, and login-url for a "
                + "national cloud"
        case 500_011, 650_057, 1_002_012, 70_011:
            "no environment of this tenant is at url: " + DynamicsMends.address
        case 53_003: "a Conditional Access policy forbids it: let the policy leave out this app"
        case nil: "check login-url and tenant"
        default: "check tenant, client-id and client-secret of the app registration"
        }
    }
}

internal import Crypto
internal import Foundation
internal import Leads
internal import OrderedJSON

/// The token endpoint of an org, for one connected app: client credentials, and assertions signed for a user.
struct SalesforceTokenEndpoint {
    let settings: SalesforceSettings
    /// The URL of the org.
    let base: String

    func answer(_ arrival: Arrival, _ tokens: inout AccessTokenBook, _ now: Instant) -> SimulatedAnswer {
        guard arrival.method == "POST" else {
            return Self.refusal("invalid_request", "must use HTTP POST")
        }
        guard let form = SentParameters(form: arrival), let grant = form["grant_type"] else {
            return Self.refusal("unsupported_grant_type", "grant type not supported")
        }
        switch grant {
        case "client_credentials":
            if let refusal = checkClient(arrival, form) { return refusal }
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            if let refusal = checkAssertion(form["assertion"], now) { return refusal }
        default:
            return Self.refusal("unsupported_grant_type", "grant type not supported")
        }
        let lifetime = Int64(settings.sessionSeconds) * Span.second
        let token = tokens.issue(prefix: "00D5g0000000001!", audience: "api", at: now, lifetime: lifetime)
        let issuedAt = String(now.micros / 1_000)
        let id = "\(base)/id/00D5g0000000001EAA/0055g0000000001AAA"
        let signature = Data(SHA256.hash(data: Array((id + issuedAt).utf8))).base64EncodedString()
        // Nothing says how long the token is good: the session ends when nobody uses it.
        let json: JSON = [
            "access_token": .string(token), "signature": .string(signature), "scope": .string("api"),
            "instance_url": .string(base), "id": .string(id), "token_type": .string("Bearer"),
            "issued_at": .string(issuedAt),
        ]
        return SimulatedAnswer(status: 200, headers: Self.common, body: json.encoded())
    }

    private func checkClient(_ arrival: Arrival, _ form: SentParameters) -> SimulatedAnswer? {
        var client = form["client_id"]
        var secret = form["client_secret"]
        let words = (arrival["authorization"] ?? "").split(separator: " ")
        if words.count == 2, words[0].lowercased() == "basic",
            let pair = Data(base64Encoded: String(words[1])).flatMap({ String(data: $0, encoding: .utf8) }),
            let colon = pair.firstIndex(of: ":")
        {
            client = String(pair[..<colon])
            secret = String(pair[pair.index(after: colon)...])
        }
        let host = EntraEndpoint.host(of: base)
        guard host != "login.salesforce.com", host != "test.salesforce.com" else {
            return Self.refusal("invalid_grant", "request not supported on this domain")
        }
        guard client == settings.clientID else {
            return Self.refusal("invalid_client_id", "client identifier invalid")
        }
        guard let expected = settings.clientSecret else {
            return Self.refusal("invalid_grant", "no client credentials user enabled")
        }
        guard let secret, expected.matches(secret) else {
            return Self.refusal("invalid_client", "invalid client credentials")
        }
        return nil
    }

    private func checkAssertion(_ assertion: String?, _ now: Instant) -> SimulatedAnswer? {
        guard let assertion else { return Self.refusal("invalid_request", "assertion type is not valid") }
        guard let claims = settings.assertionKey?.claims(of: assertion) else {
            return Self.refusal("invalid_grant", "invalid assertion")
        }
        guard claims["iss"]?.string == settings.clientID else {
            return Self.refusal("invalid_client_id", "client identifier invalid")
        }
        guard let audience = claims["aud"]?.string, settings.audiences.contains(audience) || audience == base else {
            return Self.refusal("invalid_grant", "audience is invalid")
        }
        // Some clients write the seconds as text.
        let seconds = claims["exp"].flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
        guard let seconds, seconds < 100_000_000_000, now < Instant(micros: seconds * 1_000_000),
            Instant(micros: seconds * 1_000_000) <= now + 5 * .minute
        else { return Self.refusal("invalid_grant", "expired authorization code") }
        guard claims["sub"]?.string == settings.username else {
            return Self.refusal("invalid_grant", "user hasn't approved this consumer")
        }
        return nil
    }

    static func refusal(_ error: String, _ description: String, status: Int = 400) -> SimulatedAnswer {
        let json: JSON = ["error": .string(error), "error_description": .string(description)]
        return SimulatedAnswer(status: status, headers: common, body: json.encoded())
    }

    private static let common: [(name: String, value: String)] = [
        ("content-type", "application/json;charset=UTF-8"), ("cache-control", "no-cache, no-store"),
        ("pragma", "no-cache"),
    ]
}

internal import Leads
internal import OrderedJSON
internal import Outbound

/// Gets access tokens from an instance's identity endpoint.
///
/// Marketo gives the same token to whoever asks before it has ended, with what is left of its time. So a token that is
/// about to end is waited for: replacing it early is impossible, and a request that arrives after its end would be
/// refused.
struct MarketoAccess: Sendable {
    /// Tokens that end this soon are not used.
    static let margin = 5 * Span.second

    let url: EndpointURL
    let clientID: String
    let secret: HiddenText
    let client: APIClient
    /// What is added to a reason that may come from a wrong address.
    let hint: String
    /// Lets time pass.
    let pause: @Sendable (Span) async -> Void

    func get(now: Instant) async -> Result<AccessTokens.Grant, AccessTokens.Failure> {
        let first = await ask(now: now)
        guard case .success(let grant) = first, let lifetime = grant.lifetime, lifetime <= Self.margin else {
            return first
        }
        await pause(Span(micros: lifetime.micros + Span.second.micros))
        let second = await ask(now: now)
        guard case .success(let grant) = second, let lifetime = grant.lifetime, lifetime <= Self.margin else {
            return second
        }
        return .failure(
            .init(
                SentAttempt(
                    outcome: .retry, status: 200, reason: "the access token is about to end, and no other is given",
                    retryAfter: Self.margin)))
    }

    func request() -> HTTPRequestBytes {
        HTTPRequestBytes(
            tokenFrom: url,
            form: [("grant_type", "client_credentials"), ("client_id", clientID), ("client_secret", secret.text)])
    }

    private func ask(now: Instant) async -> Result<AccessTokens.Grant, AccessTokens.Failure> {
        let sent = await client.send(request(), now: now)
        guard case .answered(let answer) = sent else {
            var attempt = SentAttempt(silence: sent, writes: false)
            let isAddress = if case .notSent = sent { true } else { attempt.outcome == .config }
            attempt.reason = "no access token: " + attempt.reason + (isAddress ? hint : "")
            return .failure(.init(attempt))
        }
        return Self.grant(
            status: answer.status, body: answer.json, retryAfter: answer.retryAfter(now: now), hint: hint, now: now)
    }

    /// What the identity endpoint's answer means: 400, 401 and 403 are `config`, so are redirects and 404; 429 is
    /// `throttled`; anything else without a token is `retry`.
    static func grant(
        status: Int, body: JSON?, retryAfter: Span?, hint: String, now: Instant
    ) -> Result<AccessTokens.Grant, AccessTokens.Failure> {
        if (200...299).contains(status), let token = body?["access_token"]?.string, !token.isEmpty {
            let seconds = body?["expires_in"].flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
            return .success(.init(value: token, lifetime: seconds.map { max(0, min($0, 86_400)) * .second }))
        }
        let words = [body?["error"]?.string, body?["error_description"]?.string].compactMap { $0 }
        let said = VendorWords.clean(words.isEmpty ? "answered \(status)" : words.joined(separator: ": "))
        var attempt = SentAttempt(outcome: .retry, status: status, reason: "no access token: \(said)")
        switch status {
        case 400, 401, 403:
            attempt.outcome = .config
            attempt.reason = VendorWords.reason(
                attempt.reason, mend: "check client-id and the secret client-secret against the LaunchPoint service")
        case 300...399, 404, 405:
            attempt.outcome = .config
            attempt.reason = VendorWords.reason(attempt.reason, mend: "check server-id or base-url" + hint)
        case 429:
            attempt.outcome = .throttled
            attempt.retryAfter = retryAfter ?? 20 * .second
        default:
            attempt.retryAfter = retryAfter
            if let call = MarketoOutcome.call(status: status, body: body, retryAfter: retryAfter, now: now),
                call.outcome == .throttled || call.outcome == .config
            {
                attempt.outcome = call.outcome
                attempt.retryAfter = call.rest
                attempt.reason = "no access token: \(call.code) " + VendorWords.clean(call.message)
            }
        }
        return .failure(.init(attempt))
    }
}

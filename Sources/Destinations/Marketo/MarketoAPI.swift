internal import Leads
internal import OrderedJSON
internal import Outbound

/// Calls one instance of Marketo with an access token.
struct MarketoAPI: Sendable {
    let base: EndpointURL
    let client: APIClient
    let tokens: AccessTokens

    /// What became of a call.
    enum Called: Sendable {
        /// There was no token, so nothing was sent.
        case noToken(SentAttempt)
        /// No answer came.
        case silent(HTTPRequestBytes, Sent, SentAttempt)
        case answered(HTTPRequestBytes, HTTPAnswer, Said)
    }

    /// What an answer says.
    struct Said: Sendable {
        /// Why the call was not carried out; `nil` when it was.
        let failure: MarketoOutcome?
        let results: [JSON]
    }

    /// Where an instance is: `base-url` or the address that its Munchkin account id makes.
    ///
    /// Marketo shows its addresses with `/rest` and `/identity` at their ends; both are taken off again.
    static func base(_ settings: DestinationSettings) -> EndpointURL? {
        guard let url = settings.url("base-url") else {
            return settings.text("server-id").flatMap { try? EndpointURL("https://\($0).mktorest.com") }
        }
        var text = String(url.description.prefix { $0 != "?" })
        while text.hasSuffix("/") { text.removeLast() }
        for end in ["/rest", "/identity"] where text.hasSuffix(end) { text.removeLast(end.count) }
        return try? EndpointURL(text)
    }

    func request(_ target: String, body: [UInt8]?, token: String) -> HTTPRequestBytes {
        HTTPRequestBytes(target, below: base, body: body, token: token)
    }

    /// Asks (`body` is `nil`) or writes, once.
    func call(_ target: String, body: [UInt8]? = nil, now: Instant) async -> Called {
        let token: AccessTokens.Token
        switch await tokens.token(now: now) {
        case .failure(let failure): return .noToken(failure.attempt)
        case .success(let got): token = got
        }
        let request = request(target, body: body, token: token.value)
        let sent = await client.send(request, now: now)
        guard case .answered(let answer) = sent else {
            return .silent(request, sent, SentAttempt(silence: sent))
        }
        let json = answer.json
        var failure = MarketoOutcome.call(
            status: answer.status, body: json, retryAfter: answer.retryAfter(now: now), now: now)
        if await tokens.judge(token, by: [failure?.outcome ?? .delivered]) == .config { failure?.outcome = .config }
        return .answered(request, answer, Said(failure: failure, results: json?["result"]?.array ?? []))
    }
}

internal import Leads
internal import OrderedJSON

/// The tokens that were handed out, to one client.
struct MarketoTokens {
    private let clientID: SimulatedSecret
    private let clientSecret: SimulatedSecret
    private let lifetime: Span
    private var book = AccessTokenBook()
    private var current: (text: String, endsAt: Instant)?
    /// How often a token was handed out, the same one again included.
    private(set) var answers = 0

    init(_ settings: MarketoSettings) {
        clientID = SimulatedSecret(settings.clientID)
        clientSecret = SimulatedSecret(settings.clientSecret)
        lifetime = settings.tokenSeconds * .second
    }

    /// Hands out a token: the one that is still good, if there is one, with what is left of its time.
    mutating func answer(_ arrival: Arrival, now: Instant) throws(MarketoFault) -> SimulatedAnswer {
        let query = SentParameters(query: arrival.query)
        let form = arrival.method == "POST" ? SentParameters(form: arrival) : nil
        func parameter(_ name: String) -> String { query[name] ?? form?[name] ?? "" }
        guard ["GET", "POST"].contains(arrival.method) else { throw .http(status: 405) }
        guard parameter("grant_type") == "client_credentials" else {
            throw .identity(
                status: 400, error: "unsupported_grant_type", description: "Unsupported grant type")
        }
        guard clientID.matches(parameter("client_id")) else {
            throw .identity(status: 401, error: "unauthorized", description: "No client with requested id")
        }
        guard clientSecret.matches(parameter("client_secret")) else {
            throw .identity(status: 401, error: "invalid_client", description: "Bad client credentials")
        }
        let token: (text: String, endsAt: Instant)
        if let current, now < current.endsAt {
            token = current
        } else {
            token = (book.issue(suffix: ":int", audience: "rest", at: now, lifetime: lifetime), now + lifetime)
            current = token
        }
        answers += 1
        return MarketoAnswers.json(
            200,
            [
                "access_token": .string(token.text), "token_type": .string("bearer"),
                "expires_in": .number((token.endsAt - now).micros / Span.second.micros),
                "scope": .string("leadledger@example.com"),
            ])
    }

    /// Throws unless the request carries a token that is good, in the header and nowhere else.
    func check(_ arrival: Arrival, now: Instant) throws(MarketoFault) {
        guard !SentParameters(query: arrival.query).all.contains(where: { $0.name == "access_token" }) else {
            throw .call("601")
        }
        guard let header = arrival["authorization"], !header.isEmpty else { throw .call("600") }
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw .call("601") }
        switch book.state(of: String(words[1]), at: now) {
        case .unknown: throw .call("601")
        case .ended: throw .call("602")
        case .good: return
        }
    }

    mutating func end() {
        book.endAll()
        current = nil
    }
}

internal import Leads
internal import OrderedJSON

/// The tokens that were handed out, to one client.
struct MarketoTokens {
    private let clientID: KnownSecret
    private let clientSecret: KnownSecret
    private let lifetime: Span
    private var all: [Token] = []
    /// How often a token was handed out, the same one again included.
    private(set) var answers = 0

    private struct Token {
        let text: String
        let secret: KnownSecret
        var endsAt: Instant
    }

    init(_ settings: MarketoSettings) {
        clientID = KnownSecret(settings.clientID)
        clientSecret = KnownSecret(settings.clientSecret)
        lifetime = settings.tokenSeconds * .second
    }

    /// Hands out a token: the one that is still good, if there is one, with what is left of its time.
    mutating func answer(_ arrival: Arrival, now: Instant) throws(MarketoFault) -> SimulatedAnswer {
        let query = SentParameters(arrival.query)
        var form = SentParameters(nil)
        if arrival.method == "POST", arrival.mediaType == "application/x-www-form-urlencoded" {
            form = SentParameters(String(decoding: arrival.body, as: UTF8.self))
        }
        func parameter(_ name: String) -> String { query[name] ?? form[name] ?? "" }
        guard ["GET", "POST"].contains(arrival.method) else { throw .http(status: 405) }
        guard parameter("grant_type") == "client_credentials" else {
            throw .identity(
                status: 400, error: "unsupported_grant_type", description: "Unsupported grant type")
        }
        guard clientID.isSame(as: parameter("client_id")) else {
            throw .identity(status: 401, error: "unauthorized", description: "No client with requested id")
        }
        guard clientSecret.isSame(as: parameter("client_secret")) else {
            throw .identity(status: 401, error: "invalid_client", description: "Bad client credentials")
        }
        if all.last.map({ $0.endsAt <= now }) ?? true {
            let text = Self.random() + ":int"
            all.append(Token(text: text, secret: KnownSecret(text), endsAt: now + lifetime))
        }
        let token = all[all.count - 1]
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
        guard SentParameters(arrival.query)["access_token"] == nil else { throw .call("601") }
        guard let header = arrival["authorization"], !header.isEmpty else { throw .call("600") }
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer",
            let token = all.first(where: { $0.secret.isSame(as: String(words[1])) })
        else { throw .call("601") }
        guard now < token.endsAt else { throw .call("602") }
    }

    mutating func end() {
        for place in all.indices { all[place].endsAt = .earliest }
    }

    private static func random() -> String {
        let digits = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        return String(digits.prefix(32))
    }
}

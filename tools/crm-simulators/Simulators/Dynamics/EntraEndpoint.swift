internal import Leads

/// The token endpoint of Entra ID, for one application in one tenant.
struct EntraEndpoint {
    let settings: DynamicsSettings
    /// Of the environment that tokens are for.
    let base: String

    func answer(_ arrival: Arrival, _ tokens: inout AccessTokenBook, _ now: Instant) -> SimulatedAnswer {
        guard arrival.method == "POST" else {
            return EntraAnswers.refusal(900_561, "The endpoint only accepts POST requests.")
        }
        let parts = arrival.path.split(separator: "/")
        guard parts.count == 4, PercentEncoding.decode(parts[0])?.lowercased() == settings.tenant.lowercased() else {
            return EntraAnswers.refusal(90_002, "Tenant '\(parts.first ?? "")' not found.")
        }
        guard let form = SentParameters(form: arrival), let grant = form["grant_type"] else {
            return missing("grant_type")
        }
        guard grant == "client_credentials" else {
            return EntraAnswers.refusal(70_003, "The app requested an unsupported grant type '\(grant)'.")
        }
        guard let client = form["client_id"] else { return missing("client_id") }
        guard client.lowercased() == settings.clientID.lowercased() else {
            return EntraAnswers.refusal(
                700_016, "Application with identifier '\(client)' was not found in the directory.")
        }
        guard let secret = form["client_secret"] else {
            return EntraAnswers.refusal(
                7_000_216,
                "'client_assertion', 'client_secret' or 'request' is required for the "
                    + "'client_credentials' grant type.")
        }
        guard settings.clientSecret.matches(secret) else {
            return EntraAnswers.refusal(
                7_000_215,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client "
                    + "secret value, not the client secret ID, for a secret added to app '\(client)'.")
        }
        guard let scope = form["scope"] else { return missing("scope") }
        guard scope.hasSuffix("/.default"), !scope.contains(" ") else {
            return EntraAnswers.refusal(
                1_002_012,
                "The provided value for scope \(scope) is not valid. Client credential flows must have a "
                    + "scope value with /.default suffixed to the resource identifier (application ID URI).")
        }
        // A resource that ends in a slash is the same one.
        let resource = scope.dropLast(9).hasSuffix("/") ? scope.dropLast(10) : scope.dropLast(9)
        let host = Self.host(of: resource)
        guard host == Self.host(of: base) || host.hasSuffix(".dynamics.com") else {
            return EntraAnswers.refusal(
                500_011, "The resource principal named \(resource) was not found in the tenant.")
        }
        let lifetime = Int64(settings.tokenSeconds) * Span.second
        let token = tokens.issue(prefix: "eyJ0eXAi.", audience: host, at: now, lifetime: lifetime)
        return EntraAnswers.token(token, seconds: settings.tokenSeconds)
    }

    /// The host and port in a URL, in lower case; empty where there is none.
    static func host(of url: some StringProtocol) -> String {
        guard let start = url.firstRange(of: "://"),
            ["http", "https"].contains(url[..<start.lowerBound].lowercased())
        else { return "" }
        return url[start.upperBound...].prefix { $0 != "/" }.lowercased()
    }

    private func missing(_ name: String) -> SimulatedAnswer {
        EntraAnswers.refusal(
            900_144, "The request body must contain the following parameter: '\(name)'.")
    }
}

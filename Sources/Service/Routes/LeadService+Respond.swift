internal import HTTPTypes
internal import HummingbirdCore
internal import Leads
internal import Ledger
internal import Logging
internal import NIOCore
internal import OrderedJSON
internal import Views

extension LeadService {
    /// Answers one request: finds its route, lets the route's callers in and only them, and writes and notes what came
    /// of it.
    @Sendable
    func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let start = ContinuousClock.now
        let requestID = requestIDs.name(request.headers[.requestID])
        let (path, query) = Self.target(request)
        var place: Int?
        var template = "unmatched"
        let client = client(request, channel)
        var caller = Exchange.Caller.anybody
        var answer: Answer
        do {
            switch Self.routes.match(request.method, path) {
            case .found(let found, let argument):
                let route = Self.routes.routes[found]
                place = found
                template = route.template
                var exchange = Exchange(
                    request: request, route: route, argument: argument, query: query, requestID: requestID,
                    client: client)
                caller = try admit(exchange)
                exchange.caller = caller
                try refuseLargeBody(exchange)
                if !route.bodies.isEmpty, request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                answer = try await route.handle(self, exchange)
            case .wrongMethod(let allowed, let known):
                template = known
                place = Self.routes.routes.firstIndex { $0.template == known }
                answer = Self.optionsOrRefusal(request, allowed: allowed, requestID: requestID)
            case .unknown:
                answer = Answer(Problem(.notFound, "No route has this path."), requestID: requestID)
            }
        } catch {
            guard let problem = problem(error) else {
                noteEnd(request, template, error, caller, requestID: requestID, client: client)
                throw error
            }
            answer = Answer(problem, requestID: requestID)
        }
        if isDraining { answer.closes = true }
        let micros = (ContinuousClock.now - start).micros
        metrics.request(place, request.method, status: answer.status.code, micros: micros)
        note(request, template, answer, caller, requestID: requestID, client: client, micros: micros)
        let head = head(of: answer, requestID: requestID)
        let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: answer.body)
        try await writer.write(response: head, body: body)
        // What follows on this connection was read ahead perhaps: taken now, it would be recorded and never answered.
        if answer.closes { throw LastAnswer() }
    }

    /// Ends a connection after the answer that said so.
    private struct LastAnswer: Error {}

    /// Path and query as they came, without the scheme and host of an absolute form.
    private static func target(_ request: Request) -> (path: Substring, query: Substring) {
        var target = (request.head.path ?? "/")[...]
        if let hash = target.utf8.firstIndex(of: UInt8(ascii: "#")) { target = target[..<hash] }
        if target.utf8.first != UInt8(ascii: "/") { return (request.uri.path[...], (request.uri.query ?? "")[...]) }
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (target, "") }
        return (target[..<mark], target[target.utf8.index(after: mark)...])
    }

    private func client(_ request: Request, _ channel: any Channel) -> String? {
        forwarded.client(
            peer: channel.remoteAddress?.ipAddress, headers: request.headers[values: .forwardedFor])
    }

    private func admit(_ exchange: Exchange) throws(Problem) -> Exchange.Caller {
        switch exchange.route.access {
        case .everybody: return .anybody
        case .token:
            guard let endpoint = gate.endpoint(token: String(exchange.argument)) else {
                throw Problem(.unknownEndpoint, "No lead endpoint has this token, or it was revoked.")
            }
            return .endpoint(endpoint)
        case .key(let scope):
            let challenge = "Bearer realm=\"leadledger\""
            guard let header = exchange[.authorization] else {
                throw Problem(.unauthenticated, "The request has no key.").with(.wwwAuthenticate, challenge)
            }
            let words = header.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 2, words[0].lowercased() == "bearer", let key = gate.key(text: String(words[1])) else {
                throw Problem(.unauthenticated, "The key is unknown or was revoked.")
                    .with(.wwwAuthenticate, challenge + ", error=\"invalid_token\"")
            }
            guard key.scope.allows(scope) else {
                throw Problem(.forbidden, "The key has the scope \(key.scope.rawValue).")
                    .with("scope", .string(scope.rawValue))
                    .with(
                        .wwwAuthenticate,
                        challenge + ", error=\"insufficient_scope\", scope=\"\(scope.rawValue)\"")
            }
            if let seconds = pace.take(key.id) {
                throw Problem(.tooManyRequests, "More than \(settings.requestsPerKey) a second came with this key.")
                    .retry(afterSeconds: seconds)
            }
            return .key(key)
        }
    }

    /// Refuses a body by what its header says, before a byte of it is read.
    private func refuseLargeBody(_ exchange: Exchange) throws(Problem) {
        if let length = declaredLength(exchange.request), length > settings.bodyLimit { throw tooLarge() }
    }

    private static func optionsOrRefusal(_ request: Request, allowed: String, requestID: String) -> Answer {
        if request.method == .options {
            var answer = Answer(.noContent, type: "", [])
            answer.headers = [(.allow, allowed)]
            return answer
        }
        // The method is what the client wrote, so it is not repeated.
        return Answer(
            Problem(.methodNotAllowed, "This address does not take this method.").with(.allow, allowed),
            requestID: requestID)
    }

    /// What a caller is told of an error; `nil` when there is nobody left to tell.
    private func problem(_ error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: return problem
        case is LedgerError:
            return Problem(.ledgerUnavailable, "The ledger could not be read.").retry(afterSeconds: 30).because(error)
        case is ViewsError:
            return Problem(.viewsUnavailable, "The views could not be read.").retry(afterSeconds: 5).because(error)
        case is BrokenOff, is CancellationError, is ChannelError: return nil
        default: return Problem(.internalError, "The request could not be answered.").because(error)
        }
    }
}

internal import AsyncHTTPClient
package import Leads
internal import NIOCore
internal import NIOHTTP1

/// What became of one request.
package enum Sent: Hashable, Sendable {
    case answered(HTTPAnswer)
    /// The address is none that a request may go to. Nothing went out.
    case refused(String)
    /// No connection could be made. Nothing went out.
    case notSent(String)
    /// The request went out, in part at least, and no answer came.
    case unanswered(String)
}

/// Sends requests to one host, and to nothing else the host's name may be bent to.
///
/// - Redirects are answers like any other.
/// - The name is resolved first, at most once a minute; every address found is checked against `AddressRules`, and one
///   that is not allowed refuses the request whatever the others are. The connection then goes to an address that was
///   checked, while TLS and the `Host` header keep the name, so that a second answer of the name server is never asked
///   for.
/// - Addresses are tried in turn as long as nothing was sent.
/// - It logs nothing.
package actor HTTPSender {
    private let host: String
    private let allowsPrivate: Bool
    private let timeout: Span
    private let resolver: Resolver
    private var checked: (addresses: [IPAddress], at: Instant)?
    private var lines: [IPAddress: Line] = [:]
    private var isClosed = false

    /// The client that leads to one address, and how many requests are on it.
    private final class Line {
        let client: HTTPClient
        var inFlight = 0
        /// Whether there may be connections kept from an earlier request.
        var hasAnswered = false
        var isRetired = false

        init(_ client: HTTPClient) { self.client = client }
    }

    /// Connections to one address at once.
    private static let connections = 64
    /// Addresses tried for one request.
    private static let tries = 3

    /// - Parameters:
    ///   - timeout: for one request, resolving the name and reading the answer each within it.
    package init(host: String, allowsPrivate: Bool, timeout: Span, resolver: Resolver? = nil) {
        self.host = host
        self.allowsPrivate = allowsPrivate
        self.timeout = timeout
        self.resolver = resolver ?? .system(limit: timeout)
    }

    /// - Parameter answerLimit: bytes read of the answer's body.
    package func send(
        _ request: HTTPRequestBytes, now: Instant, answerLimit: Int = HTTPAnswer.limit
    ) async -> Sent {
        precondition(request.url.host == host, "a sender knows one host")
        let addresses: [IPAddress]
        do {
            addresses = try await allowedAddresses(now: now)
        } catch {
            return error.sent
        }
        let deadline = ContinuousClock.now + .microseconds(timeout.micros)
        var sent = Sent.notSent("no time was left to connect")
        for address in addresses.prefix(Self.tries) where ContinuousClock.now < deadline {
            sent = await attempt(request, at: address, deadline: deadline, limit: answerLimit)
            // A connection kept from before may have ended meanwhile, which is no news about the endpoint.
            if case .notSent = sent, lines[address]?.hasAnswered == true {
                sent = await attempt(request, at: address, deadline: deadline, limit: answerLimit)
            }
            guard case .notSent = sent else {
                prefer(address)
                break
            }
        }
        return sent
    }

    private func attempt(
        _ request: HTTPRequestBytes, at address: IPAddress, deadline: ContinuousClock.Instant, limit: Int
    ) async -> Sent {
        guard !isClosed else { return .notSent("the destination was closed") }
        let line = line(to: address)
        line.inFlight += 1
        let exchange = HTTPExchange(client: line.client, deadline: deadline, limit: limit)
        let sent = await exchange.run(request, url: url(of: request, at: address))
        line.inFlight -= 1
        if case .answered = sent { line.hasAnswered = true }
        if line.isRetired, line.inFlight == 0 { await Self.close(line.client) }
        return sent
    }

    /// Ends requests that are under way and lets go of all connections. Nothing can be sent afterwards.
    package func shutdown() async {
        isClosed = true
        let open = lines.values
        lines = [:]
        for line in open { await Self.close(line.client) }
    }

    private enum Obstacle: Error {
        case refused(String), unresolved(String)

        var sent: Sent {
            switch self {
            case .refused(let reason): .refused(reason)
            case .unresolved(let reason): .notSent(reason)
            }
        }
    }

    private func allowedAddresses(now: Instant) async throws(Obstacle) -> [IPAddress] {
        if let checked, now >= checked.at, now - checked.at < .minute { return checked.addresses }
        let addresses: [IPAddress]
        if let literal = IPAddress(literal: host) {
            addresses = [literal]
        } else {
            do {
                addresses = try await resolver.lookUp(host)
            } catch {
                throw .unresolved("the name of the endpoint could not be resolved: \(error.reason)")
            }
        }
        for address in addresses {
            if let block = AddressRules.refusal(of: address, allowsPrivate: allowsPrivate) {
                checked = nil
                throw .refused(Self.refusal(address, block))
            }
        }
        checked = (addresses, now)
        await retireAll(except: addresses)
        return addresses
    }

    static func refusal(_ address: IPAddress, _ block: AddressRules.Block) -> String {
        "the endpoint is at \(address), \(block.description)"
            + (block.isPermittedByName ? "; allow-private=true permits it" : ", which no setting permits")
    }

    /// Puts the address that worked first, until the name is resolved again.
    private func prefer(_ address: IPAddress) {
        guard let current = checked, current.addresses.first != address,
            let index = current.addresses.firstIndex(of: address)
        else { return }
        checked?.addresses.swapAt(0, index)
    }

    private func line(to address: IPAddress) -> Line {
        if let line = lines[address] { return line }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // The limit for connecting leaves time for another address.
        configuration.timeout = .init(
            connect: .microseconds(min(timeout.micros / 2, 10_000_000)), read: .microseconds(timeout.micros))
        configuration.connectionPool.idleTimeout = .seconds(15)
        // How many requests are on the way at once is the caller's affair; none waits for a connection behind others.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connections
        // Trying again is the schedule's affair.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.dnsOverride = [host: address.description]
        let line = Line(HTTPClient(configuration: configuration))
        lines[address] = line
        return line
    }

    /// A host that is an address, however oddly written, is spelled out, so that nobody reads it otherwise again.
    private func url(of request: HTTPRequestBytes, at address: IPAddress) -> String {
        request.url.with(host: IPAddress(literal: host) == nil ? host : address.description)
    }

    private func retireAll(except addresses: [IPAddress]) async {
        let retired = lines.filter { !addresses.contains($0.key) }
        for (address, line) in retired {
            lines[address] = nil
            line.isRetired = true
        }
        for line in retired.values where line.inFlight == 0 { await Self.close(line.client) }
    }

    private static func close(_ client: HTTPClient) async {
        // It fails only where it was shut down before, which is what is wanted.
        try? await client.shutdown()
    }
}

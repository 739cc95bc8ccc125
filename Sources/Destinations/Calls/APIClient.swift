internal import Crypto
package import Leads
package import OrderedJSON
package import Outbound

/// Sends the requests of one destination, to the few hosts that it has, and says what is common to all answers.
package struct APIClient: Sendable {
    private let hosts: Hosts

    /// - Parameter resolver: finds addresses of names; the system's own unless a test says otherwise.
    package init(_ settings: DestinationSettings, resolver: Resolver? = nil) {
        hosts = Hosts(allowsPrivate: settings.allowsPrivate, timeout: settings.timeout, resolver: resolver)
    }

    /// Bytes of an answer that are read; the answer to a batch of 300 fits several times.
    private static let answerLimit = 4 << 20

    package func send(_ request: HTTPRequestBytes, now: Instant) async -> Sent {
        await hosts.sender(request.url.host).send(request, now: now, answerLimit: Self.answerLimit)
    }

    package func shutdown() async { await hosts.shutdown() }

    /// What can be said against an address without the network: a host that is an address which is not allowed.
    package static func check(
        _ url: EndpointURL, key: String, allowsPrivate: Bool
    ) throws(DestinationSettingsError) {
        guard let address = IPAddress(literal: url.host),
            let block = AddressRules.refusal(of: address, allowsPrivate: allowsPrivate)
        else { return }
        throw DestinationSettingsError(
            key: key, problem: "leads to \(block.description)",
            allowed: block.isPermittedByName ? "public addresses, or any with allow-private=true" : "public addresses")
    }

    /// One sender a host, made when the host is first spoken to.
    private actor Hosts {
        private let allowsPrivate: Bool
        private let timeout: Span
        private let resolver: Resolver?
        private var senders: [String: HTTPSender] = [:]
        private var isClosed = false

        init(allowsPrivate: Bool, timeout: Span, resolver: Resolver?) {
            self.allowsPrivate = allowsPrivate
            self.timeout = timeout
            self.resolver = resolver
        }

        func sender(_ host: String) async -> HTTPSender {
            if let sender = senders[host] { return sender }
            let sender = HTTPSender(host: host, allowsPrivate: allowsPrivate, timeout: timeout, resolver: resolver)
            senders[host] = sender
            if isClosed { await sender.shutdown() }
            return sender
        }

        func shutdown() async {
            isClosed = true
            for sender in senders.values { await sender.shutdown() }
        }
    }
}

extension SentAttempt {
    /// What it means that no answer came: one meaning for all systems.
    /// - Parameter writes: whether the request could change anything: nobody has to wonder what became of one that
    ///   only asks, for a token or otherwise.
    package init(silence sent: Sent, writes: Bool = true) {
        switch sent {
        case .answered: preconditionFailure("an answer is no silence")
        case .refused(let reason): self.init(outcome: .config, reason: reason)
        case .notSent(let reason): self.init(outcome: .retry, reason: reason)
        case .unanswered(let reason): self.init(outcome: writes ? .ambiguous : .retry, reason: reason)
        }
    }
}

extension HTTPAnswer {
    /// The body, where it is JSON and was read to its end.
    package var json: JSON? { isCut ? nil : try? JSON.parse(body) }

    /// How long the destination asks to be left alone: `Retry-After` (RFC 9110, section 10.2.3).
    package func retryAfter(now: Instant) -> Span? { self["retry-after"].flatMap { RetryAfter.span($0, now: now) } }
}

extension EndpointURL {
    /// The address of `target` below this one, which keeps its own path; without a query of its own.
    /// - Parameter target: begins with `/`; encoded already.
    package func appending(_ target: String) -> EndpointURL? {
        var base = description
        while base.hasSuffix("/") { base.removeLast() }
        return try? EndpointURL(base + target)
    }
}

extension HTTPRequestBytes {
    /// A request to an API that speaks JSON: a GET without a body, else a POST.
    /// - Parameters:
    ///   - target: begins with `/`; encoded already.
    ///   - body: JSON.
    init(_ target: String, below base: EndpointURL, body: [UInt8]?, token: String) {
        var headers: [Header] = [
            .init("authorization", "Bearer " + token), .init("accept", "application/json"),
            .init("user-agent", "leadledger"),
        ]
        if body != nil { headers.append(.init("content-type", "application/json")) }
        self.init(
            method: body == nil ? "GET" : "POST", url: base.appending(target) ?? base, headers: headers,
            body: body ?? [])
    }

    /// A form that asks for an access token. Credentials stand in the body, for addresses are logged on the way.
    init(tokenFrom url: EndpointURL, form: [(name: String, value: String)]) {
        self.init(
            method: "POST", url: url,
            headers: [
                .init("content-type", FormBody.contentType), .init("accept", "application/json"),
                .init("user-agent", "leadledger"),
            ], body: FormBody.encode(form))
    }
}

/// SHA-256 of bytes.
package func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

internal import Crypto
package import Leads
internal import OrderedJSON
package import Outbound

/// An endpoint of one's own: takes each lead as a POST, signed where a secret is set.
///
/// Every request carries a `webhook-id` that is the same for each attempt to tell the same of a lead, so a receiver
/// that keeps these ids can be sent anything twice: an attempt whose outcome is unknown is safe to repeat.
package final class HTTPSDestination: Sendable {
    package let settings: DestinationSettings
    private let payload: HTTPSPayload
    private let signer: StandardWebhooks?
    private let sender: HTTPSender

    /// Reads the secrets. Opens no connection.
    /// - Throws: `DestinationSettingsError` for a url that is no allowed address, `SecretError` for a secret that
    ///   cannot be read or used.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        try Self.check(settings)
        self.settings = settings
        payload = HTTPSPayload(settings.https)
        signer = try settings.secrets[HTTPSSettings.signingSecret].map { reference in
            let secret = try secrets.secret(reference)
            do {
                return try StandardWebhooks(secret: secret)
            } catch {
                throw SecretError("\(reference): \(error)")
            }
        }
        sender = HTTPSender(
            host: settings.https.url.host, allowsPrivate: settings.https.allowsPrivate,
            timeout: settings.https.timeout, resolver: resolver)
    }

    /// What can be said against the settings without the network: a url whose host is an address that is not allowed.
    package static func check(_ settings: DestinationSettings) throws(DestinationSettingsError) {
        let https = settings.https
        guard let address = IPAddress(literal: https.url.host),
            let block = AddressRules.refusal(of: address, allowsPrivate: https.allowsPrivate)
        else { return }
        throw DestinationSettingsError(
            key: "url", problem: "leads to \(block.description)",
            allowed: block.isPermittedByName ? "public addresses, or any with allow-private=true" : "public addresses")
    }

    /// The request for one attempt at `now`. Only the timestamp and the signature differ from attempt to attempt.
    package func request(_ outgoing: Outgoing, now: Instant) -> HTTPRequestBytes {
        let body = payload.body(outgoing)
        let id = payload.idempotencyKey(outgoing)
        let timestamp = now.micros / Span.second.micros
        var headers: [HTTPRequestBytes.Header] = [
            .init("content-type", payload.contentType), .init("user-agent", "leadledger"),
            .init("webhook-id", id), .init("webhook-timestamp", String(timestamp)),
        ]
        if let signer {
            headers.append(.init("webhook-signature", signer.sign(id: id, timestamp: timestamp, body: body)))
        }
        return HTTPRequestBytes(method: "POST", url: settings.https.url, headers: headers, body: body)
    }

    /// SHA-256 of what would be told of the lead: equal to that of the version before, there is nothing to send.
    ///
    /// For marketplace JSON it is the digest of the body; for CloudEvents ids and times are left out.
    package func payloadDigest(_ outgoing: Outgoing) -> [UInt8] { payload.contentDigest(outgoing) }

    /// One attempt. It never throws: whatever happens is an outcome.
    package func send(_ outgoing: Outgoing, now: Instant) async -> SentAttempt {
        let request = request(outgoing, now: now)
        let sent = await sender.send(request, now: now)
        var attempt = SentAttempt(
            outcome: .retry, status: nil, remoteID: nil, reason: "", retryAfter: nil,
            sha256: Array(SHA256.hash(data: request.body)), exchange: Self.exchange(request, sent).encoded())
        switch sent {
        case .answered(let answer):
            attempt.status = answer.status
            attempt.outcome = HTTPSOutcome.outcome(status: answer.status)
            attempt.reason = HTTPSOutcome.reason(status: answer.status)
            if HTTPSOutcome.obeysRetryAfter(attempt.outcome) {
                attempt.retryAfter = answer["retry-after"].flatMap { RetryAfter.span($0, now: now) }
            }
        case .refused(let reason):
            attempt.outcome = .config
            attempt.reason = reason
        case .notSent(let reason):
            attempt.outcome = .retry
            attempt.reason = reason
        case .unanswered(let reason):
            attempt.outcome = .ambiguous
            attempt.reason = reason
        }
        return attempt
    }

    package func shutdown() async { await sender.shutdown() }

    /// Headers of an answer that help to find out later what happened.
    private static let keptHeaders = ["content-type", "date", "location", "retry-after", "x-request-id"]
    /// Bytes of an answer's body that are kept.
    private static let keptBytes = 4_096

    private static func exchange(_ request: HTTPRequestBytes, _ sent: Sent) -> JSON {
        var members = [
            JSON.Member(
                "request",
                [
                    "method": .string(request.method),
                    "url": .string(request.url.description),
                    // The signature is left out: it can be made again, and proves nothing here.
                    "headers": headers(request.headers.filter { $0.name != "webhook-signature" }),
                    "body": .string(String(decoding: request.body, as: UTF8.self)),
                ])
        ]
        if case .answered(let answer) = sent {
            members.append(
                JSON.Member(
                    "response",
                    [
                        "status": .number(answer.status),
                        "headers": headers(answer.headers.filter { keptHeaders.contains($0.name) }),
                        "body": .string(String(decoding: answer.body.prefix(keptBytes), as: UTF8.self)),
                        "cut": .bool(answer.isCut || answer.body.count > keptBytes),
                    ]))
        }
        return .object(members)
    }

    private static func headers(_ headers: [HTTPRequestBytes.Header]) -> JSON {
        .object(headers.map { JSON.Member($0.name, .string($0.value)) })
    }
}

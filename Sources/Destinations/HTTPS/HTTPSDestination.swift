package import Leads
internal import OrderedJSON
package import Outbound

/// An endpoint of one's own: takes each lead as a POST, signed where a secret is set.
///
/// Every request carries a `webhook-id` that is the same for each attempt to tell the same of a lead, so a receiver
/// that keeps these ids can be sent anything twice: an attempt whose outcome is unknown is safe to repeat.
package struct HTTPSDestination: Adapter {
    private let settings: HTTPSSettings
    private let payload: HTTPSPayload
    private let signer: StandardWebhooks?
    private let client: APIClient

    /// Reads the secrets. Opens no connection.
    /// - Throws: `DestinationSettingsError` for a url that is no allowed address, `SecretError` for a secret that
    ///   cannot be read or used.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        self.settings = HTTPSSettings(settings)
        payload = HTTPSPayload(self.settings)
        signer = try settings.secrets[HTTPSSettings.signingSecret].map { reference in
            let secret = try secrets.secret(reference)
            do {
                return try StandardWebhooks(secret: secret)
            } catch {
                throw SecretError("\(reference): \(error)")
            }
        }
        client = APIClient(settings, resolver: resolver)
    }

    package var batchLimit: Int { 1 }

    package func prepare(_ outgoing: Outgoing) -> Prepared {
        Prepared(
            outgoing, record: payload.json(outgoing), digest: payload.contentDigest(outgoing),
            key: outgoing.delivery)
    }

    /// The request for one attempt at `now`. Only the timestamp and the signature differ from attempt to attempt.
    package func request(_ lead: Prepared, now: Instant) -> HTTPRequestBytes {
        let body = lead.record.encoded()
        let id = payload.idempotencyKey(lead.outgoing, content: lead.digest)
        let timestamp = now.micros / Span.second.micros
        var headers: [HTTPRequestBytes.Header] = [
            .init("content-type", payload.contentType), .init("user-agent", "leadledger"),
            .init("webhook-id", id), .init("webhook-timestamp", String(timestamp)),
        ]
        if let signer {
            headers.append(.init("webhook-signature", signer.sign(id: id, timestamp: timestamp, body: body)))
        }
        return HTTPRequestBytes(method: "POST", url: settings.url, headers: headers, body: body)
    }

    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        precondition(leads.count == 1, "an endpoint takes one lead a request")
        let request = request(leads[0], now: now)
        let sent = await client.send(request, now: now)
        let attempt: SentAttempt
        if case .answered(let answer) = sent {
            let outcome = HTTPSOutcome.outcome(status: answer.status)
            attempt = SentAttempt(
                outcome: outcome, status: answer.status, reason: HTTPSOutcome.reason(status: answer.status),
                retryAfter: HTTPSOutcome.obeysRetryAfter(outcome) ? answer.retryAfter(now: now) : nil)
        } else {
            attempt = SentAttempt(silence: sent)
        }
        return BatchAnswer([attempt.recorded(request, sent)])
    }

    /// Asks for nothing but an answer: an endpoint of one's own has no other question that it is sure to know.
    package func check(now: Instant) async -> [CheckStep] {
        let signing =
            signer == nil
            ? CheckStep(
                "signature",
                good: "requests are not signed; --secret signing-secret=env:NAME lets the endpoint know the sender")
            : CheckStep("signature", good: "each request is signed by Standard Webhooks")
        let request = HTTPRequestBytes(
            method: "OPTIONS", url: settings.url, headers: [.init("user-agent", "leadledger")], body: [])
        switch await client.send(request, now: now) {
        case .answered(let answer):
            return [CheckStep("connection", good: "the endpoint answers (status \(answer.status))"), signing]
        case .refused(let reason), .notSent(let reason), .unanswered(let reason):
            return [CheckStep("connection", problem: reason, mend: "check url, and that the endpoint runs"), signing]
        }
    }

    package func shutdown() async { await client.shutdown() }
}

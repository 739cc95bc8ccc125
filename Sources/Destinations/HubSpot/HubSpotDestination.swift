package import Leads
internal import OrderedJSON
package import Outbound

/// HubSpot: each customer is a contact, upserted by email or by a unique property, up to 100 at once.
///
/// An upsert by a key may be repeated, so an attempt whose outcome is unknown is safe to send again. Answers are
/// matched to inputs one by one; what cannot be matched is sent again at its turn, and never taken for delivered.
package struct HubSpotDestination: Adapter {
    let settings: DestinationSettings
    let requests: HubSpotRequest
    private let token: HiddenText
    private let client: APIClient

    private static let upsert = "/crm/v3/objects/contacts/batch/upsert"

    /// Reads the secret. Opens no connection.
    /// - Throws: `SecretError` for a secret that cannot be read.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        guard let reference = settings.secrets["access-token"] else {
            throw SecretError("hubspot needs the secret access-token")
        }
        self.settings = settings
        requests = try HubSpotRequest(settings)
        token = HiddenText(try secrets.secret(reference))
        client = APIClient(settings, resolver: resolver)
    }

    package var batchLimit: Int { 100 }

    package func prepare(_ outgoing: Outgoing) -> Prepared { requests.prepare(outgoing) }

    package func shutdown() async { await client.shutdown() }

    /// The request that carries `leads`, as it goes over the wire.
    package func request(_ leads: [Prepared]) -> HTTPRequestBytes {
        requests.request(Self.upsert, body: requests.body(leads), token: token)
    }

    /// Asks, for a check.
    func ask(_ target: String, now: Instant) async -> Sent {
        await client.send(requests.request(target, body: nil, token: token), now: now)
    }

    /// Sends a batch without inputs: whether the token may write is said before anything is written.
    func sendNothing(now: Instant) async -> Sent { await client.send(request([]), now: now) }

    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        let request = request(leads)
        let sent = await client.send(request, now: now)
        guard case .answered(let answer) = sent else {
            let attempt = SentAttempt(silence: sent)
            return BatchAnswer(leads) { attempt.recorded(request, sent, record: leads.count == 1 ? nil : $0.record) }
        }
        let body = answer.json
        let failure = HubSpotOutcome.call(
            status: answer.status, body: body, isByEmail: requests.isByEmail, retryAfter: answer.retryAfter(now: now),
            now: now)
        if let failure {
            // A conflict that only one of many inputs has would come back with all of them.
            let isDivisible = failure.isDivisible && leads.count > 1
            // Words about a call as a whole may be about any of its leads.
            var attempt = attempt(failure, leads, status: answer.status)
            if isDivisible { attempt.outcome = .rejected }
            return BatchAnswer(leads, isDivisible: isDivisible) { [attempt] lead in
                attempt.recorded(request, sent, record: leads.count == 1 ? nil : lead.record)
            }
        }
        return matched(leads, request, answer, body)
    }

    private func matched(
        _ leads: [Prepared], _ request: HTTPRequestBytes, _ answer: HTTPAnswer, _ body: JSON?
    ) -> BatchAnswer {
        let results = body?["results"]?.array ?? []
        let errors = body?["errors"]?.array ?? []
        let parts = HubSpotMatch.parts(
            results: results, errors: errors, traces: leads.map(\.outgoing.lead), ids: leads.map(\.key),
            idProperty: requests.idProperty)
        let sent = Sent.answered(answer)
        let isWhole = errors.isEmpty && results.count == leads.count && results.allSatisfy { $0["id"] != nil }
        let isPartial = !errors.isEmpty || answer.status == 207
        if isPartial, leads.count > 1, parts.allSatisfy({ $0 == nil }) {
            return BatchAnswer(leads, isDivisible: true) { lead in
                SentAttempt(
                    outcome: .rejected, status: answer.status,
                    reason: "the answer does not say which contacts it is about"
                ).recorded(request, sent, record: lead.record)
            }
        }
        var attempts: [SentAttempt] = []
        for (lead, part) in zip(leads, parts) {
            let said: HubSpotOutcome
            var result: JSON?
            switch part {
            case .result(let json):
                let isNew = json["new"]?.bool
                said = HubSpotOutcome(
                    outcome: .delivered, code: isNew.map { $0 ? "created" : "updated" } ?? "upserted",
                    remoteID: json["id"].flatMap { $0.string ?? $0.integer.map(String.init) }
                        .flatMap(VendorWords.number))
                result = json
            case .error(let json):
                said = HubSpotOutcome.input(json, isByEmail: requests.isByEmail)
                result = json
            case nil where isWhole:
                // As many results as inputs and no error: all were taken, though not which is which.
                said = HubSpotOutcome(outcome: .delivered, code: "upserted")
            case nil:
                // The write is keyed, so that sending it again at its turn does no harm, whatever became of this one.
                said = HubSpotOutcome(
                    outcome: .retry, code: "\(answer.status)",
                    message: "the answer to the batch said nothing of this contact")
            }
            let attempt = attempt(said, [lead], status: answer.status)
            attempts.append(
                attempt.recorded(request, sent, record: leads.count == 1 ? nil : lead.record, result: result))
        }
        return BatchAnswer(attempts)
    }

    private func attempt(_ said: HubSpotOutcome, _ leads: [Prepared], status: Int) -> SentAttempt {
        SentAttempt(
            outcome: said.outcome, status: status, remoteID: said.remoteID,
            reason: HubSpotReason.text(said, requests, leads.map(\.outgoing)), retryAfter: said.rest)
    }
}

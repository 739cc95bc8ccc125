package import Leads
internal import OrderedJSON
package import Outbound

/// Adobe Marketo Engage: each lead is a person, written by syncing leads, submitting a form, or pushing to a program.
///
/// Every write is an upsert by one field, so an attempt whose outcome is unknown is safe to repeat; that no two of one
/// key are on the way at once is the worker's part, for Marketo itself makes doubles of them.
package struct MarketoDestination: Adapter {
    let settings: DestinationSettings
    let requests: MarketoRequest
    let api: MarketoAPI

    /// Reads the secret. Opens no connection.
    /// - Parameter pause: lets time pass, where a token that is about to end is waited for.
    /// - Throws: `SecretError` for a secret that cannot be read.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil,
        pause: @escaping @Sendable (Span) async -> Void = { try? await Task.sleep(for: .microseconds($0.micros)) }
    ) throws {
        guard let base = MarketoAPI.base(settings), let reference = settings.secrets["client-secret"] else {
            throw SecretError("marketo needs an address and the secret client-secret")
        }
        self.settings = settings
        requests = MarketoRequest(settings)
        let client = APIClient(settings, resolver: resolver)
        let access = MarketoAccess(
            url: base.appending("/identity/oauth/token") ?? base, clientID: settings.text("client-id") ?? "",
            secret: HiddenText(try secrets.secret(reference)), client: client, hint: Self.hint(requests.through),
            pause: pause)
        api = MarketoAPI(
            base: base, client: client,
            tokens: AccessTokens(margin: MarketoAccess.margin) { now in await access.get(now: now) })
    }

    package var batchLimit: Int { requests.through == .leads ? 300 : 1 }

    package func prepare(_ outgoing: Outgoing) -> Prepared { requests.prepare(outgoing) }

    package func shutdown() async { await api.client.shutdown() }

    /// The request that carries `leads`, as it goes over the wire with `token`.
    package func request(_ leads: [Prepared], token: String) -> HTTPRequestBytes {
        let call = requests.call(leads)
        return api.request(call.target, body: call.body.encoded(), token: token)
    }

    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        let call = requests.call(leads)
        let body = call.body.encoded()
        guard leads.count == 1 || body.count <= MarketoRequest.bodyLimit else {
            return BatchAnswer(leads, isDivisible: true) { _ in
                SentAttempt(outcome: .rejected, reason: "the batch is larger than Marketo takes")
            }
        }
        switch await api.call(call.target, body: body, now: now) {
        case .noToken(let attempt):
            return BatchAnswer(leads) { _ in attempt }
        case .silent(let request, let sent, var attempt):
            if case .notSent = sent { attempt.reason += Self.hint(requests.through) }
            return BatchAnswer(leads) { attempt.recorded(request, sent, record: leads.count == 1 ? nil : $0.record) }
        case .answered(let request, let answer, let said):
            return self.answer(leads, request, answer, said, now: now)
        }
    }

    private func answer(
        _ leads: [Prepared], _ request: HTTPRequestBytes, _ answer: HTTPAnswer, _ said: MarketoAPI.Said, now: Instant
    ) -> BatchAnswer {
        var failure = said.failure
        if failure == nil, said.results.count != leads.count {
            // Results have no names: where their number differs, none can be told whose it is.
            let message = "\(said.results.count) results for \(leads.count) records"
            failure = MarketoOutcome(outcome: .retry, code: "\(answer.status)", message: message)
        }
        let sent = Sent.answered(answer)
        if let failure {
            // Words about a call as a whole may be about any of its leads.
            let attempt = attempt(failure, leads, status: answer.status)
            return BatchAnswer(leads, isDivisible: failure.isDivisible) { lead in
                attempt
                    .recorded(request, sent, record: leads.count == 1 ? nil : lead.record)
            }
        }
        return BatchAnswer(
            zip(leads, said.results).map { lead, result in
                attempt(MarketoOutcome.record(result, now: now), [lead], status: answer.status)
                    .recorded(request, sent, record: leads.count == 1 ? nil : lead.record, result: result)
            })
    }

    private func attempt(_ said: MarketoOutcome, _ leads: [Prepared], status: Int) -> SentAttempt {
        SentAttempt(
            outcome: said.outcome, status: status, remoteID: said.remoteID, reason: reason(said, leads.map(\.outgoing)),
            retryAfter: said.rest)
    }
}

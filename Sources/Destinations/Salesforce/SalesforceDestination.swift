package import Leads
internal import OrderedJSON
package import Outbound

/// Salesforce: each lead is a Lead, upserted by an external id that holds `lead_…`.
///
/// Salesforce knows a repeat by that id, so whatever went out may be sent again and makes no second lead.
package struct SalesforceDestination: Adapter {
    private let url: EndpointURL
    private let client: APIClient
    private let access: SalesforceAccess
    private let tokens: AccessTokens
    private let fields: SalesforceFields
    private let requests: SalesforceRequests
    private let context: SalesforceOutcome.Context
    private let version: String
    private let usesSecret: Bool

    /// Reads the secrets. Opens no connection.
    /// - Throws: `SecretError` for a secret that cannot be read or used.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        guard let url = settings.url("url") else { preconditionFailure("settings are checked when they are made") }
        self.url = url
        client = APIClient(settings, resolver: resolver)
        let access = try SalesforceAccess(settings, url: url, client: client, secrets: secrets)
        self.access = access
        tokens = AccessTokens { await access.get(now: $0) }
        fields = SalesforceFields(settings)
        requests = SalesforceRequests(settings, externalID: fields.externalID)
        context = SalesforceOutcome.Context(
            externalID: fields.externalID, savesDuplicates: settings.text("duplicates") == "allow")
        version = SalesforceRequests.version(settings)
        usesSecret = settings.text("auth") != "jwt"
    }

    package var batchLimit: Int { 200 }

    package func prepare(_ outgoing: Outgoing) -> Prepared {
        let (members, adjusted) = fields.record(outgoing)
        let record = JSON.object(members)
        return Prepared(
            outgoing, record: record, digest: sha256(record.encoded()), key: outgoing.lead, adjusted: adjusted)
    }

    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        precondition((1...batchLimit).contains(leads.count), "a batch has 1 to 200 leads")
        let (new, known) = (leads.filter(requests.assigns), leads.filter { !requests.assigns($0) })
        guard !new.isEmpty, !known.isEmpty else { return await sendTogether(leads, now: now) }
        let first = await sendTogether(new, now: now)
        guard !first.isDivisible else {
            let reason = first.attempts[0].reason
            return BatchAnswer(leads, isDivisible: true) { _ in SentAttempt(outcome: .rejected, reason: reason) }
        }
        let second: BatchAnswer
        if let unsent = SalesforceMixture.rest(known, after: first) {
            second = unsent
        } else {
            second = SalesforceMixture.undivided(await sendTogether(known, now: now))
        }
        return SalesforceMixture.inOrder(leads, isFirst: requests.assigns, first, second)
    }

    /// Leads of one request, which has one header for all of them.
    private func sendTogether(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        let token: AccessTokens.Token
        switch await tokens.token(now: now) {
        case .success(let good): token = good
        case .failure(let failure): return BatchAnswer(leads) { _ in failure.attempt }
        }
        let instance = token.instance ?? url
        let isSingle = leads.count == 1
        let made =
            isSingle
            ? requests.upsert(leads[0], token: token.value, at: instance)
            : requests.upsert(leads, token: token.value, at: instance)
        guard let request = made else {
            return BatchAnswer(leads) { _ in
                SentAttempt(outcome: .config, reason: "no address can be made of url; \(SalesforceMend.address)")
            }
        }
        let sent = await client.send(request, now: now)
        guard case .answered(let answer) = sent else {
            let attempt = SentAttempt(silence: sent)
            return BatchAnswer(leads) { attempt.recorded(request, sent, record: isSingle ? nil : Self.record($0)) }
        }
        let results = isSingle ? nil : Self.results(answer, count: leads.count)
        var outcomes = results?.map { SalesforceOutcome.of(result: $0, context) }
        let whole = SalesforceOutcome.of(
            status: answer.status, body: answer.json, retryAfter: answer.retryAfter(now: now), context)
        if outcomes == nil {
            outcomes = Array(repeating: whole, count: leads.count)
        }
        let judged = await settle(outcomes ?? [], token)
        // Words about a batch as a whole may be about any of its leads, and are the same for all.
        let common = results == nil ? attempt(judged[0], status: answer.status, of: leads) : nil
        var attempts: [SentAttempt] = []
        for (place, (lead, outcome)) in zip(leads, judged).enumerated() {
            let attempt = common ?? attempt(outcome, status: answer.status, of: [lead])
            attempts.append(
                attempt.recorded(
                    request, sent, record: isSingle ? nil : Self.record(lead), result: results?[place]))
        }
        let isDivisible = !isSingle && judged.allSatisfy { $0.outcome == .rejected && $0.isDivisible }
        return BatchAnswer(attempts, isDivisible: isDivisible)
    }

    /// The entries of the answer to a batch, in the order of its leads; `nil` where there are none, or too few.
    private static func results(_ answer: HTTPAnswer, count: Int) -> [JSON]? {
        guard (200...299).contains(answer.status), let results = answer.json?.array, results.count == count else {
            return nil
        }
        return results
    }

    /// Tells the tokens how this one fared. A new token is got only where that may help.
    private func settle(_ outcomes: [SalesforceOutcome], _ token: AccessTokens.Token) async -> [SalesforceOutcome] {
        let refusal = await tokens.judge(token, by: outcomes.map(\.outcome))
        return outcomes.map { outcome in
            var outcome = outcome
            if outcome.outcome == .authRefresh { outcome.outcome = refusal }
            return outcome
        }
    }

    private func attempt(_ outcome: SalesforceOutcome, status: Int, of leads: [Prepared]) -> SentAttempt {
        var reason = VendorWords.clean(outcome.problem, of: leads.map(\.outgoing), fields: fields.names)
        // A mend is for who has to do something; a token that is got anew asks for nothing.
        if let mend = outcome.mend, outcome.outcome == .config || outcome.outcome == .rejected {
            reason = VendorWords.reason(reason, mend: mend)
        }
        return SentAttempt(
            outcome: outcome.outcome, status: status, remoteID: outcome.remoteID, reason: reason,
            retryAfter: outcome.retryAfter)
    }

    private static func record(_ lead: Prepared) -> JSON { SalesforceRequests.batchRecord(lead.record) }

    package func check(now: Instant) async -> [CheckStep] {
        await SalesforceCheck(
            url: url, client: client, access: access, fields: fields, requests: requests, version: version,
            usesSecret: usesSecret
        ).steps(now: now)
    }

    package func shutdown() async { await client.shutdown() }
}

package import Leads
internal import OrderedJSON
package import Outbound

/// Dynamics 365 Sales: each lead is a row of the table lead, written by the Dataverse Web API.
///
/// A row is written by `lead_…` in an alternate key, or else by a GUID derived from it, so a repeat leads to the same
/// row: an attempt whose outcome is unknown is safe to repeat.
package struct DynamicsDestination: Adapter {
    private let requests: DynamicsRequests
    private let map: FieldMap
    private let rules: DynamicsOutcome.Rules
    private let mapping: MappingSettings
    private let entra: EntraAccess
    private let tokens: AccessTokens
    private let client: APIClient

    /// Reads the secret. Opens no connection.
    /// - Throws: `DestinationSettingsError` for settings of another kind, `SecretError` for a secret that cannot be
    ///   read.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        guard let login = settings.url("login-url"), let tenant = settings.text("tenant"),
            let clientID = settings.text("client-id"), let reference = settings.secrets["client-secret"]
        else {
            throw DestinationSettingsError(key: "kind", problem: "is another one", allowed: "dynamics")
        }
        requests = try DynamicsRequests(settings)
        map = DynamicsFields.map(settings.mapping)
        mapping = settings.mapping
        rules = DynamicsOutcome.Rules(
            keepsExisting: requests.keepsExisting, externalID: requests.externalID, columns: map.names,
            constants: Set(settings.mapping.constants.keys))
        let (entra, client) = (
            EntraAccess(
                login: login, tenant: tenant, clientID: clientID, secret: try secrets.secret(reference),
                environment: requests.environment),
            APIClient(settings, resolver: resolver)
        )
        self.entra = entra
        self.client = client
        tokens = AccessTokens { now in
            await entra.grant(client, now: now).mapError { AccessTokens.Failure($0.attempt) }
        }
    }

    package var batchLimit: Int { 1 }

    package func prepare(_ outgoing: Outgoing) -> Prepared {
        let (members, adjusted) = map.fields(outgoing)
        // The key stands in the address, which alone says who is meant.
        let record = JSON.object(members.filter { $0.name != requests.externalID })
        return Prepared(
            outgoing, record: record, digest: sha256(record.encoded()), key: outgoing.lead, adjusted: adjusted)
    }

    /// The request for one attempt: the same for every attempt but for the token.
    package func request(_ lead: Prepared, token: String) -> HTTPRequestBytes {
        requests.write(lead, token: token)
    }

    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        precondition(leads.count == 1, "Dataverse takes one lead a request")
        let token: AccessTokens.Token
        switch await tokens.token(now: now) {
        case .success(let current): token = current
        case .failure(let failure): return BatchAnswer([failure.attempt])
        }
        let request = request(leads[0], token: token.value)
        let sent = await client.send(request, now: now)
        var attempt: SentAttempt
        if case .answered(let answer) = sent {
            attempt = self.attempt(answer, leads[0], now: now)
            // A second refusal on end is no matter of the token's age.
            if await tokens.judge(token, by: [attempt.outcome]) == .config {
                attempt.outcome = .config
                attempt.reason = VendorWords.reason(attempt.reason, mend: DynamicsMends.audience)
            }
        } else {
            attempt = SentAttempt(silence: sent)
        }
        return BatchAnswer([attempt.recorded(request, sent)])
    }

    private func attempt(_ answer: HTTPAnswer, _ lead: Prepared, now: Instant) -> SentAttempt {
        let body = answer.json
        let found = DynamicsOutcome(
            status: answer.status, body: body,
            isDataverse: answer["odata-version"] != nil || answer["odata-entityid"] != nil, of: lead.outgoing,
            rules: rules)
        return SentAttempt(
            outcome: found.outcome, status: answer.status,
            remoteID: found.outcome.isDelivered ? remoteID(answer, body, lead) : nil, reason: found.reason,
            retryAfter: found.obeysRetryAfter ? answer.retryAfter(now: now) : nil)
    }

    /// The GUID of the row: as the answer says, else as the address it was written at.
    private func remoteID(_ answer: HTTPAnswer, _ body: JSON?, _ lead: Prepared) -> String? {
        if let id = body?["leadid"]?.string, Self.isGUID(id) { return id.lowercased() }
        let address = answer["odata-entityid"] ?? ""
        if let open = address.lastIndex(of: "("), address.hasSuffix(")") {
            let key = String(address[address.index(after: open)...].dropLast())
            if Self.isGUID(key) { return key.lowercased() }
        }
        return requests.externalID == nil ? NamedGUID.text(of: lead.outgoing.lead) : nil
    }

    private static func isGUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && Hexadecimal.bytes(groups.joined()) != nil
    }

    package func check(now: Instant) async -> [CheckStep] {
        await DynamicsCheck(client: client, entra: entra, requests: requests, map: map, mapping: mapping, now: now)
            .steps()
    }

    package func shutdown() async { await client.shutdown() }
}

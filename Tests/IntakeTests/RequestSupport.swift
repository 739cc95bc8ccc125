import Intake
import Leads
import Ledger
import OrderedJSON

/// A request with this body; one value of `content-type` unless `headers` says others.
func request(
    _ body: String, type: String? = "application/json", _ headers: [(name: String, value: String)] = []
) -> ArrivedRequest {
    let type = type.map { [(name: "content-type", value: $0)] } ?? []
    return ArrivedRequest(
        method: "POST", path: "/in/contoso", headers: type + headers, body: Array(body.utf8), client: "192.0.2.7")
}

/// What a request at an endpoint for `contoso.app` turns out to be.
func leads(_ request: ArrivedRequest) -> [NewEvent] {
    var requests = LeadRequests(rules: .system)
    return requests.read(
        request, offer: "contoso.app", actor: "endpoint:contoso", scope: "endpoint:contoso", window: 15 * .minute)
}

extension NewEvent {
    /// The action that it records.
    var recorded: MarketplaceAction? {
        guard type == .actionRecorded else { return nil }
        return try? ContactPart.decode(
            contact, source: source, action: action, offer: offer, country: country, occurredAt: occurredAt)
    }

    /// Why it is in quarantine.
    var reason: String? {
        guard type == .intakeQuarantined, let detail else { return nil }
        return try? JSON.parse(detail)["reason"]?.string
    }

    /// The event as it stands in quarantine.
    func quarantined(seq: Int64) -> Quarantined {
        Quarantined(
            seq: seq, actor: actor, offer: offer ?? "", recordedAt: Instant(micros: 1_000_000), body: body)
    }
}

package import Leads
internal import OrderedJSON
internal import Outbound

extension HubSpotDestination {
    /// Asks whose token it is, and for the properties of contacts.
    package func check(now: Instant) async -> [CheckStep] {
        let account: JSON
        switch await read("/account-info/v3/details", now: now) {
        case .silent(let reason):
            return [CheckStep("connection", problem: reason, mend: "check base-url")]
        case .failed(let said) where said.code != "MISSING_SCOPES" && said.code != "403":
            return [problem("credentials", said, "copy the access token anew from the private app")]
        // Any token may ask this; one that may not is good all the same.
        case .failed: account = [:]
        case .found(let found): account = found
        }
        let portal = account["portalId"]?.integer.map { "the token is good for account \($0)" }
        var steps = [CheckStep("credentials", good: portal ?? "the token is good")]
        let written = read(await sendNothing(now: now), now: now)
        if case .failed(let said) = written, said.code == "MISSING_SCOPES" || said.code == "403" {
            steps.append(problem("permission", said, ""))
        }
        switch await read("/crm/v3/properties/contacts", now: now) {
        case .silent(let reason):
            return steps + [CheckStep("permission", problem: reason, mend: "check again later")]
        case .failed(let said):
            return steps + [problem("permission", said, "give the private app the scope crm.schemas.contacts.read")]
        case .found(let found):
            if steps.allSatisfy(\.isGood) {
                steps.append(CheckStep("permission", good: "the token may write contacts and read their properties"))
            }
            steps += properties(found["results"]?.array ?? [])
        }
        return steps
    }

    private enum Read {
        case silent(String)
        case failed(HubSpotOutcome)
        case found(JSON)
    }

    private func read(_ target: String, now: Instant) async -> Read {
        read(await ask(target, now: now), now: now)
    }

    private func read(_ sent: Sent, now: Instant) -> Read {
        guard case .answered(let answer) = sent else {
            return .silent(SentAttempt(silence: sent, writes: false).reason)
        }
        let body = answer.json
        if (200...299).contains(answer.status), let body { return .found(body) }
        let failure = HubSpotOutcome.call(
            status: answer.status, body: body, isByEmail: requests.isByEmail, retryAfter: nil, now: now)
        return .failed(failure ?? HubSpotOutcome(outcome: .retry, code: "\(answer.status)"))
    }

    private func problem(_ name: String, _ said: HubSpotOutcome, _ mend: String) -> CheckStep {
        let words = HubSpotReason.words(said, requests, [])
        return CheckStep(
            name, problem: words.isEmpty ? "answered \(said.code)" : "\(said.code): \(words)",
            mend: [.throttled, .retry].contains(said.outcome)
                ? "check again later" : HubSpotReason.mend(said, requests) ?? mend)
    }

    /// The properties that may be told something: those of the opt-out only where opt-outs are told.
    private var told: [String] {
        var names = requests.fields.names
        if settings.forbidden != .flag {
            let optOut = requests.fields.names(of: .doNotContact)
            names.removeAll(where: optOut.contains)
        }
        if !names.contains(requests.idProperty) { names.append(requests.idProperty) }
        return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func properties(_ described: [JSON]) -> [CheckStep] {
        var byName: [String: JSON] = [:]
        for property in described {
            if let name = property["name"]?.string { byName[name] = property }
        }
        var steps = told.compactMap { name -> CheckStep? in
            guard let property = byName[name] else {
                if name == requests.idProperty, !requests.isByEmail {
                    return CheckStep(
                        "id property \(name)", problem: "there is no such property", mend: HubSpotReason.makeProperty)
                }
                return CheckStep(
                    "property \(name)", problem: "there is no such property",
                    mend: "Settings, Properties, Contact properties: create it or look for its internal name; or map "
                        + "another with --set map.…=NAME, or none with map.…=")
            }
            let isReadOnly =
                property["modificationMetadata"]?["readOnlyValue"]?.bool == true
                || property["calculated"]?.bool == true
            guard isReadOnly else { return nil }
            return CheckStep(
                "property \(name)", problem: "it cannot be written",
                mend: "map another property with --set map.…=NAME")
        }
        if steps.isEmpty {
            steps = [CheckStep("properties", good: "all \(told.count) exist and can be written")]
        }
        // Email is unique although its description does not always say so.
        if !requests.isByEmail, let property = byName[requests.idProperty] {
            let name = "id property \(requests.idProperty)"
            steps.append(
                property["hasUniqueValue"]?.bool == true
                    ? CheckStep(name, good: "it has unique values")
                    : CheckStep(
                        name, problem: "it does not require unique values",
                        mend: HubSpotReason.makeProperty))
        }
        return steps
    }
}

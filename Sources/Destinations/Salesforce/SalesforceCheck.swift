internal import Leads
internal import OrderedJSON
internal import Outbound

/// Finds out whether leads could be sent to an org, step by step, with requests that only read.
struct SalesforceCheck: Sendable {
    let url: EndpointURL
    let client: APIClient
    let access: SalesforceAccess
    let fields: SalesforceFields
    let requests: SalesforceRequests
    let version: String
    let usesSecret: Bool

    func steps(now: Instant) async -> [CheckStep] {
        var steps = await connection(now: now)
        guard steps.allSatisfy(\.isGood) else { return steps }
        let grant: AccessTokens.Grant
        switch await access.grant(now: now) {
        case .success(let good):
            grant = good
            steps.append(CheckStep("credentials", good: "an access token was given"))
        case .failure(let refusal):
            return steps + [CheckStep("credentials", problem: refusal.problem, mend: refusal.mend)]
        }
        let instance = grant.instance ?? url
        let described = await describe(grant.value, instance, now: now)
        steps += described.steps
        if let description = described.description {
            steps += SalesforceSchema(description, fields: fields).steps
        }
        return steps + [await limits(grant.value, instance, now: now)].compactMap { $0 }
    }

    /// Whether an org answers at `url`, and knows the version.
    private func connection(now: Instant) async -> [CheckStep] {
        let name = "connection"
        if usesSecret, ["login.salesforce.com", "test.salesforce.com"].contains(url.host) {
            return [
                CheckStep(
                    name, problem: "\(url.host) gives no token for a client secret",
                    mend: "set url to My Domain, such as https://contoso.my.salesforce.com (Setup, My Domain)")
            ]
        }
        guard let request = requests.read("/services/data", token: nil, at: url) else { return [] }
        switch await client.send(request, now: now) {
        case .refused(let reason), .notSent(let reason), .unanswered(let reason):
            return [CheckStep(name, problem: reason, mend: SalesforceMend.url)]
        case .answered(let answer):
            let versions = answer.json?.array?.compactMap { $0["version"]?.string } ?? []
            guard answer.status == 200, !versions.isEmpty else {
                return [
                    CheckStep(
                        name, problem: "answered \(answer.status), and not as Salesforce does",
                        mend: SalesforceMend.url)
                ]
            }
            let good = CheckStep(name, good: "an org answers")
            guard versions.contains(version) else {
                return [
                    good,
                    CheckStep(
                        "api-version", problem: "the org does not know version \(version)",
                        mend: "--set api-version=\(newest(versions)), its newest, or leave it out"),
                ]
            }
            return [good, CheckStep("api-version", good: "the org knows version \(version)")]
        }
    }

    private func newest(_ versions: [String]) -> String {
        versions.compactMap { Double($0) }.filter { (1...999).contains($0) }.max().map { "\(Int($0))" } ?? "62"
    }

    private func describe(
        _ token: String, _ instance: EndpointURL, now: Instant
    ) async -> (steps: [CheckStep], description: JSON?) {
        let name = "permission"
        guard let request = requests.read(requests.versioned("/sobjects/Lead/describe"), token: token, at: instance)
        else { return ([], nil) }
        switch await client.send(request, now: now) {
        case .refused(let reason), .notSent(let reason), .unanswered(let reason):
            return ([CheckStep(name, problem: reason, mend: SalesforceMend.url)], nil)
        case .answered(let answer):
            guard answer.status == 200, let description = answer.json, description["fields"]?.array != nil else {
                let error = SalesforceError(answer.json?.array?.first)
                let words = error.map { VendorWords.clean($0.text) } ?? "answered \(answer.status)"
                let mend =
                    error?.code == "NOT_FOUND"
                    ? "the user does not see Lead: \(SalesforceMend.access)"
                    : error.flatMap { SalesforceMend.setup($0, externalID: fields.externalID) } ?? SalesforceMend.access
                return ([CheckStep(name, problem: words, mend: mend)], nil)
            }
            let missing = [("createable", "Create"), ("updateable", "Edit")].filter { description[$0.0]?.bool == false }
            guard missing.isEmpty else {
                let rights = missing.map(\.1).joined(separator: " and ")
                return (
                    [CheckStep(name, problem: "the user lacks \(rights) on Lead", mend: SalesforceMend.access)], nil
                )
            }
            return ([CheckStep(name, good: "the user may create and edit leads")], description)
        }
    }

    /// How much is left of the day; nothing is said where the user may not know.
    private func limits(_ token: String, _ instance: EndpointURL, now: Instant) async -> CheckStep? {
        guard let request = requests.read(requests.versioned("/limits"), token: token, at: instance),
            case .answered(let answer) = await client.send(request, now: now), answer.status == 200,
            let daily = answer.json?["DailyApiRequests"], let most = daily["Max"]?.integer,
            let left = daily["Remaining"]?.integer
        else { return nil }
        guard left > most / 20 else {
            return CheckStep(
                "limits", problem: "\(left) of \(most) API requests a day are left",
                mend: "see what uses them (Setup, Company Information; Setup, System Overview)")
        }
        return CheckStep("limits", good: "\(left) of \(most) API requests a day are left")
    }
}

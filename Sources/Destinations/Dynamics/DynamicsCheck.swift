internal import Leads
internal import OrderedJSON
internal import Outbound

/// Finds out whether leads could be sent to an environment; reads alone.
struct DynamicsCheck: Sendable {
    let client: APIClient
    let entra: EntraAccess
    let requests: DynamicsRequests
    let map: FieldMap
    let mapping: MappingSettings
    let now: Instant

    /// In the order in which a person would mend them. What depends on a failed step is left out.
    func steps() async -> [CheckStep] {
        let token: String
        switch await entra.grant(client, now: now) {
        case .success(let grant): token = grant.value
        case .failure(let refusal):
            let name = refusal.isSilence ? "connection" : "credentials"
            return [CheckStep(name, problem: refusal.problem, mend: refusal.mend)]
        }
        var steps = [CheckStep("credentials", good: "Entra ID gives a token for \(entra.scope)")]
        switch await fetch("WhoAmI", "permission", token, denied: DynamicsMends.applicationUser) {
        case .failure(let failed): return steps + [failed.step]
        case .success(let who):
            guard let user = who["UserId"]?.string, Hexadecimal.bytes(user.filter { $0 != "-" })?.count == 16 else {
                let problem = "\(requests.environment) answers, and not as Dataverse does"
                return steps + [CheckStep("connection", problem: problem, mend: DynamicsMends.address)]
            }
            steps.append(await permission(user, token))
        }
        if requests.externalID != nil { steps.append(await key(token)) }
        return steps + (await fields(token))
    }

    private struct Failed: Error {
        let step: CheckStep
    }

    /// - Parameters:
    ///   - name: of the step that fails where there is no answer to use.
    ///   - denied: what to do where it is not allowed.
    private func fetch(
        _ target: String, _ name: String, _ token: String, denied: String
    ) async -> Result<JSON, Failed> {
        let sent = await client.send(requests.read(target, token: token), now: now)
        guard case .answered(let answer) = sent else {
            let reason = SentAttempt(silence: sent, writes: false).reason
            return .failure(
                Failed(step: CheckStep("connection", problem: reason, mend: DynamicsMends.address)))
        }
        let body = answer.json
        let error = DynamicsError(body)
        if answer.status == 200, let body, error == nil { return .success(body) }
        let words = error?.told(of: [], columns: map.names) ?? ""
        let problem = [error?.codeText ?? "answered \(answer.status)", words].filter { !$0.isEmpty }
            .joined(separator: ": ")
        switch answer.status {
        case 401: return .failure(Failed(step: CheckStep(name, problem: problem, mend: DynamicsMends.audience)))
        case 403: return .failure(Failed(step: CheckStep(name, problem: problem, mend: denied)))
        case 429, 500...:
            return .failure(Failed(step: CheckStep(name, problem: problem, mend: "wait a little, and check again")))
        default:
            return .failure(Failed(step: CheckStep("connection", problem: problem, mend: DynamicsMends.address)))
        }
    }

    /// A row that comes back is read, so writing alone would not do.
    private static let privileges = ["prvCreateLead", "prvReadLead", "prvWriteLead"]

    /// What the roles of the application user, and those of its teams, allow it.
    private func permission(_ user: String, _ token: String) async -> CheckStep {
        let names = JSON.array(Self.privileges.map { .string($0) }).text
        let function = "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)"
        let target = "systemusers(\(user))/\(function)?@p=\(PercentEncoding.encode(names))"
        switch await fetch(target, "permission", token, denied: DynamicsMends.applicationUser) {
        case .failure(let failed) where failed.step.name == "permission": return failed.step
        case .success(let json):
            let held = (json["RolePrivileges"]?.array ?? []).compactMap { $0["PrivilegeName"]?.string?.lowercased() }
            let missing = Self.privileges.filter { !held.contains($0.lowercased()) }
            guard missing.isEmpty else {
                return CheckStep(
                    "permission", problem: "the application user is missing \(missing.joined(separator: ", "))",
                    mend: DynamicsMends.applicationUser)
            }
            return CheckStep("permission", good: "the application user \(user) may create, read and write Lead")
        case .failure:
            // An environment without this function says nothing of what is allowed.
            return CheckStep("permission", good: "the environment knows the application user \(user)")
        }
    }

    private func key(_ token: String) async -> CheckStep {
        let column = requests.externalID ?? ""
        let name = "key \(column)"
        let target = "EntityDefinitions(LogicalName='lead')/Keys?$select=LogicalName,KeyAttributes,EntityKeyIndexStatus"
        switch await fetch(target, name, token, denied: DynamicsMends.definitions) {
        case .failure(let failed): return failed.step
        case .success(let json):
            let keys = json["value"]?.array ?? []
            let ours = keys.filter { $0["KeyAttributes"]?.array?.compactMap(\.string) == [column] }
            if ours.contains(where: { $0["EntityKeyIndexStatus"]?.string == "Active" }) {
                return CheckStep(name, good: "an active alternate key of \(column) alone")
            }
            guard let state = ours.first?["EntityKeyIndexStatus"]?.string else {
                return CheckStep(
                    name, problem: "Lead has no alternate key of \(column) alone", mend: DynamicsMends.key)
            }
            let mend =
                state == "Failed"
                ? "two leads have the same value, or it is too long: mend them and activate the key again"
                : "wait until the key is Active, and check again"
            return CheckStep(name, problem: "the alternate key is \(VendorWords.clean(state))", mend: mend)
        }
    }

    private func fields(_ token: String) async -> [CheckStep] {
        let base = "EntityDefinitions(LogicalName='lead')/Attributes"
        let select = "?$select=LogicalName,AttributeType,IsValidForCreate,IsValidForUpdate"
        let all = await fetch(base + select, "fields", token, denied: DynamicsMends.definitions)
        guard case .success(let attributes) = all else {
            guard case .failure(let failed) = all else { return [] }
            return [failed.step]
        }
        var columns = DynamicsColumns(attributes["value"]?.array ?? [])
        // The list of all types does not know the property that only these two have.
        for type in ["String", "Memo"] {
            let target = "\(base)/Microsoft.Dynamics.CRM.\(type)AttributeMetadata?$select=LogicalName,MaxLength"
            let lengths = await fetch(target, "fields", token, denied: DynamicsMends.definitions)
            if case .success(let json) = lengths { columns.add(lengths: json["value"]?.array ?? []) }
        }
        let steps = columns.problems(map, mapping, externalID: requests.externalID)
        guard steps.isEmpty else { return steps }
        return [CheckStep("fields", good: "\(Set(map.names).count) columns of Lead take what is sent")]
    }
}

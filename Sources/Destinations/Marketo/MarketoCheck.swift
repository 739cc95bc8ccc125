package import Leads
internal import OrderedJSON
internal import Outbound

extension MarketoDestination {
    /// Asks for a token, the fields, and the form or program; and whether the user may write, by a call without any
    /// record.
    package func check(now: Instant) async -> [CheckStep] {
        var steps: [CheckStep] = []
        let fields: [JSON]
        switch await ask("/rest/v1/leads/describe.json", now: now) {
        case .noToken(let attempt):
            return [Self.withoutToken(attempt)]
        case .silent(let reason):
            return [CheckStep("connection", problem: reason, mend: "check server-id or base-url")]
        case .failed(let said):
            return [
                CheckStep("credentials", good: "the instance gives an access token"),
                problem("permission", said, "give the role of the API-only user Access API, Read-Write Person"),
            ]
        case .found(let found): fields = found
        }
        steps.append(CheckStep("credentials", good: "the instance gives an access token"))
        let permission = await permission(now: now)
        steps.append(permission)
        guard permission.isGood else { return steps }
        steps += self.fields(fields)
        if requests.through != .form, !requests.isByEmail, !steps.contains(where: { $0.name == lookupStep }) {
            steps.append(await lookup(now: now))
        }
        switch requests.through {
        case .leads: break
        case .form: steps += await form(fields, now: now)
        case .push: steps.append(await program(now: now))
        }
        return steps
    }

    /// Where nothing answers, or nothing that gives tokens, it is the address that is wrong and not the secret.
    private static func withoutToken(_ attempt: SentAttempt) -> CheckStep {
        switch attempt.status {
        case nil, .some(300...399), 404, 405:
            CheckStep("connection", problem: attempt.reason, mend: "check server-id or base-url")
        case _ where attempt.outcome == .config:
            CheckStep(
                "credentials", problem: attempt.reason,
                mend: "check client-id and client-secret, and that server-id or base-url is this instance's")
        default:
            CheckStep("credentials", problem: attempt.reason, mend: "check again later")
        }
    }

    private enum Asked {
        case noToken(SentAttempt)
        case silent(String)
        case failed(MarketoOutcome)
        case found([JSON])
    }

    /// One call, and once more with another token where the first was no longer good.
    private func ask(_ target: String, body: JSON? = nil, now: Instant) async -> Asked {
        for isLast in [false, true] {
            switch await api.call(target, body: body?.encoded(), now: now) {
            case .noToken(let attempt): return .noToken(attempt)
            case .silent(_, let sent, let attempt):
                let isUnsent = if case .notSent = sent { true } else { false }
                return .silent(attempt.reason + (isUnsent ? Self.hint(requests.through) : ""))
            case .answered(_, _, let said):
                guard let failure = said.failure else { return .found(said.results) }
                if failure.outcome != .authRefresh || isLast { return .failed(failure) }
            }
        }
        return .found([])
    }

    private func problem(_ name: String, _ said: MarketoOutcome, _ mend: String) -> CheckStep {
        let words = VendorWords.clean(said.message, fields: requests.fields.names)
        let passes = [.throttled, .retry, .ambiguous].contains(said.outcome)
        return CheckStep(
            name, problem: words.isEmpty ? "answered \(said.code)" : "\(said.code): \(words)",
            mend: passes ? "check again later" : self.mend(said) ?? mend)
    }

    /// A write without a record: who may not write is told so before anybody looks for records.
    private func permission(now: Instant) async -> CheckStep {
        let name = "permission"
        let call = requests.call([])
        switch await ask(call.target, body: call.body, now: now) {
        case .failed(let said) where ["603", "403"].contains(said.code):
            return problem(name, said, "")
        case .failed(let said) where said.outcome == .throttled || said.outcome == .retry:
            return problem(name, said, "check again later")
        case .silent(let reason):
            return CheckStep(name, problem: reason, mend: "check again later")
        default:
            return CheckStep(name, good: "the API-only user may read and write people")
        }
    }

    /// The fields that may be told something: those of the opt-out only where opt-outs are told.
    private var told: [String] {
        var names = requests.fields.names
        if settings.forbidden != .flag {
            let optOut = requests.fields.names(of: .doNotContact)
            names.removeAll(where: optOut.contains)
        }
        if !names.contains(requests.lookupField) { names.append(requests.lookupField) }
        return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private var lookupStep: String { "lookup field \(requests.lookupField)" }

    private static let lookupMend =
        "lookup-field must be email or a field of type String that can be searched by the API"

    private func fields(_ described: [JSON]) -> [CheckStep] {
        var byName: [String: JSON] = [:]
        for field in described {
            if let name = field["rest"]?["name"]?.string { byName[name] = field }
        }
        let problems = told.compactMap { name -> CheckStep? in
            let step = "field \(name)"
            guard let field = byName[name] else {
                if name == requests.lookupField, !requests.isByEmail {
                    return CheckStep(lookupStep, problem: "there is no such field", mend: Self.lookupMend)
                }
                return CheckStep(
                    step, problem: "there is no such field",
                    mend: "Admin, Field Management: add it or look for its REST API name; or map another with "
                        + "--set map.…=NAME, or none with map.…=")
            }
            if field["rest"]?["readOnly"]?.bool == true {
                return CheckStep(
                    step, problem: "it is read-only for the API", mend: "map another field with --set map.…=NAME")
            }
            let isText = ["string", "email", "phone", "url", "text", "textarea"].contains(
                field["dataType"]?.string?.lowercased())
            let isConstant = requests.isConstant(name)
            if isText, let length = field["length"]?.integer, length < requests.limit(of: name) {
                return CheckStep(
                    step, problem: "it takes \(length) characters, and up to \(requests.limit(of: name)) are sent",
                    mend: isConstant
                        ? "shorten constant.\(name), or set it of a longer field"
                        : "map a field of type Text Area for a description or summary, and a longer one otherwise")
            }
            return nil
        }
        return problems.isEmpty
            ? [CheckStep("fields", good: "all \(told.count) exist and can be written")] : problems
    }

    /// Whether people can be searched by the lookup field: by searching for somebody whom nobody has.
    private func lookup(now: Instant) async -> CheckStep {
        let (name, mend) = (lookupStep, Self.lookupMend)
        let field = PercentEncoding.encode(requests.lookupField)
        let target = "/rest/v1/leads.json?filterType=\(field)&filterValues=lead_check&fields=id"
        switch await ask(target, now: now) {
        case .noToken(let attempt): return CheckStep(name, problem: attempt.reason, mend: mend)
        case .silent(let reason): return CheckStep(name, problem: reason, mend: "check again later")
        case .failed(let said): return problem(name, said, mend)
        case .found: return CheckStep(name, good: "people can be found by it")
        }
    }

    private func form(_ described: [JSON], now: Instant) async -> [CheckStep] {
        let id = requests.form ?? 0
        let name = "form \(id)"
        let missing =
            "no form has this form-id: it is the number in the form's address in Marketing Activities or "
            + "Design Studio" + Self.hint(.form)
        let read = "give the role of the API-only user Access API, Read-Only Assets"
        switch await ask("/rest/asset/v1/form/\(id).json", now: now) {
        case .noToken(let attempt): return [CheckStep(name, problem: attempt.reason, mend: read)]
        case .silent(let reason): return [CheckStep(name, problem: reason, mend: "check again later")]
        case .failed(let said):
            let isDenied = said.code == "603"
            return [
                CheckStep(name, problem: problem(name, said, "").problem ?? said.code, mend: isDenied ? read : missing)
            ]
        case .found(let forms):
            guard let found = forms.first else { return [CheckStep(name, problem: "it is not there", mend: missing)] }
            if found["status"]?.string?.lowercased() == "draft" {
                return [CheckStep(name, problem: "it is a draft", mend: "approve the form")]
            }
        }
        guard case .found(let fields) = await ask("/rest/asset/v1/form/\(id)/fields.json", now: now) else {
            return [CheckStep(name, problem: "its fields cannot be read", mend: read)]
        }
        let absent = absent(from: fields, described)
        guard absent.isEmpty else {
            return absent.map { field in
                CheckStep(
                    "field \(field) of form \(id)", problem: "the form does not have it",
                    mend: "add it to the form (it may be hidden) and approve the form, or leave it out with "
                        + "--set map.…=")
            }
        }
        return [CheckStep(name, good: "the form has all fields that are sent")]
    }

    /// The fields of the map that a form lacks. A form calls them by the names of the older API, such as `FirstName`.
    private func absent(from form: [JSON], _ described: [JSON]) -> [String] {
        let names = Set(form.compactMap { $0["id"]?.string?.lowercased() })
        var older: [String: String] = [:]
        for field in described {
            guard let name = field["rest"]?["name"]?.string else { continue }
            older[name] = field["soap"]?["name"]?.string?.lowercased()
        }
        return told.filter { name in
            !names.contains(name.lowercased()) && !(older[name].map(names.contains) ?? false)
        }
    }

    private func program(now: Instant) async -> CheckStep {
        let name = "program"
        let mend = "program must be the exact name of a program in Marketing Activities"
        let target = "/rest/asset/v1/program/byName.json?name=" + PercentEncoding.encode(requests.program ?? "")
        switch await ask(target, now: now) {
        case .noToken(let attempt): return CheckStep(name, problem: attempt.reason, mend: mend)
        case .silent(let reason): return CheckStep(name, problem: reason, mend: "check again later")
        case .failed(let said) where said.code == "603":
            return CheckStep(
                name, problem: problem(name, said, "").problem ?? said.code,
                mend: "give the role of the API-only user Access API, Read-Only Assets")
        case .failed(let said): return problem(name, said, mend)
        case .found(let found):
            return found.isEmpty
                ? CheckStep(name, problem: "no program has this name", mend: mend)
                : CheckStep(name, good: "the program exists")
        }
    }
}

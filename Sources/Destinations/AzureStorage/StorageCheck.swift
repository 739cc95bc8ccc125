internal import Azure
internal import Leads
internal import Outbound

/// The steps of a check that both storage services have: the way to the service, the clock, the secret.
enum StorageCheck {
    /// Codes that speak of what a secret permits, of the network's rules, and of what is looked at itself: all others
    /// are about the secret or the account.
    private static let permission: Set = [
        "AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch",
        "InsufficientAccountPermissions",
    ]
    private static let network: Set = ["AuthorizationFailure", "AuthorizationSourceIPMismatch"]
    private static let place: Set = [
        "TableNotFound", "ContainerNotFound", "TableBeingDeleted", "ContainerBeingDeleted", "InvalidResourceName",
    ]

    /// What came of the look at the service.
    struct Look {
        var steps: [CheckStep] = []
        /// What the look was refused with, where that is about the table or the container; `nil` with `isDone` false
        /// when it was seen.
        var error: StorageError?
        /// Nothing more can be found out.
        var isDone = false
        /// The secret does not permit to look.
        var isBlind = false
    }

    /// Reads the answer to a request that looks at a table or a blob.
    /// - Parameter good: statuses and codes of an answer that saw what was looked for.
    static func look(
        _ exchange: StorageExchange, _ access: StorageAccess, now: Instant, good: (Int, String?) -> Bool
    ) -> Look {
        var look = Look()
        switch exchange.sent {
        case .refused(let reason), .notSent(let reason), .unanswered(let reason):
            look.steps = [
                CheckStep(
                    "connection", problem: reason, mend: "check account and base-url, and the network of this machine")
            ]
            look.isDone = true
            return look
        case .answered: break
        }
        guard let answer = exchange.answer, let error = exchange.error(access.use, now: now) else { return look }
        look.steps = [CheckStep("connection", good: "the service answers (status \(answer.status))")]
        if let date = answer["date"].flatMap(RetryAfter.date), isFar(date, now), case .key = access.credential {
            look.steps.append(clock(date, now))
            look.isDone = true
            return look
        }
        if good(answer.status, error.code) {
            look.steps.append(CheckStep("credentials", good: access.standing(now: now)))
            return look
        }
        let problem = "\(error.code ?? "status \(error.status)"): \(error.problem)"
        switch error.code {
        case .some(let code) where place.contains(code):
            look.steps.append(CheckStep("credentials", good: access.standing(now: now)))
            look.error = error
        case .some(let code) where permission.contains(code):
            look.steps.append(CheckStep("credentials", good: access.standing(now: now)))
            look.steps.append(CheckStep("permission", problem: problem, mend: error.mend))
            (look.isDone, look.isBlind) = (true, true)
        case .some(let code) where network.contains(code):
            look.steps.append(CheckStep("network", problem: problem, mend: error.mend))
            look.isDone = true
        default:
            let isSecret = error.status == 401 || error.status == 403
            look.steps.append(CheckStep(isSecret ? "credentials" : "service", problem: problem, mend: error.mend))
            look.isDone = true
        }
        return look
    }

    /// Services take requests whose date is at most 15 minutes off.
    private static func isFar(_ date: Instant, _ now: Instant) -> Bool {
        let apart = date - now
        return apart > 14 * .minute || apart < -14 * .minute
    }

    private static func clock(_ date: Instant, _ now: Instant) -> CheckStep {
        CheckStep(
            "clock", problem: "the clock of this machine says \(now), that of the service \(date)",
            mend: "set this machine's clock, for instance with NTP: requests more than 15 minutes off are refused")
    }

    /// What the secret permits, as far as it says so itself.
    /// - Parameter name: `table` or `container`.
    static func permission(_ access: StorageAccess, of name: String) -> CheckStep {
        guard case .signature(let signature) = access.credential else {
            return CheckStep("permission", good: "a key permits everything")
        }
        return CheckStep(
            "permission",
            good: signature.permissions.map { "the shared access signature permits \($0)" }
                ?? "a policy that is stored with the \(name) says what is permitted")
    }

    /// Whether the table or the container is there.
    /// - Parameters:
    ///   - missing: the code by which the service says that it is not.
    ///   - isMade: whether it is made with the first lead.
    static func place(
        _ name: String, _ place: String, _ error: StorageError?, missing: String, isMade: Bool
    ) -> CheckStep {
        guard let error else { return CheckStep(name, good: "\(place) is there") }
        if error.code == missing, isMade {
            return CheckStep(name, good: "\(place) is not there, and is made with the first lead")
        }
        return CheckStep(name, problem: "\(error.code ?? ""): \(error.problem)", mend: error.mend)
    }
}

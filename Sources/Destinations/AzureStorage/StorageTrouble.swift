internal import Azure
internal import Leads

/// What both storage services refuse in the same way: the part that the outcome tables of `azure-table` and
/// `azure-blob` have in common.
///
/// | answer | outcome |
/// |---|---|
/// | 3xx | config: redirects are never followed |
/// | AuthenticationFailed, NoAuthenticationInformation, InvalidAuthenticationInfo | config, the clock looked at first |
/// | AuthorizationFailure, Authorization…Mismatch, InsufficientAccountPermissions | config |
/// | KeyBasedAuthenticationNotPermitted, AccountIsDisabled, AccountNotFound, AccountRequiresHttps | config |
/// | InvalidResourceName, InvalidHeaderValue, MissingRequiredHeader, ResourceNotFound | config |
/// | any other 401, 403, 404 | config |
/// | 503 ServerBusy, 429 | throttled |
/// | 500 InternalError, OperationTimedOut, 408, any other 5xx | retry |
enum StorageTrouble {
    private static let settings: Set = [
        "AccountIsDisabled", "AccountNotFound", "AccountRequiresHttps", "AuthenticationFailed", "AuthorizationFailure",
        "AuthorizationPermissionMismatch", "AuthorizationProtocolMismatch", "AuthorizationResourceTypeMismatch",
        "AuthorizationServiceMismatch", "AuthorizationSourceIPMismatch", "InsufficientAccountPermissions",
        "InvalidAuthenticationInfo", "InvalidHeaderValue", "InvalidResourceName", "KeyBasedAuthenticationNotPermitted",
        "MissingRequiredHeader", "NoAuthenticationInformation", "ResourceNotFound",
    ]

    /// `nil` where the service at hand has a row of its own.
    static func outcome(status: Int, code: String?) -> Outcome? {
        switch code {
        case .some(let code) where settings.contains(code): return .config
        case "ServerBusy", "TooManyRequests": return .throttled
        case "InternalError", "OperationTimedOut": return .retry
        default: break
        }
        switch status {
        case 300...399, 401, 403, 404: return .config
        case 429: return .throttled
        case 503 where code == nil: return .throttled
        case 408, 500...599: return .retry
        default: return nil
        }
    }

    /// The service's code, then what it means, and what to do where somebody has to do something.
    static func reason(_ error: StorageError, _ outcome: Outcome) -> String {
        let code = error.code ?? "answered \(error.status)"
        let problem = "\(code): \(error.problem)"
        return outcome == .config ? VendorWords.reason(problem, mend: error.mend) : problem
    }

    /// The service's code and its own words, cleaned of what was sent.
    static func rejection(_ error: StorageError, _ leads: [Prepared]) -> String {
        let code = error.code ?? "answered \(error.status)"
        guard let words = error.words else { return code }
        return "\(code): " + VendorWords.clean(words, of: leads.map(\.outgoing))
    }

    /// A service that is busy or fails may say for how long.
    static func obeysRetryAfter(_ outcome: Outcome) -> Bool { outcome == .throttled || outcome == .retry }

    /// How long a table or a container takes to be deleted, at least.
    static let deletion = 40 * Span.second
}

package import Leads

/// Why there is no access token, and how to mend it.
///
/// | error of the token endpoint | outcome |
/// |---|---|
/// | `invalid_grant` with "authentication failure" or "expired" | authRefresh: a clock may be off, asked once more |
/// | `invalid_grant` with "login rate exceeded" | throttled, 5 min |
/// | `invalid_client_id`, `invalid_client`, `invalid_grant` otherwise, `inactive_user`, `inactive_org`, |  |
/// | `app_not_found`, `unsupported_grant_type`, `invalid_request`, `invalid_app_access`, any other | config |
/// | 429 | throttled |
/// | 408, 5xx, `unknown_error` | retry |
/// | any other answer | config |
package struct SalesforceRefusal: Error, Hashable, Sendable {
    package let outcome: Outcome
    package let problem: String
    package let mend: String
    package let retryAfter: Span?
    package let status: Int?

    init(_ outcome: Outcome, _ problem: String, mend: String, retryAfter: Span? = nil, status: Int? = nil) {
        self.outcome = outcome
        self.problem = problem
        self.mend = mend
        self.retryAfter = retryAfter
        self.status = status
    }

    /// As every lead that waited for the token is told.
    var attempt: SentAttempt {
        SentAttempt(
            outcome: outcome, status: status, reason: VendorWords.reason(problem, mend: mend), retryAfter: retryAfter)
    }

    /// - Parameters:
    ///   - error: the code.
    ///   - words: the description beside it.
    package static func of(status: Int, error: String?, words: String?, retryAfter: Span? = nil) -> SalesforceRefusal {
        guard status >= 300, let error else { return byStatus(status, retryAfter) }
        let words = words.map { VendorWords.clean($0) } ?? ""
        let problem = "no access token: " + VendorWords.clean(error) + (words.isEmpty ? "" : ": \(words)")
        let (outcome, mend) = judge(error, words.lowercased(), status)
        let isHurried = outcome == .throttled && status != 429
        return SalesforceRefusal(
            outcome, problem, mend: mend, retryAfter: isHurried ? 5 * .minute : outcome == .config ? nil : retryAfter,
            status: status)
    }

    private static func byStatus(_ status: Int, _ retryAfter: Span?) -> SalesforceRefusal {
        let problem = "no access token: answered \(status)"
        switch status {
        case 408, 500...:
            return SalesforceRefusal(.retry, problem, mend: "it may pass", retryAfter: retryAfter, status: status)
        case 429:
            return SalesforceRefusal(.throttled, problem, mend: "it passes", retryAfter: retryAfter, status: status)
        case 200...299:
            return SalesforceRefusal(.config, problem + " without one", mend: SalesforceMend.url, status: status)
        default: return SalesforceRefusal(.config, problem, mend: SalesforceMend.url, status: status)
        }
    }

    private static func judge(_ error: String, _ words: String, _ status: Int) -> (Outcome, String) {
        switch error {
        case "invalid_grant": return grant(words)
        case "invalid_client_id":
            return (.config, "client-id is not the consumer key of an app of this org; a new app takes 10 minutes")
        case "invalid_client":
            return (
                .config, "the client-secret is another: copy the consumer secret again (External Client App Manager)"
            )
        case "inactive_user": return (.config, "activate the user that the app runs as (Setup, Users)")
        case "inactive_org": return (.config, "the org is locked or has ended")
        case "app_not_found", "invalid_app_access":
            return (.config, "the app is not installed in this org, or its policies leave the user out")
        case "unsupported_grant_type":
            return (.config, myDomain + "; and enable the flow in the app")
        case "invalid_request":
            return (
                .config, "enable the flow that auth names in the app (External Client App Manager, Settings, OAuth)"
            )
        case "unknown_error": return (.retry, "it may pass")
        case _ where status == 429: return (.throttled, "it passes")
        case _ where status >= 500: return (.retry, "it may pass")
        default: return (.config, "see the app's OAuth settings and policies (External Client App Manager)")
        }
    }

    private static let myDomain =
        "set url to My Domain, such as https://contoso.my.salesforce.com: login.salesforce.com and test.salesforce.com "
        + "do not know this flow"

    private static func grant(_ words: String) -> (Outcome, String) {
        switch words {
        case _ where words.contains("login rate exceeded"): return (.throttled, "it passes within the hour")
        case _ where words.contains("approved"):
            return (
                .config,
                "approve the app for the user: in its policies permit admin approved users, and add a permission set "
                    + "or profile that the user has"
            )
        case _ where words.contains("audience"):
            return (
                .config,
                "set audience=https://login.salesforce.com, or https://test.salesforce.com where url is a sandbox"
            )
        case _ where words.contains("not supported on this domain"): return (.config, myDomain)
        case _ where words.contains("no client credentials user"):
            return (.config, "name a Run As user in the app's policies, under Client Credentials Flow")
        case _ where words.contains("authentication failure") || words.contains("expired"):
            return (
                .authRefresh,
                "see that this machine's clock is right, that the certificate is the one in the app, and the user's "
                    + "login history (Setup, Login History)"
            )
        default:
            return (
                .config,
                "check username, and that the certificate in the app belongs to the private key; Setup, Login History "
                    + "says more"
            )
        }
    }
}

package import Leads
package import Outbound

/// What the answer of Web-to-Lead means: the one table of kind `salesforce-web`.
///
/// Salesforce answers 200 to whatever it is sent and judges it later, where nobody sees it. Only the header
/// `Is-Processed` may tell of an error that it found at once.
///
/// | answer | outcome |
/// |---|---|
/// | `Is-Processed` with "exception" in any case | rejected |
/// | 2xx, or 3xx with `Is-Processed` | delivered, which is to say accepted |
/// | any other 3xx | config: forms are taken elsewhere |
/// | 400, 413 | rejected |
/// | 429 | throttled |
/// | 408, 503 | retry: it was not taken |
/// | any other 5xx | ambiguous: something failed, and nobody knows when |
/// | any other 4xx | config |
/// | no connection, no name, no TLS | retry |
/// | no answer after the request went out | ambiguous |
package enum SalesforceWebOutcome {
    package static let accepted = "accepted, not verified: Web-to-Lead never says what became of it"

    /// - Returns: the outcome, and why, in words that may hold what was sent.
    package static func of(_ answer: HTTPAnswer) -> (outcome: Outcome, reason: String) {
        let processed = answer["is-processed"]
        if let processed, processed.lowercased().contains("exception") {
            return (.rejected, "Is-Processed: \(processed)")
        }
        switch answer.status {
        case 200...299: return (.delivered, accepted)
        case 300...399 where processed != nil: return (.delivered, accepted)
        case 300...399:
            return (
                .config,
                "answered \(answer.status): redirects are not followed; set base-url to https://webto.salesforce.com, "
                    + "or https://test.salesforce.com for a sandbox"
            )
        case 400, 413: return (.rejected, "answered \(answer.status)")
        case 429: return (.throttled, "answered 429: too many requests")
        case 408, 503: return (.retry, "answered \(answer.status)")
        case 500...: return (.ambiguous, "answered \(answer.status)")
        default: return (.config, "answered \(answer.status): no form is taken at base-url")
        }
    }
}

package import Leads
internal import Outbound

/// What the answer of an endpoint means: the one table of kind `https`.
///
/// | answer | outcome |
/// |---|---|
/// | 2xx | delivered |
/// | 3xx | config: redirects are never followed |
/// | 400, 413, 415, 422 | rejected |
/// | 401, 403, 404 | config |
/// | 410 | config, for good |
/// | 408, 5xx | retry |
/// | 429 | throttled |
/// | any other 4xx | rejected |
/// | no connection, no name, no TLS | retry |
/// | no answer after the request went out | ambiguous |
package enum HTTPSOutcome {
    package static func outcome(status: Int) -> Outcome {
        switch status {
        case 200...299: .delivered
        case 300...399: .config
        case 401, 403, 404, 410: .config
        case 408: .retry
        case 429: .throttled
        case 400...499: .rejected
        default: .retry
        }
    }

    /// A few words on what the status means and what to do.
    package static func reason(status: Int) -> String {
        switch status {
        case 200...299: "answered \(status)"
        case 300...399: "answered \(status): redirects are not followed, set url to the final address"
        case 401, 403: "answered \(status): the endpoint does not let leadledger in"
        case 404: "answered 404: nothing is at this url"
        case 410: "answered 410: the endpoint is closed for good"
        case 408: "answered 408: the endpoint did not get the request in time"
        case 413: "answered 413: too large for the endpoint"
        case 415: "answered 415: the endpoint does not read this format"
        case 429: "answered 429: too many requests"
        case 400...499: "answered \(status): the endpoint does not take this lead"
        default: "answered \(status)"
        }
    }

    /// Whether a `Retry-After` beside the outcome says anything about this lead.
    package static func obeysRetryAfter(_ outcome: Outcome) -> Bool { outcome == .retry || outcome == .throttled }
}

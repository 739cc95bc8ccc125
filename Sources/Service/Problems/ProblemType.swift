/// Every kind of problem that the service answers with (RFC 9457).
///
/// The slug is a promise: scripts compare `type`, which is `urn:leadledger:problem:` and the slug.
package enum ProblemType: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case invalidParameter = "invalid-parameter"
    case invalidBody = "invalid-body"
    case invalidIdempotencyKey = "invalid-idempotency-key"
    case unauthenticated
    case forbidden
    case notFound = "not-found"
    case unknownEndpoint = "unknown-endpoint"
    case unknownCustomer = "unknown-customer"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case conflict
    case idempotencyKeyInUse = "idempotency-key-in-use"
    case bodyTooLarge = "body-too-large"
    case unsupportedType = "unsupported-type"
    case idempotencyKeyReused = "idempotency-key-reused"
    case tooManyRequests = "too-many-requests"
    case busy
    case headersTooLarge = "headers-too-large"
    case internalError = "internal-error"
    case ledgerUnavailable = "ledger-unavailable"
    case viewsUnavailable = "views-unavailable"

    /// The table that everything about a type is read from: status, title, and what the caller should do.
    private var row: (status: Int, title: String, advice: String) {
        switch self {
        case .malformedRequest:
            (400, "The request is malformed", "Send a well-formed HTTP/1.1 request.")
        case .invalidParameter:
            (400, "A query parameter cannot be used", "Correct the parameter that `parameter` names.")
        case .invalidBody:
            (
                400, "The body cannot be read",
                "Correct what `pointer` points at and send it again; nothing was recorded."
            )
        case .invalidIdempotencyKey:
            (400, "The Idempotency-Key cannot be used", "Use 1 to 255 visible ASCII characters.")
        case .unauthenticated:
            (401, "A key is needed", "Send `Authorization: Bearer llk_…` with a key that is not revoked.")
        case .forbidden: (403, "The key does not allow this", "Use a key with the scope that `scope` names.")
        case .notFound: (404, "There is no such address", "Look into /openapi.json for those there are.")
        case .unknownEndpoint:
            (404, "There is no such lead endpoint", "Use the URL that `leadledger endpoint add` showed.")
        case .unknownCustomer: (404, "There is no such customer", "Find one with GET /v1/leads?search=….")
        case .methodNotAllowed: (405, "The method is not allowed here", "Use one of those that `Allow` names.")
        case .requestTimeout: (408, "The request took too long to arrive", "Send it again, without pauses.")
        case .conflict:
            (
                409, "The id belongs to another event",
                "Use another id, or look at the event that `seq` names; nothing was recorded for this one."
            )
        case .idempotencyKeyInUse:
            (409, "A request with this Idempotency-Key is still running", "Wait a second and send it again.")
        case .bodyTooLarge: (413, "The body is too large", "Send less at a time.")
        case .unsupportedType:
            (
                415, "The type or encoding of the body is not supported",
                "Send application/json or a CloudEvent, plain or encoded with gzip, deflate or zstd."
            )
        case .idempotencyKeyReused:
            (422, "The Idempotency-Key was used with another request", "Use a new key for a new request.")
        case .tooManyRequests: (429, "The key sends too many requests", "Wait as long as `Retry-After` says.")
        case .busy: (429, "The service has too much to do", "Wait as long as `Retry-After` says, then send it again.")
        case .headersTooLarge: (431, "The headers are too large", "Send fewer or smaller headers.")
        case .internalError:
            (500, "Something went wrong here", "Send it again; if it persists, look for `requestId` in the log.")
        case .ledgerUnavailable:
            (503, "The ledger cannot be written or read now", "Send it again later; what was recorded is recognised.")
        case .viewsUnavailable: (503, "The views are not ready", "Send it again in a moment.")
        }
    }

    package var uri: String { "urn:leadledger:problem:" + rawValue }
    package var status: Int { row.status }
    package var title: String { row.title }
    /// What the caller should do.
    package var advice: String { row.advice }
}

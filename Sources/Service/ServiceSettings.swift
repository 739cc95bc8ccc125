package import Leads

/// What can be set about the service. Times are totals, which bytes that drip in cannot prolong.
package struct ServiceSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any that is free.
    package var port = 8080
    /// PEM files of the certificate chain and its key; both or neither. With them the service speaks TLS 1.2 and 1.3
    /// only.
    package var certificateFile: String?
    package var keyFile: String?
    /// Addresses, or networks such as `10.0.0.0/8`, of proxies whose `Forwarded` header is believed.
    package var trustedProxies: [String] = []

    /// How long the same content from the same sender is taken for the same event.
    package var duplicateWindow: Span = 15 * .minute

    /// Bytes of a request body, as they come and decoded.
    package var bodyLimit = 1_048_576
    /// Bytes of all bodies that are in memory at once.
    package var bodiesLimit = 268_435_456
    package var headerCountLimit = 100
    /// Bytes of the request line and the headers.
    package var headerBytesLimit = 32_768
    package var headerTime: Span = 10 * .second
    package var bodyTime: Span = 30 * .second
    /// How long a connection may stay open without a request.
    package var idleTime: Span = 60 * .second
    /// How long a connection that is closed waits for the client to notice, so that the last answer is not lost.
    package var lingerTime: Span = 2 * .second
    package var connectionLimit = 4_096

    /// Events that may wait for a commit; beyond that requests are answered 429.
    package var waitingLimit = 4_096
    /// Reading requests that may wait for a thread; beyond that they are answered 429.
    package var readLimit = 64
    package var readThreads = 3
    /// Requests of one API key a second, as a mean; twice as many may come at once.
    package var requestsPerKey = 1_000
    /// Answers that are kept to be given again to the same `Idempotency-Key`.
    package var keptAnswers = 4_096

    package init() {}
}

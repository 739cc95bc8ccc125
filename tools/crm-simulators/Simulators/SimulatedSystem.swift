package import Leads
package import OrderedJSON

/// One system that is simulated: what it says to a request, and what it holds.
///
/// It is an actor or a value that many requests ask at once. It checks what the real system checks (signatures, tokens,
/// shapes, limits) with code of its own, so that it and the sender agree only where both are right.
package protocol SimulatedSystem: Sendable {
    /// The methods it answers; others are unknown to it.
    var methods: [String] { get }
    /// Bytes of a body that reach it; the frame answers for it where there are more.
    var bodyLimit: Int { get }
    /// What it says to one request.
    /// - Parameter refusal: the records of a batch that must be refused, in the system's own words; `nil` for none. A
    ///   system whose requests carry one record each refuses that record when `refusal` names place 0.
    func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal?) async -> Verdict
    /// The answer to a failure that was asked for, in the system's own shape.
    /// - Parameter code: the system's own code; `nil` for the usual one of the status.
    func failure(status: Int, code: String?) -> SimulatedAnswer
    /// Makes every access token that was handed out so far no longer good.
    func expireTokens() async
    /// What it holds, in the order of making: one object a record, with `key` (what makes it one and the same lead),
    /// `written` (how often it was made or changed) and `fields`.
    var records: [JSON] { get async }
    /// Counts of its own, for `GET /_stats`: `records`, `created`, `updated`, `tokens` (token requests it answered with
    /// a token), and what else helps.
    var counts: [(name: String, count: Int)] { get async }
}

extension SimulatedSystem {
    package var methods: [String] { ["POST"] }
    package var bodyLimit: Int { 4_194_304 }

    package func failure(status: Int, code: String?) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status, headers: [("content-type", "application/json")],
            body: Array("{\"error\":\"as asked\"}".utf8))
    }

    package func expireTokens() async {}
    package var records: [JSON] { get async { [] } }
    package var counts: [(name: String, count: Int)] { get async { [] } }
}

/// Records of a batch that must be refused.
package struct Refusal: Hashable, Sendable {
    /// Their places in the batch, from 0.
    package let places: Set<Int>
    /// The system's own code; `nil` for its usual one.
    package let code: String?

    package init(places: Set<Int>, code: String? = nil) {
        self.places = places
        self.code = code
    }
}

/// What became of one record of a request, for the log.
package struct RecordFate: Hashable, Sendable {
    package enum Fate: String, Sendable {
        case created, updated, refused
        /// It was there already, and was left as it is.
        case known
    }

    package let key: String
    package let fate: Fate

    package init(key: String, fate: Fate) {
        self.key = key
        self.fate = fate
    }
}

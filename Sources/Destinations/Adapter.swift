package import Leads
package import OrderedJSON

/// Speaks to one system in its own words: leads in, one result for each out.
///
/// An adapter decides nothing about when and how often: pace, order, repeats and what is recorded are the worker's. It
/// never throws, for whatever happens is an outcome, and it keeps no state but connections and access tokens.
package protocol Adapter: Sendable {
    /// Leads that one request can carry, at least 1.
    var batchLimit: Int { get }
    /// Whether leads of one key may go in one request, where they take effect in their order.
    var joinsKeys: Bool { get }
    /// What will be told of a lead. Pure: the same lead is always told in the same way.
    func prepare(_ outgoing: Outgoing) -> Prepared
    /// Sends leads with one request (and, where the system knows no other way, with more than one).
    /// - Parameter leads: 1 ... `batchLimit`, none that has a refusal, no two with the same key but where `joinsKeys`.
    /// - Returns: one attempt for each lead, in their order.
    func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer
    /// Asks the system whether it has a lead, where repeats are looked up.
    func find(_ lead: Prepared, now: Instant) async -> Finding
    /// Finds out whether leads could be sent, and writes nothing: credentials, permissions, schema.
    func check(now: Instant) async -> [CheckStep]
    /// Lets go of all connections. Nothing can be sent afterwards.
    func shutdown() async
}

extension Adapter {
    package var joinsKeys: Bool { false }

    /// Systems whose writes are keyed are never asked.
    package func find(_ lead: Prepared, now: Instant) async -> Finding { .absent }
}

/// A lead as one destination will be told of it.
package struct Prepared: Sendable {
    package let outgoing: Outgoing
    /// What is told, in the destination's own fields.
    package let record: JSON
    /// SHA-256 of what is told, without ids and times of its own: equal to that of the last delivery, nothing is sent.
    package let digest: [UInt8]
    /// What tells the destination that two requests are about the same: two of one key are never on the way in two
    /// requests at once.
    package let key: String
    /// What was changed to fit, such as `title cut to 128`: names of fields, never their values.
    package let adjusted: [String]
    /// Why the lead cannot be told here at all, such as a missing email; `nil` when it can.
    package let refusal: String?

    package init(
        _ outgoing: Outgoing, record: JSON, digest: [UInt8], key: String, adjusted: [String] = [],
        refusal: String? = nil
    ) {
        self.outgoing = outgoing
        self.record = record
        self.digest = digest
        self.key = key
        self.adjusted = adjusted
        self.refusal = refusal
    }
}

/// What came of one request.
package struct BatchAnswer: Sendable {
    /// One for each lead, in their order.
    package var attempts: [SentAttempt]
    /// The request was refused as a whole because of one of its leads, or of its size: halves of it may fare better.
    /// Where only one lead was sent, its attempt is the result.
    package var isDivisible: Bool

    package init(_ attempts: [SentAttempt], isDivisible: Bool = false) {
        self.attempts = attempts
        self.isDivisible = isDivisible
    }

    /// The same for each of `leads`, each with an exchange of its own.
    package init(
        _ leads: [Prepared], isDivisible: Bool = false, _ attempt: (Prepared) -> SentAttempt
    ) {
        self.init(leads.map(attempt), isDivisible: isDivisible)
    }
}

/// How one attempt went, for the ledger.
package struct SentAttempt: Sendable {
    package var outcome: Outcome
    /// The HTTP status, where there was an answer.
    package var status: Int?
    /// What the destination calls the lead.
    package var remoteID: String?
    /// A few words for people, the destination's code and the field among them. No contact data and no secret: words of
    /// the destination come in only through `VendorWords`.
    package var reason: String
    /// How long the destination asks to be left alone.
    package var retryAfter: Span?
    /// SHA-256 of the lead as sent: of the body, or of its record in a batch.
    package var sha256: [UInt8]
    /// What was said both ways about this lead, as JSON. It has contact data: to be sealed, never logged.
    package var exchange: [UInt8]

    package init(
        outcome: Outcome, status: Int? = nil, remoteID: String? = nil, reason: String, retryAfter: Span? = nil,
        sha256: [UInt8] = [], exchange: [UInt8] = []
    ) {
        self.outcome = outcome
        self.status = status
        self.remoteID = remoteID
        self.reason = reason
        self.retryAfter = retryAfter
        self.sha256 = sha256
        self.exchange = exchange
    }
}

/// What a destination says when it is asked for a lead.
package enum Finding: Sendable {
    /// It has what was sent.
    case present(remoteID: String?)
    case absent
    /// It could not be asked; the attempt says why.
    case unclear(SentAttempt)
}

/// One thing that was looked at to find out whether leads could be sent.
package struct CheckStep: Hashable, Sendable {
    /// Such as `credentials`, `permission`, `field LeadledgerId__c`.
    package let name: String
    /// What is wrong, in the vendor's own terms; `nil` when nothing is.
    package let problem: String?
    /// What was found where nothing is wrong, else how to mend it.
    package let says: String

    package init(_ name: String, good says: String) {
        self.name = name
        problem = nil
        self.says = says
    }

    package init(_ name: String, problem: String, mend: String) {
        self.name = name
        self.problem = VendorWords.unstopped(problem)
        says = mend
    }

    package var isGood: Bool { problem == nil }
}

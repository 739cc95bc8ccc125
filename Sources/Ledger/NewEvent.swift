package import Leads

/// What makes two arrivals the same event.
package enum Identity: Hashable, Sendable {
    /// An identity that the sender gave. `scope` keeps senders apart: "" for plain ids, a CloudEvent's source. The same
    /// identity with other content is a conflict.
    case id(scope: String, String)
    /// An identity that leadledger itself makes, by the rules of `id`. No sender can give one, whatever it calls its
    /// ids and sources. `scope` keeps the parts of leadledger apart.
    case own(scope: String, String)
    /// A row of a file: its content, and how many equal rows stand before it in that file.
    case row(ordinal: Int)
    /// An arrival without identity: the same content again within `span` is the same event.
    case window(scope: String, Span)
    /// Never the same as another event.
    case none
}

/// Whom an event is about.
package enum SubjectChoice: Hashable, Sendable {
    /// The customer with this match key, a new subject when it was never seen.
    case matching(String)
    /// A new subject, for somebody who cannot be matched.
    case new
    case existing(Int64)
    case none
}

/// An event as a caller hands it to the ledger.
package struct NewEvent: Sendable {
    package var type: EventType
    package var identity: Identity
    /// Canonical bytes of what was said. The ledger keeps a keyed digest of them, not the bytes.
    package var content: [UInt8]
    package var subject: SubjectChoice
    /// `nil`: the time of recording.
    package var occurredAt: Instant?
    package var source: String?
    package var action: String?
    package var offer: String?
    package var country: String?
    package var flags: EventFlags
    /// Who caused the event: a person's name, or a part of leadledger such as `import`.
    package var actor: String
    /// The `seq` of the event that led to this one.
    package var cause: Int64?
    /// `nil`: the ledger mints a UUIDv7.
    package var id: String?
    /// Plain JSON: what the columns have no place for and folds must know.
    package var detail: [UInt8]?
    /// Contact data as JSON, sealed under the subject's key.
    package var contact: [UInt8]?
    /// Raw bytes of a request or an exchange, sealed under the subject's and the month's key.
    package var body: [UInt8]?

    package init(
        type: EventType, identity: Identity, content: [UInt8], subject: SubjectChoice, occurredAt: Instant? = nil,
        source: String? = nil, action: String? = nil, offer: String? = nil, country: String? = nil,
        flags: EventFlags = [], actor: String, cause: Int64? = nil, id: String? = nil, detail: [UInt8]? = nil,
        contact: [UInt8]? = nil, body: [UInt8]? = nil
    ) {
        self.type = type
        self.identity = identity
        self.content = content
        self.subject = subject
        self.occurredAt = occurredAt
        self.source = source
        self.action = action
        self.offer = offer
        self.country = country
        self.flags = flags
        self.actor = actor
        self.cause = cause
        self.id = id
        self.detail = detail
        self.contact = contact
        self.body = body
    }
}

/// Where an event stands in the ledger.
package struct Receipt: Hashable, Sendable {
    package let seq: Int64
    package let id: EventID
    /// 0 when the event is about nobody.
    package let subject: Int64
    package let recordedAt: Instant

    package init(seq: Int64, id: EventID, subject: Int64, recordedAt: Instant) {
        self.seq = seq
        self.id = id
        self.subject = subject
        self.recordedAt = recordedAt
    }
}

/// What became of an event that was handed in.
package enum Appended: Hashable, Sendable {
    case recorded(Receipt)
    /// The same event was there already; nothing was appended.
    case duplicate(Receipt)
    /// Another event has the same identity and other content; nothing was appended.
    case conflict(seq: Int64)

    /// The receipt of the event that stands in the ledger; `nil` for a conflict.
    package var receipt: Receipt? {
        switch self {
        case .recorded(let receipt), .duplicate(let receipt): receipt
        case .conflict: nil
        }
    }
}

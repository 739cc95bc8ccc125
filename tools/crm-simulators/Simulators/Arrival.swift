internal import OrderedJSON

/// A request as it came in.
package struct Arrival: Sendable {
    package let method: String
    /// As it stood on the wire, still encoded.
    package let path: String
    /// The same of what stood behind the `?`.
    package let query: String?
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(
        method: String, path: String, query: String? = nil, headers: [(name: String, value: String)], body: [UInt8]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    package subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// What a simulated system makes of an arrival.
package enum Verdict: Sendable {
    /// It is taken. Two that share a key are one and the same lead.
    case accepted(key: String?)
    case rejected(status: Int, reason: String)
    /// A simulated system with answers of its own. `reason` is for the log.
    case answered(SimulatedAnswer, fate: Fate, reason: String?, records: [RecordFate] = [])
}

/// An answer as it goes over the wire.
package struct SimulatedAnswer: Sendable {
    package let status: Int
    package var headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// What became of an arrival, for the log.
package enum Fate: String, Sendable {
    case accepted
    /// The same key and the same body again.
    case duplicate
    /// The same key with another body: the sender is wrong.
    case conflict
    case rejected
    /// Made to fail by a knob.
    case failed
    /// Made to hang by a knob.
    case hung
}

/// Trouble that was asked for.
package enum Trouble: Sendable {
    /// - Parameter code: the error in the words of the simulated system, where it has such.
    case fail(status: Int, retryAfter: Int?, location: String?, code: String? = nil)
    /// No answer comes, on a connection that stays open.
    /// - Parameter isCommitted: whether the request takes effect all the same.
    case hang(isCommitted: Bool)
    /// The connection is reset in place of an answer.
    case reset(isCommitted: Bool)
    case slow(milliseconds: Int)
    case refuse(Refusal)

    package static let knobs = ["_fail", "_hang", "_reset", "_slow", "_refuse"]

    /// Reads the body of a knob; `nil` when it makes no sense.
    init?(knob: String, _ json: JSON) {
        let isCommitted = json["after"]?.string == "commit"
        switch knob {
        case "_fail":
            guard let status = json["status"]?.integer, (200...599).contains(status) else { return nil }
            self = .fail(
                status: Int(status), retryAfter: json["retryAfter"]?.integer.map { Int($0) },
                location: json["location"]?.string, code: json["code"]?.string)
        case "_hang":
            self = .hang(isCommitted: isCommitted)
        case "_reset":
            self = .reset(isCommitted: isCommitted)
        case "_slow":
            guard let milliseconds = json["milliseconds"]?.integer, (0...600_000).contains(milliseconds) else {
                return nil
            }
            self = .slow(milliseconds: Int(milliseconds))
        case "_refuse":
            let places = (json["places"]?.array ?? [.number(0)]).compactMap(\.integer).map { Int($0) }
            self = .refuse(Refusal(places: Set(places), code: json["code"]?.string))
        default:
            return nil
        }
    }
}

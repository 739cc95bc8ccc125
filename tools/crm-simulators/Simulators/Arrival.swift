internal import OrderedJSON

/// A request as it came in.
package struct Arrival: Sendable {
    package let method: String
    package let path: String
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(method: String, path: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.method = method
        self.path = path
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
    case fail(status: Int, retryAfter: Int?, location: String?)
    case hang
    case slow(milliseconds: Int)

    /// Reads the body of a knob; `nil` when it makes no sense.
    init?(knob: String, _ json: JSON) {
        switch knob {
        case "_fail":
            guard let status = json["status"]?.integer, (200...599).contains(status) else { return nil }
            self = .fail(
                status: Int(status), retryAfter: json["retryAfter"]?.integer.map { Int($0) },
                location: json["location"]?.string)
        case "_hang":
            self = .hang
        case "_slow":
            guard let milliseconds = json["milliseconds"]?.integer, (0...600_000).contains(milliseconds) else {
                return nil
            }
            self = .slow(milliseconds: Int(milliseconds))
        default:
            return nil
        }
    }
}

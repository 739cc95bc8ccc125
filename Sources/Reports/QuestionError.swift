package import Leads

/// A question that has no answer because of what it asks for. The texts name no customer.
package enum QuestionError: Error, Hashable, CustomStringConvertible {
    /// There is no destination of this name, and never was; `known` are those there are or were.
    case unknownDestination(String, known: [String])
    case unknownState(String, known: [String])
    /// The period ends before it begins.
    case emptyPeriod(since: Instant, until: Instant)

    package var description: String {
        switch self {
        case .unknownDestination(let name, let known):
            "there is no destination \(name). "
                + (known.isEmpty ? "There is none yet" : "There are: " + known.joined(separator: ", "))
        case .unknownState(let state, let known):
            "there is no state \(state). There are: \(known.joined(separator: ", "))"
        case .emptyPeriod(let since, let until):
            "since \(since) is later than until \(until), so that nothing can lie between them"
        }
    }

    /// Refuses a period that ends before it begins.
    static func check(since: Instant?, until: Instant?) throws(QuestionError) {
        if let since, let until, since > until { throw .emptyPeriod(since: since, until: until) }
    }
}

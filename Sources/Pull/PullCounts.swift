package import Leads

/// What a pull did with the rows it read: `read` is the sum of the others.
package struct PullCounts: Hashable, Sendable {
    package var read = 0
    /// Actions that are new in the ledger.
    package var recorded = 0
    /// Rows the ledger had already.
    package var duplicates = 0
    /// Rows that say nothing, cannot be read, or changed after they were recorded; they are kept, sealed.
    package var quarantined = 0
    /// Answers that were read, those without rows included.
    package var pages = 0

    package init() {}

    /// Whether the ledger got something.
    package var isNews: Bool { recorded > 0 || quarantined > 0 }
}

/// Why a pull ended early: what is wrong, and how to mend it. Neither shows a secret or a row.
package struct PullFailure: Error, Hashable, CustomStringConvertible {
    package let problem: String
    package let mend: String
    /// The wait that the service asked for.
    package let retryAfter: Span?

    package init(problem: String, mend: String, retryAfter: Span? = nil) {
        self.problem = problem
        self.mend = mend
        self.retryAfter = retryAfter
    }

    package var description: String { "\(problem): \(mend)" }
}

/// What a look at a source found, without taking anything.
package struct PullCheck: Hashable, Sendable {
    /// What is as it should be, in the order it was looked at.
    package var passed: [String] = []
    /// What works and should be looked at all the same.
    package var notes: [String] = []
    package var failure: PullFailure?

    package var isGood: Bool { failure == nil }
}

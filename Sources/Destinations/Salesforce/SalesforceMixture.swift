internal import Leads

/// What becomes of leads that came together and are sent in two requests, since some are to be assigned and some not.
enum SalesforceMixture {
    /// What the second request comes to without being sent, where the first says that the org cannot be used just now;
    /// `nil` where it is to be sent.
    static func rest(_ leads: [Prepared], after first: BatchAnswer) -> BatchAnswer? {
        let outcomes = Set(first.attempts.map(\.outcome))
        guard outcomes.count == 1, let outcome = outcomes.first, let attempt = first.attempts.first else { return nil }
        switch outcome {
        case .delivered, .alreadyDelivered, .rejected: return nil
        case .retry, .throttled, .authRefresh, .config, .ambiguous:
            // What was not sent is not unknown.
            return BatchAnswer(leads) { _ in
                SentAttempt(
                    outcome: outcome == .ambiguous ? .retry : outcome, status: attempt.status, reason: attempt.reason,
                    retryAfter: attempt.retryAfter)
            }
        }
    }

    /// A second request that was refused as a whole cannot be halved without sending the first again, so its leads come
    /// again later, without the others.
    static func undivided(_ second: BatchAnswer) -> BatchAnswer {
        guard second.isDivisible else { return second }
        return BatchAnswer(
            second.attempts.map { attempt in
                var attempt = attempt
                attempt.outcome = .retry
                return attempt
            })
    }

    /// The attempts of both requests in the order of all leads.
    static func inOrder(
        _ leads: [Prepared], isFirst: (Prepared) -> Bool, _ first: BatchAnswer, _ second: BatchAnswer
    ) -> BatchAnswer {
        var (first, second) = (first.attempts[...], second.attempts[...])
        return BatchAnswer(leads.map { isFirst($0) ? first.removeFirst() : second.removeFirst() })
    }
}

package import Leads

/// The access token of one destination: got once for each of its lives, however many ask at the same time.
///
/// A token that the destination refuses is given up and another one got; where that one is refused as well before it
/// ever worked, asking again would go on for ever, and the credentials are at fault.
package actor AccessTokens {
    package struct Token: Hashable, Sendable {
        /// Where the API is, where the answer says so.
        package let instance: EndpointURL?
        fileprivate let secret: HiddenText
        fileprivate let number: Int
        fileprivate let renewAt: Instant?

        package var value: String { secret.text }
    }

    /// What the destination's token endpoint gave.
    package struct Grant: Sendable {
        fileprivate let secret: HiddenText
        /// `nil` where the answer says nothing, and only a refusal ends it.
        package let lifetime: Span?
        package let instance: EndpointURL?

        package init(value: String, lifetime: Span?, instance: EndpointURL? = nil) {
            secret = HiddenText(value)
            self.lifetime = lifetime
            self.instance = instance
        }

        package var value: String { secret.text }

        /// Whether it can stand in a header: visible characters of ASCII alone, none of which ends a line.
        fileprivate var isUsable: Bool {
            !secret.text.isEmpty && secret.text.utf8.allSatisfy { 0x21...0x7e ~= $0 }
        }
    }

    /// Why there is no token: `config` when credentials are refused, `retry` or `throttled` when that may pass.
    package struct Failure: Error, Sendable {
        package let attempt: SentAttempt

        package init(_ attempt: SentAttempt) { self.attempt = attempt }
    }

    private let get: @Sendable (Instant) async -> Result<Grant, Failure>
    /// A token is renewed this long before its end, or half its life before where that is short.
    private let margin: Span
    private var current: Token?
    private var getting: Task<Result<Token, Failure>, Never>?
    private var count = 0
    /// The current token was got because the one before was refused, and has not worked yet.
    private var isOnTrial = false
    /// No token was given the last time, for a reason that is worth one more try.
    private var isGrantRefused = false

    /// - Parameter get: asks the destination for a token.
    package init(
        margin: Span = 5 * .minute, get: @escaping @Sendable (Instant) async -> Result<Grant, Failure>
    ) {
        self.margin = margin
        self.get = get
    }

    private static let unusable = Failure(
        SentAttempt(outcome: .config, reason: "the token that was given cannot stand in a header; check the address"))

    /// A token that is good at `now`, as far as anybody knows.
    package func token(now: Instant) async -> Result<Token, Failure> {
        if let current, current.renewAt.map({ now < $0 }) ?? true { return .success(current) }
        if let getting { return await getting.value }
        count += 1
        let (number, get, margin) = (count, get, margin)
        let task = Task {
            await get(now).flatMap { grant -> Result<Token, Failure> in
                guard grant.isUsable else { return .failure(Self.unusable) }
                let early = grant.lifetime.map { min(margin, Span(micros: $0.micros / 2)) }
                return .success(
                    Token(
                        instance: grant.instance, secret: grant.secret, number: number,
                        renewAt: grant.lifetime.map { now + $0 - (early ?? margin) }))
            }
        }
        getting = task
        let result = await task.value
        getting = nil
        switch result {
        case .success(let token):
            current = token
            isGrantRefused = false
        case .failure(let failure) where failure.attempt.outcome == .authRefresh:
            // Costing no attempt and no wait, it would be asked for ever.
            guard !isGrantRefused else {
                var attempt = failure.attempt
                attempt.outcome = .config
                return .failure(Failure(attempt))
            }
            isGrantRefused = true
        case .failure: break
        }
        return result
    }

    /// Tells what became of a request with this token, and returns what a refusal of the token comes to: `authRefresh`
    /// where another one is worth a try, else `config`.
    ///
    /// Whoever judges a lead, even to refuse it, or counts requests has taken the token. A fault proves nothing.
    package func judge(_ token: Token, by outcomes: [Outcome]) -> Outcome {
        if outcomes.contains(.authRefresh) { return refused(token) ? .authRefresh : .config }
        let proofs: Set<Outcome> = [.delivered, .alreadyDelivered, .rejected, .throttled]
        if outcomes.contains(where: proofs.contains) { worked(token) }
        return .authRefresh
    }

    /// The destination took a request with this token.
    package func worked(_ token: Token) {
        if token.number == current?.number { isOnTrial = false }
    }

    /// The destination refused this token. Returns whether a request with another one is worth a try.
    package func refused(_ token: Token) -> Bool {
        // Others were refused with the same token before, and it has been replaced since.
        guard token.number == current?.number else { return true }
        guard !isOnTrial else { return false }
        isOnTrial = true
        current = nil
        return true
    }
}

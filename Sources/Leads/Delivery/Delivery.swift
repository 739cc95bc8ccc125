/// What is to be brought to a destination about one lead (or, at a destination that takes every action, one action),
/// and how far that has come: the fold of what the lead became and of the attempts.
///
/// `wanted` and `delivered` are versions, which are the `seq` of the event that made them. A worker closes the
/// difference.
package struct Delivery: Hashable, Sendable {
    package enum State: Int64, CaseIterable, Sendable {
        /// To be sent as soon as a worker comes to it.
        case wanted = 1
        /// An attempt failed; another one is due.
        case retry = 2
        /// The destination refused it, or tries ran out: nothing more until the lead or the destination changes.
        case parked = 3
        /// Must not be sent, for the recorded reason.
        case suppressed = 4
        /// The destination has the wanted version.
        case delivered = 5
        /// An attempt began and nobody knows how it ended; it is repeated where the destination recognises repeats or
        /// can be asked, and waits for a person elsewhere.
        case unknown = 6

        package var name: String {
            switch self {
            case .wanted: "wanted"
            case .retry: "retry"
            case .parked: "parked"
            case .suppressed: "suppressed"
            case .delivered: "delivered"
            case .unknown: "unknown"
            }
        }
    }

    package var state: State = .wanted
    package var wanted: Int64 = 0
    package var delivered: Int64 = 0
    /// All attempts so far.
    package var attempts: Int64 = 0
    /// Attempts since the last success that failed in a way which counts against the schedule.
    package var failures: Int64 = 0
    /// When the next attempt may begin, in microseconds since 1970; `nil` when none is due.
    package var dueAt: Int64?
    package var reason: String?
    /// SHA-256 of what was told of the lead when it was delivered last.
    package var digest: [UInt8] = []

    package init() {}

    /// Due whatever the clock says: a clock that once ran ahead must not hold leads back.
    package static let atOnce: Int64 = 0

    /// The lead reached `version`, or the destination's settings changed.
    /// - Parameters:
    ///   - suppression: why it must not be sent; `nil` when it may be.
    ///   - isMended: the destination was set anew or resumed, so what failed before is tried again at once.
    package mutating func want(_ version: Int64, suppression: String?, isMended: Bool = false) {
        wanted = max(wanted, version)
        // What arrived cannot be taken back: only something newer can still be withheld.
        if let suppression, delivered < wanted {
            state = .suppressed
            reason = suppression
            dueAt = nil
        } else if delivered >= wanted {
            state = .delivered
            reason = nil
            dueAt = nil
        } else if isHeldForPerson {
            // Sending it again could double it; only a person may take that upon himself.
            return
        } else if isMended || (state != .retry && state != .unknown) {
            // A destination that is failing keeps its pause: new content is no reason to knock again at once.
            state = .wanted
            reason = nil
            failures = 0
            dueAt = Self.atOnce
        }
    }

    /// Nobody knows whether the last attempt arrived, and nothing can find out.
    package var isHeldForPerson: Bool { state == .unknown && dueAt == nil }

    /// What a person does to a single delivery. The names are stored: add, never rename.
    package enum Release: String, CaseIterable, Sendable {
        /// Tries again at once what failed, was parked, or is unknown.
        case retry
        /// Tries again at once what was parked.
        case release
        /// Sends once more what was delivered.
        case resend
    }

    /// Whether a release would change anything.
    package func takes(_ release: Release) -> Bool {
        switch release {
        case .retry: [.retry, .parked, .unknown].contains(state)
        case .release: state == .parked
        case .resend: state == .delivered
        }
    }

    /// Applies a release that was recorded as event `seq`.
    package mutating func evolve(_ release: Release, seq: Int64) {
        guard takes(release) else { return }
        if release == .resend { return sendAgain(as: seq) }
        state = .wanted
        reason = nil
        failures = 0
        dueAt = Self.atOnce
    }

    /// Is to be sent although the destination may have it: as version `seq`, so that it is no repeat of an earlier one.
    package mutating func sendAgain(as seq: Int64) {
        guard state != .suppressed else { return }
        wanted = max(wanted, seq)
        digest = []
        state = .wanted
        reason = nil
        failures = 0
        dueAt = Self.atOnce
    }

    /// What an attempt came to.
    package struct Attempt: Hashable, Sendable {
        package let outcome: Outcome
        /// The version that was sent.
        package let version: Int64
        package let at: Int64
        /// When to try again; `nil` when the schedule has no further try.
        package let retryAt: Int64?
        package let reason: String
        package let digest: [UInt8]

        package init(
            outcome: Outcome, version: Int64, at: Int64, retryAt: Int64?, reason: String, digest: [UInt8]
        ) {
            self.outcome = outcome
            self.version = version
            self.at = at
            self.retryAt = retryAt
            self.reason = reason
            self.digest = digest
        }
    }

    package mutating func evolve(_ attempt: Attempt) {
        attempts += 1
        switch attempt.outcome {
        case .delivered, .alreadyDelivered:
            delivered = max(delivered, attempt.version)
            digest = attempt.digest
            failures = 0
            guard state != .suppressed else { return }
            state = delivered >= wanted ? .delivered : .wanted
            reason = nil
            dueAt = delivered >= wanted ? nil : Self.atOnce
        case .rejected: stop(.parked, attempt.reason)
        case .config: stop(.wanted, attempt.reason, dueAt: Self.atOnce)
        case .throttled: stop(.retry, attempt.reason, dueAt: attempt.retryAt ?? attempt.at)
        case .authRefresh: stop(.retry, attempt.reason, dueAt: attempt.retryAt ?? attempt.at)
        case .retry, .ambiguous:
            failures += 1
            // It may have arrived all the same, so nobody knows any more what the destination has.
            digest = []
            let next: State = attempt.outcome == .ambiguous ? .unknown : .retry
            if let retryAt = attempt.retryAt {
                stop(next, attempt.reason, dueAt: retryAt)
            } else if attempt.outcome == .ambiguous, failures < RetrySchedule.delays.count {
                stop(next, attempt.reason)
            } else {
                stop(.parked, "exhausted")
            }
        }
    }

    private mutating func stop(_ next: State, _ why: String, dueAt due: Int64? = nil) {
        guard state != .suppressed else { return }
        state = next
        reason = why
        dueAt = due
    }
}

internal import Leads
internal import Views

/// When each source is pulled next. Pure: it is told the time.
struct PullSchedule {
    /// How a pull ended.
    enum Result: Sendable {
        case done(PullCounts, interval: Span)
        case failed(String, retryAfter: Span?)
        /// Broken off, which is nobody's fault.
        case stopped
    }

    private struct State {
        var settings: PullSettings
        var isRunning = false
        /// Whether other settings came while a pull was under way.
        var isOutdated = false
        var failures = 0
        /// `nil`: at once.
        var due: Instant?
        var wait = 0 * Span.second
    }

    private var states: [String: State] = [:]

    private static let firstPause = 30 * Span.second
    private static let longestPause = 15 * Span.minute

    /// The sources to pull now; they count as running until `ended`.
    ///
    /// A source that is new or was changed is due at once, one that runs already when its pull has ended.
    mutating func start(_ sources: [PullSource], now: Instant) -> [PullSource] {
        let names = Set(sources.map(\.name))
        states = states.filter { names.contains($0.key) || $0.value.isRunning }
        return sources.filter { source in
            var state = states[source.name] ?? State(settings: source.settings)
            if state.settings != source.settings {
                state.settings = source.settings
                state.failures = 0
                state.due = nil
                state.isOutdated = state.isRunning
            }
            let isDue =
                !state.isRunning
                && (state.due.map { now >= $0 || $0 - now > state.wait } ?? true)  // The clock may have been set back.
            state.isRunning = state.isRunning || isDue
            states[source.name] = state
            return isDue
        }
    }

    /// - Parameter jitter: in 0 ..< 1; ±10 % of the interval.
    mutating func ended(_ name: String, _ result: Result, now: Instant, jitter: Double) {
        guard var state = states[name] else { return }
        state.isRunning = false
        if state.isOutdated {
            state.isOutdated = false
            states[name] = state
            return
        }
        switch result {
        case .done(_, let interval):
            state.failures = 0
            state.wait = Span(micros: Int64(Double(interval.micros) * (0.9 + 0.2 * jitter)))
        case .failed(_, let retryAfter):
            state.failures += 1
            let pause = Int64(1 << min(state.failures - 1, 10)) * Self.firstPause
            state.wait = min(max(pause, retryAfter ?? pause), Self.longestPause)
        case .stopped:
            state.wait = 0 * .second
        }
        state.due = now + state.wait
        states[name] = state
    }
}

internal import Azure
internal import Leads
internal import Outbound

/// Asks a table service, and asks again where that helps.
struct TableClient {
    let service: TableService
    let sender: HTTPSender
    let clock: @Sendable () -> Instant
    let pause: @Sendable (Span) async throws -> Void
    /// In 0 ..< 1; spreads retries.
    let jitter: @Sendable () -> Double

    /// Bytes of an answer that are read; the longest entity of the service fits several times.
    var answerLimit = 8 << 20
    /// Whether to ask again after a failure that may pass.
    var isPatient = true
    /// Waits before the tries after the first, each ±20 %.
    static let waits: [Span] = [.second, 2 * .second, 5 * .second, 15 * .second]
    /// A longer wait that the service asks for ends the pull; the next one begins after it.
    static let longestWait = Span.minute

    /// The answer to `query`. Where an answer is too long, or too slow to end in time, fewer rows are asked for from
    /// then on.
    /// - Throws: `PullFailure`, or `CancellationError`.
    func page(_ query: inout TableQuery) async throws -> TablePage {
        var failures = 0
        while true {
            try Task.checkCancellation()
            let failure: PullFailure
            switch try await ask(query) {
            case .page(let page): return page
            case .tooLong:
                guard query.top > 1 else {
                    throw PullFailure(
                        problem: "the table service does not finish its answer in time, not even with a single row",
                        mend: "set a longer timeout")
                }
                query.top = max(1, query.top / 4)
                continue
            case .failed(let passing): failure = passing
            }
            guard isPatient, failures < Self.waits.count else { throw failure }
            let wait = failure.retryAfter.map { max($0, .second) } ?? spread(Self.waits[failures])
            guard wait <= Self.longestWait else { throw failure }
            failures += 1
            try await pause(wait)
        }
    }

    private func spread(_ span: Span) -> Span {
        Span(micros: Int64(Double(span.micros) * (0.8 + 0.4 * jitter())))
    }

    private enum Answer {
        case page(TablePage)
        case tooLong
        /// A later try may do better.
        case failed(PullFailure)
    }

    private func ask(_ query: TableQuery) async throws -> Answer {
        let now = clock()
        let request = try service.request(query, now: now)
        let bytes = HTTPRequestBytes(
            method: request.method, url: request.url,
            headers: request.headers.map { .init($0.name, $0.value) }, body: request.body)
        let sent = await sender.send(bytes, now: now, answerLimit: answerLimit)
        try Task.checkCancellation()
        let again = "check the network and the endpoint; it is tried again later"
        switch sent {
        case .answered(let answer) where answer.status == 200:
            if answer.isCut { return .tooLong }
            do {
                return .page(try TablePage(body: answer.body) { answer[$0] })
            } catch {
                throw PullFailure(
                    problem: error.description, mend: "check that endpoint leads to a table service")
            }
        case .answered(let answer):
            let error = StorageError(status: answer.status, body: answer.body, now: clock()) { answer[$0] }
            let failure = PullFailure(
                problem: error.problem + " (" + (error.code.map { $0 + ", " } ?? "") + "status \(error.status))",
                mend: error.mend, retryAfter: answer["retry-after"].flatMap { RetryAfter.span($0, now: clock()) })
            guard error.kind != .settings else { throw failure }
            return .failed(failure)
        case .refused(let reason):
            throw PullFailure(
                problem: reason, mend: "check endpoint; private addresses need allow-private=true")
        case .notSent(let reason), .unanswered(let reason):
            return .failed(PullFailure(problem: "the table service does not answer: \(reason)", mend: again))
        }
    }
}

internal import Azure
internal import Leads
internal import OrderedJSON
internal import Outbound

/// Adds lines to the blob of a day, and makes what is missing for that.
struct BlobAppender: Sendable {
    let reader: BlobReader
    let days: BlobDays
    let makesContainer: Bool

    /// Steps for one blob at most: each of them does something about what the one before was refused for.
    private static let tries = 24

    /// Adds a line for each of `leads`, which fit into one block.
    func append(_ leads: [Prepared], day: String, now: Instant) async -> BatchAnswer {
        await days.enter(day)
        var work = Work(leads: leads, day: day, end: await days.end(of: day))
        var tries = 0
        while !work.isDone, tries < Self.tries {
            let number = work.number
            do throws(BlobReader.Failure) {
                try await step(&work, now: now)
            } catch {
                work.fail(error, now: now, isAppend: false, reader: reader)
            }
            // A full blob is passed over for good, so however many there are they come to an end.
            if work.number == number { tries += 1 }
        }
        await days.leave(day)
        if !work.isDone {
            work.settle { _ in
                SentAttempt(outcome: .retry, reason: "others add to the blob at the same moment")
            }
        }
        return BatchAnswer(work.attempts, isDivisible: work.isDivisible)
    }

    private func step(_ work: inout Work, now: Instant) async throws(BlobReader.Failure) {
        guard let end = work.end else { return try await findEnd(&work, now: now) }
        let blob = reader.name(work.day, end.number)
        let bytes =
            (end.length == 0 ? reader.lines.head : [])
            + work.pending.flatMap { reader.lines.line(work.leads[$0].record) }
        let exchange = await reader.session.send(now: now) { () throws(EndpointURL.Problem) in
            try reader.service.request(append: bytes, to: blob, at: end.length, now: now)
        }
        let failure = reader.failure(exchange, now: now)
        let meaning = failure.error.map { AzureBlobOutcome(status: $0.status, code: $0.code) }
        if meaning?.outcome == .delivered {
            await days.advance(work.day, to: .init(number: end.number, length: end.length + bytes.count))
            return work.settle(exchange) { _ in
                SentAttempt(
                    outcome: .delivered, status: exchange.status, remoteID: blob.name, reason: "answered 201")
            }
        }
        switch meaning?.remedy {
        case .makeBlob: try await makeBlob(blob, &work, now: now)
        case .makeContainer where makesContainer: try await makeContainer(now: now)
        case .look: try await look(blob, from: end, &work, now: now)
        case .roll: work.roll(after: end.number)
        case .makeContainer, nil: work.fail(failure, now: now, isAppend: true, reader: reader)
        }
    }

    /// Asks where the day's last blob ends; makes it where there is none.
    private func findEnd(_ work: inout Work, now: Instant) async throws(BlobReader.Failure) {
        let blob = reader.name(work.day, work.number)
        switch try await reader.length(of: blob, now: now) {
        case .known(_, isFull: true): work.roll(after: work.number)
        case .known(let length, isFull: false):
            let end = BlobDays.End(number: work.number, length: length)
            await days.set(work.day, to: end)
            work.end = end
        case .absent: try await makeBlob(blob, &work, now: now)
        case .noContainer:
            // Making the blob says the same of the container, and with more words than an answer to HEAD has.
            if makesContainer { try await makeContainer(now: now) } else { try await makeBlob(blob, &work, now: now) }
        }
    }

    private func makeBlob(_ blob: BlobName, _ work: inout Work, now: Instant) async throws(BlobReader.Failure) {
        let exchange = await reader.session.send(now: now) { () throws(EndpointURL.Problem) in
            try reader.service.request(make: blob, contentType: reader.lines.contentType, now: now)
        }.tellingNothing
        let failure = reader.failure(exchange, now: now)
        switch failure.error?.code {
        case "BlobAlreadyExists": work.end = nil
        case "ContainerNotFound" where makesContainer: try await makeContainer(now: now)
        default:
            guard exchange.status == 201 else { throw failure }
            let end = BlobDays.End(number: work.number, length: 0)
            await days.set(work.day, to: end)
            work.end = end
        }
    }

    private func makeContainer(now: Instant) async throws(BlobReader.Failure) {
        let exchange = await reader.session.send(now: now) { () throws(EndpointURL.Problem) in
            try reader.service.request(makeContainer: reader.container, now: now)
        }.tellingNothing
        let failure = reader.failure(exchange, now: now)
        guard exchange.status == 201 || failure.error?.code == "ContainerAlreadyExists" else { throw failure }
    }

    /// The blob is not as long as was thought: lines that were added meanwhile may be those that are to be added.
    private func look(
        _ blob: BlobName, from end: BlobDays.End, _ work: inout Work, now: Instant
    ) async throws(BlobReader.Failure) {
        guard case .known(let length, _) = try await reader.length(of: blob, now: now) else {
            work.end = nil
            return
        }
        let next = BlobDays.End(number: end.number, length: length)
        if length > end.length {
            let ids = Set(work.pending.map { work.leads[$0].outgoing.delivery })
            let found = try await reader.find(ids, in: blob, end.length..<length, now: now)
            work.settle(where: { found.contains($0.outgoing.delivery) }) { _ in
                SentAttempt(outcome: .alreadyDelivered, remoteID: blob.name, reason: "the line is there already")
            }
            await days.advance(work.day, to: next)
        } else {
            await days.set(work.day, to: next)
        }
        work.end = next
    }
}

extension BlobAppender {
    /// Lines on their way into one block, and what became of each.
    struct Work {
        let leads: [Prepared]
        let day: String
        /// Where the next line goes; `nil` when that is to be asked.
        var end: BlobDays.End? {
            didSet { if let end { number = end.number } }
        }
        /// The day's blob that is written.
        private(set) var number = 1
        private var results: [SentAttempt?]
        private(set) var isDivisible = false

        init(leads: [Prepared], day: String, end: BlobDays.End?) {
            self.leads = leads
            self.day = day
            self.end = end
            number = end?.number ?? 1
            results = Array(repeating: nil, count: leads.count)
        }

        var pending: [Int] { results.indices.filter { results[$0] == nil } }
        var isDone: Bool { results.allSatisfy { $0 != nil } }
        /// Once all are settled.
        var attempts: [SentAttempt] { results.compactMap { $0 } }

        mutating func roll(after full: Int) {
            end = nil
            number = full + 1
        }

        /// Gives those that are not settled, and of which `isMeant` holds, their results.
        mutating func settle(
            _ exchange: StorageExchange? = nil, where isMeant: (Prepared) -> Bool = { _ in true },
            _ attempt: (Prepared) -> SentAttempt
        ) {
            for place in pending where isMeant(leads[place]) {
                let lead = leads[place]
                var attempt = attempt(lead)
                attempt.sha256 = sha256(lead.record.encoded())
                if let exchange {
                    attempt.exchange =
                        leads.count == 1
                        ? ExchangeRecord.whole(exchange.request, exchange.sent)
                        : ExchangeRecord.part(exchange.request, exchange.sent, record: lead.record, result: nil)
                }
                results[place] = attempt
            }
        }

        /// Settles all with what a request was refused for.
        /// - Parameter isAppend: whether the request would have added the lines.
        mutating func fail(_ failure: BlobReader.Failure, now: Instant, isAppend: Bool, reader: BlobReader) {
            let attempt = failure.attempt(leads, now: now, isAppend: isAppend)
            isDivisible = isAppend && attempt.outcome == .rejected && pending.count > 1
            settle(failure.exchange) { _ in attempt }
        }
    }
}

extension BlobReader.Failure {
    func attempt(_ leads: [Prepared], now: Instant, isAppend: Bool) -> SentAttempt {
        guard exchange.answer != nil else { return SentAttempt(silence: exchange.sent, writes: isAppend) }
        guard let error else { return SentAttempt(outcome: .retry, reason: "the answer cannot be read") }
        let meaning = AzureBlobOutcome(
            status: error.status, code: error.code, retryAfter: exchange.answer?.retryAfter(now: now),
            isAppend: isAppend)
        var outcome = meaning.outcome
        // Only an append says anything of a lead.
        if !isAppend, outcome == .rejected || outcome.isDelivered { outcome = .config }
        if !isAppend, (200...299).contains(error.status) {
            return SentAttempt(
                outcome: .retry, status: error.status, reason: "answered \(error.status) with less than was asked for")
        }
        return SentAttempt(
            outcome: outcome, status: error.status,
            reason: outcome == .rejected
                ? StorageTrouble.rejection(error, leads) : StorageTrouble.reason(error, outcome),
            retryAfter: meaning.retryAfter)
    }
}

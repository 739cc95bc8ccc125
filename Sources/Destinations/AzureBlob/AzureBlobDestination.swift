internal import Azure
package import Leads
internal import OrderedJSON
package import Outbound

/// A container of an Azure storage account: each action is a line of an append blob, one blob a day.
///
/// Every append names how long the blob is, so the service refuses a repeat; whether a line is there can be looked up
/// besides, so an attempt whose outcome is unknown never doubles one.
package struct AzureBlobDestination: Adapter {
    private let lines: BlobLines
    private let reader: BlobReader
    private let appender: BlobAppender
    private let days = BlobDays()
    private let access: StorageAccess
    private let session: StorageSession

    /// Reads the secret. Opens no connection.
    /// - Throws: `SecretError` for a secret that cannot be read or used.
    package init(
        settings: DestinationSettings, secrets: SecretReader = SecretReader(), resolver: Resolver? = nil
    ) throws {
        lines = BlobLines(format: settings.text("format").flatMap { BlobLines.Format(rawValue: $0) } ?? .ndjson)
        access = try StorageAccess(settings, .writeBlob, secrets: secrets)
        session = StorageSession(client: APIClient(settings, resolver: resolver), endpoint: access.endpoint)
        reader = BlobReader(
            service: BlobService(endpoint: access.endpoint, credential: access.credential, scheme: access.scheme),
            session: session, lines: lines, container: settings.text("container") ?? "leads",
            prefix: settings.settings["prefix"].map(\.trimmed) ?? "leads/")
        appender = BlobAppender(
            reader: reader, days: days, makesContainer: settings.flag("create-container"))
    }

    package var batchLimit: Int { 500 }

    /// The key is the blob: appends to it go one after the other, each with many lines.
    package var joinsKeys: Bool { true }

    package func prepare(_ outgoing: Outgoing) -> Prepared {
        let record = lines.record(outgoing)
        guard case .object(let members) = record else { preconditionFailure("a record is an object") }
        let content = JSON.object(members.filter { $0.name != "version" && $0.name != "occurredAt" })
        let isTooLong = lines.line(record).count > Self.lineLimit(lines)
        return Prepared(
            outgoing, record: record, digest: sha256(content.encoded()),
            key: reader.name(Self.day(outgoing), 1).name,
            refusal: isTooLong ? "the line is longer than 4 MiB, which is all that one block takes" : nil)
    }

    /// The UTC day whose blob takes an action.
    private static func day(_ outgoing: Outgoing) -> String { outgoing.occurredAt.date.description }

    private static func lineLimit(_ lines: BlobLines) -> Int { BlobService.blockBytes - lines.head.count }

    /// A block for each day, one after the other; after one that failed nothing more is sent.
    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        var attempts: [SentAttempt?] = Array(repeating: nil, count: leads.count)
        var isDivisible = false
        var end: SentAttempt?
        for block in blocks(leads) {
            let answer = await appender.append(block.places.map { leads[$0] }, day: block.day, now: now)
            for (place, attempt) in zip(block.places, answer.attempts) { attempts[place] = attempt }
            isDivisible = isDivisible || answer.isDivisible
            end = answer.attempts.first { !$0.outcome.isDelivered }
            if end != nil { break }
        }
        let outcome: Outcome = end.map { [.ambiguous, .rejected].contains($0.outcome) ? .retry : $0.outcome } ?? .retry
        return BatchAnswer(
            attempts.map { attempt in
                attempt
                    ?? SentAttempt(
                        outcome: outcome, reason: outcome == .config ? end?.reason ?? "" : Self.notSent,
                        retryAfter: end?.retryAfter)
            }, isDivisible: isDivisible)
    }

    private static let notSent = "not sent, for the request before it failed"

    private struct Block {
        let day: String
        var places: [Int] = []
        var bytes = 0
    }

    /// Places of `leads` by day, in order, as many together as one block takes.
    private func blocks(_ leads: [Prepared]) -> [Block] {
        var order: [String] = []
        var blocks: [String: [Block]] = [:]
        for (place, lead) in leads.enumerated() {
            let day = Self.day(lead.outgoing)
            let size = lines.line(lead.record).count
            if blocks[day] == nil { order.append(day) }
            var ofDay = blocks[day] ?? []
            if ofDay.last.map({ $0.bytes + size > Self.lineLimit(lines) }) ?? true { ofDay.append(Block(day: day)) }
            ofDay[ofDay.count - 1].places.append(place)
            ofDay[ofDay.count - 1].bytes += size
            blocks[day] = ofDay
        }
        return order.flatMap { blocks[$0] ?? [] }
    }

    /// Looks for the lead's line through all blobs of its day, from the last one's end.
    package func find(_ lead: Prepared, now: Instant) async -> Finding {
        let day = Self.day(lead.outgoing)
        do throws(BlobReader.Failure) {
            var lengths: [Int] = []
            search: while true {
                switch try await reader.length(of: reader.name(day, lengths.count + 1), now: now) {
                case .known(let length, _): lengths.append(length)
                case .absent, .noContainer: break search
                }
            }
            for (index, length) in lengths.enumerated().reversed() {
                let blob = reader.name(day, index + 1)
                let found = try await reader.find([lead.outgoing.delivery], in: blob, 0..<length, now: now)
                if !found.isEmpty { return .present(remoteID: blob.name) }
            }
            // What was looked through is where the next append has to begin: a line that comes in between moves it.
            if let last = lengths.last { await days.advance(day, to: .init(number: lengths.count, length: last)) }
            return .absent
        } catch {
            return .unclear(error.attempt([lead], now: now, isAppend: false))
        }
    }

    package func check(now: Instant) async -> [CheckStep] {
        let blob = reader.name(now.date.description, 1)
        return await AzureBlobCheck(
            access: access, service: reader.service, session: session, blob: blob,
            makesContainer: appender.makesContainer
        ).steps(now: now)
    }

    package func shutdown() async { await session.client.shutdown() }
}

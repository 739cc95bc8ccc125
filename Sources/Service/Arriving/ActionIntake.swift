internal import Crypto
internal import HTTPTypes
internal import HummingbirdCore
internal import Intake
internal import Ledger
internal import NIOCore
internal import OrderedJSON
internal import Views

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key")!
    static let idempotencyReplayed = Self("Idempotency-Replayed")!
    static let requestID = Self("X-Request-Id")!
    static let forwardedFor = Self("Forwarded")!
}

extension LeadService {
    /// `POST /v1/events`: one object or an array of them; malformed input is refused as a whole.
    func takeEvents(_ exchange: Exchange) async throws -> Answer {
        guard case .key(let key) = exchange.caller else { throw Problem(.internalError, "No key.") }
        let idempotency = try idempotencyKey(exchange)
        return try await withArrival(exchange, path: exchange.route.template) { request in
            guard let idempotency else { return try await record(request, key, idempotency: nil).answer }
            let digest = Self.digest(request)
            let name = key.id + " " + idempotency
            switch answers.begin(name, digest: digest) {
            case .nothing: break
            case .running:
                throw Problem(.idempotencyKeyInUse, "It is not answered yet.").retry(afterSeconds: 1)
            case .otherContent:
                throw Problem(.idempotencyKeyReused, "The content is another than with its first use.")
            case .answer(let kept): return Self.replayed(kept)
            }
            do {
                let (answer, wasKnown) = try await record(request, key, idempotency: (idempotency, digest))
                answers.keep(name, KeptAnswers.Kept(status: answer.status.code, body: Array(buffer: answer.body)))
                guard wasKnown else { return answer }
                return Self.replayed(KeptAnswers.Kept(status: answer.status.code, body: Array(buffer: answer.body)))
            } catch {
                answers.drop(name)
                throw error
            }
        }
    }

    /// Appends what the request holds.
    /// - Returns: the answer, and whether the ledger knew the request by its idempotency key.
    private func record(
        _ request: ArrivedRequest, _ key: APIKey, idempotency: (key: String, digest: [UInt8])?
    ) async throws -> (answer: Answer, wasKnown: Bool) {
        let (events, isArray) = try read(request, key)
        guard let first = events.first else { return (.json(.array([])), false) }
        guard let idempotency else {
            return (try await answer(events, try await appends.append(events), isArray: isArray), false)
        }
        let keyed = events.enumerated().map { index, event in
            event.keyed(by: idempotency.key, scope: key.id, index: index, bodyDigest: idempotency.digest)
        }
        // The first event tells whether the ledger knows the key, so that a key used with other content adds nothing.
        var appended = try await appends.append([keyed[0]])
        let hasOwnID = if case .id = first.identity { true } else { false }
        if case .conflict = appended[0], !hasOwnID {
            throw Problem(.idempotencyKeyReused, "The content is another than with its first use.")
        }
        appended += try await appends.append(Array(keyed.dropFirst()))
        let wasKnown = if case .duplicate = appended[0] { !hasOwnID } else { false }
        return (try await answer(keyed, appended, isArray: isArray), wasKnown)
    }

    private func read(_ request: ArrivedRequest, _ key: APIKey) throws(Problem) -> ([NewEvent], isArray: Bool) {
        do {
            return try actionReaders.use { (reader) throws(RequestError) in
                let read = try reader.read(
                    request, actor: key.actor, scope: key.actor, window: settings.duplicateWindow)
                return (read.events, read.isArray)
            }
        } catch {
            metrics.count(.refused)
            let problem = Problem(error.isUnsupportedType ? .unsupportedType : .invalidBody, error.detail)
            throw error.pointer.map { problem.with("pointer", .string($0)) } ?? problem
        }
    }

    /// 201 when something is new, 200 when all was known. A conflict of an event's own id is a problem that names the
    /// event it conflicts with; what stands beside it in the array is recorded, and known when it comes again.
    private func answer(_ events: [NewEvent], _ appended: [Appended], isArray: Bool) async throws -> Answer {
        var receipts: [JSON] = []
        var isNew = false
        for (index, (event, answer)) in zip(events, appended).enumerated() {
            guard let receipt = answer.receipt else {
                guard case .conflict(let seq) = answer else { continue }
                metrics.count(.refused)
                let problem = Problem(.conflict, "An event with this id was recorded before with other content.")
                    .with("seq", .number(seq))
                throw isArray ? problem.with("pointer", .string("/\(index)")) : problem
            }
            let isDuplicate = if case .duplicate = answer { true } else { false }
            if !isDuplicate { isNew = true }
            metrics.count(isDuplicate ? .duplicate : .recorded)
            receipts.append(try await self.receipt(event, receipt, isDuplicate: isDuplicate))
        }
        return .json(isArray ? .array(receipts) : receipts[0], status: isNew ? .created : .ok)
    }

    private func idempotencyKey(_ exchange: Exchange) throws(Problem) -> String? {
        let values = exchange.request.headers[values: .idempotencyKey]
        guard let first = values.first else { return nil }
        guard values.count == 1, (1...255).contains(first.utf8.count), first.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
        else { throw Problem(.invalidIdempotencyKey, "It is empty, too long, given twice, or has other characters.") }
        return first
    }

    /// Over all that decides what the request says.
    private static func digest(_ request: ArrivedRequest) -> [UInt8] {
        var hash = SHA256()
        for header in request.headers where header.name == "content-type" || header.name.hasPrefix("ce-") {
            hash.update(data: Array("\(header.name):\(header.value)\n".utf8))
        }
        hash.update(data: [0])
        hash.update(data: request.body)
        return Array(hash.finalize())
    }

    private static func replayed(_ kept: KeptAnswers.Kept) -> Answer {
        var answer = Answer(HTTPResponse.Status(code: kept.status), type: "application/json", kept.body)
        answer.headers.append((.idempotencyReplayed, "true"))
        return answer
    }
}

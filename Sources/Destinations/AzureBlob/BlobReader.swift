internal import Azure
internal import Leads
internal import Outbound

/// Looks at the blobs of a day: how long they are, and which lines they hold.
struct BlobReader: Sendable {
    let service: BlobService
    let session: StorageSession
    let lines: BlobLines
    let container: String
    let prefix: String

    /// Why something could not be looked at.
    struct Failure: Error {
        let exchange: StorageExchange
        let error: StorageError?
    }

    enum Length: Hashable, Sendable {
        case absent
        case noContainer
        /// In bytes, and whether it takes any more.
        case known(Int, isFull: Bool)
    }

    /// No append blob is longer: 50,000 blocks of 100 MiB.
    private static let longest = 50_000 * 100 << 20

    func name(_ day: String, _ number: Int) -> BlobName {
        let part = number == 1 ? "" : "-\(number)"
        return BlobName(container: container, name: "\(prefix)\(day)\(part).\(lines.format.rawValue)")
    }

    func failure(_ exchange: StorageExchange, now: Instant) -> Failure {
        Failure(exchange: exchange, error: exchange.error(.writeBlob, now: now))
    }

    func length(of blob: BlobName, now: Instant) async throws(Failure) -> Length {
        let exchange = await session.send(now: now) { () throws(EndpointURL.Problem) in
            try service.request(lengthOf: blob, now: now)
        }.tellingNothing
        let failure = failure(exchange, now: now)
        guard let answer = exchange.answer else { throw failure }
        switch (answer.status, failure.error?.code) {
        case (200, _):
            guard let length = answer["content-length"].flatMap({ Int($0) }), (0...Self.longest).contains(length)
            else { throw failure }
            let blocks = answer["x-ms-blob-committed-block-count"].flatMap { Int($0) } ?? 0
            return .known(length, isFull: blocks >= BlobService.blockLimit)
        case (404, "ContainerNotFound"): return .noContainer
        case (404, "BlobNotFound"), (404, nil): return .absent
        default: throw failure
        }
    }

    /// Which of `ids` begin a line in `range` of a blob. It is read from its end, a block's length at a time.
    /// - Parameter range: begins where a line does.
    func find(
        _ ids: Set<String>, in blob: BlobName, _ range: Range<Int>, now: Instant
    ) async throws(Failure) -> Set<String> {
        var found: Set<String> = []
        var end = range.upperBound
        while end > range.lowerBound, found.count < ids.count {
            let start = max(range.lowerBound, end - BlobService.blockBytes)
            let bytes = try await read(blob, start..<end, now: now)
            found.formUnion(lines.ids(in: bytes, startsLine: start == range.lowerBound, among: ids))
            if start == range.lowerBound { break }
            end = start + BlobLines.overlap
        }
        return found
    }

    private func read(_ blob: BlobName, _ range: Range<Int>, now: Instant) async throws(Failure) -> [UInt8] {
        let exchange = await session.send(now: now) { () throws(EndpointURL.Problem) in
            try service.request(read: blob, range, now: now)
        }.tellingNothing
        guard let answer = exchange.answer, answer.status == 206 || answer.status == 200, !answer.isCut,
            answer.body.count == range.count
        else { throw failure(exchange, now: now) }
        return answer.body
    }
}

internal import Crypto
internal import Foundation
package import Leads
package import OrderedJSON

/// The blob service of one storage account: block blobs that are put whole, and append blobs.
///
/// It takes requests under `/` as well as under `/ACCOUNT/`, as emulators do, and is as strict as the real one about
/// signatures, versions, names, conditions and limits.
package actor AzureBlobService: SimulatedSystem {
    private let authorization: AzureAuthorization
    private let blockLimit: Int
    private var store = AzureBlobStore()

    /// Bytes of a block, and here also of a blob that is put whole.
    private static let limit = 4 * 1_048_576

    /// `nil` when `key` is no base 64.
    /// - Parameter blockLimit: blocks that an append blob takes; the real one takes 50,000.
    package init?(account: String, key: String, containers: [String] = [], blockLimit: Int = 50_000) {
        guard let authorization = AzureAuthorization(account: account, key: key, signing: AzureBlobSigning()) else {
            return nil
        }
        self.authorization = authorization
        self.blockLimit = blockLimit
        for name in containers { store.make(name, now: Instant(micros: 0)) }
    }

    package nonisolated var methods: [String] { ["GET", "HEAD", "PUT", "DELETE"] }
    /// More than the service takes, so that the service says itself that a body is too large.
    package nonisolated var bodyLimit: Int { 2 * Self.limit }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        AzureFault(status, code ?? AzureFault.usualCode(status), "As asked.").blobAnswer()
    }

    package var records: [JSON] { store.records }

    package var counts: [(name: String, count: Int)] {
        [
            ("records", store.count), ("created", store.created), ("updated", store.updated),
            ("blocks", store.blocks),
        ]
    }

    /// The bytes of a blob; `nil` when it is not there.
    package func bytes(of name: String, in container: String) -> [UInt8]? {
        (try? store.blob(name, in: container))?.bytes
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        var written: String?
        do throws(AzureFault) {
            let call = try AzureBlobCall(arrival, account: authorization.account)
            if call.isWrite { written = call.key }
            let isThere = call.blob.flatMap { try? store.blob($0, in: call.container) } != nil
            try authorization.check(arrival, needs: [call.need(isThere: isThere)], now: now)
            try checkVersion(arrival)
            guard arrival.body.count <= Self.limit else { throw .tooLarge }
            if let refusal, call.isWrite, refusal.places.contains(0) { throw .asked(refusal.code ?? "InvalidInput") }
            let answer = try answer(call, arrival, now)
            let fate: RecordFate.Fate = isThere ? .updated : .created
            return .answered(
                answer, fate: .accepted, reason: nil, records: written.map { [RecordFate(key: $0, fate: fate)] } ?? [])
        } catch {
            let fate: RecordFate.Fate = error.code == "BlobAlreadyExists" ? .known : .refused
            var more: [(name: String, value: String)] = []
            if error.status == 416, let call = try? AzureBlobCall(arrival, account: authorization.account) {
                let length = call.blob.flatMap { try? store.blob($0, in: call.container) }?.bytes.count ?? 0
                more.append(("content-range", "bytes */\(length)"))
            }
            return .answered(
                error.blobAnswer(isHead: arrival.method == "HEAD", more: more),
                fate: error.status == 304 ? .accepted : .rejected, reason: error.code,
                records: written.map { [RecordFate(key: $0, fate: fate)] } ?? [])
        }
    }

    /// A shared access signature names a version too, which holds where the header is left out.
    private func checkVersion(_ arrival: Arrival) throws(AzureFault) {
        let signed = PercentEncoding.parameters(of: arrival.query ?? "")?.first { $0.name == "sv" }?.value
        guard let version = arrival["x-ms-version"] ?? signed else { throw .missing(header: "x-ms-version") }
        guard AzureVersion.isKnown(version) else { throw .header }
    }

    private func answer(
        _ call: AzureBlobCall, _ arrival: Arrival, _ now: Instant
    ) throws(AzureFault) -> SimulatedAnswer {
        let answers = AzureBlobAnswers(arrival, now: now)
        let conditions = try AzureBlobConditions(arrival)
        switch call.operation {
        case .createContainer:
            guard store.make(call.container, now: now) else {
                throw AzureFault(409, "ContainerAlreadyExists", "The specified container already exists.")
            }
            let made = try store.properties(of: call.container)
            return answers.nothing(201, etag: made.etag, changedAt: made.changedAt)
        case .containerProperties:
            let found = try store.properties(of: call.container)
            return answers.nothing(
                200, etag: found.etag, changedAt: found.changedAt,
                more: [("x-ms-lease-status", "unlocked"), ("x-ms-lease-state", "available")])
        case .list:
            return try answers.list(call, store.blobs(of: call.container), host: arrival["host"] ?? "localhost")
        case .putBlob:
            return try put(call, arrival, conditions, answers, now)
        case .appendBlock:
            return try append(call, arrival, conditions, answers, now)
        case .read:
            let blob = try known(call)
            try conditions.checkRead(blob)
            let range = try AzureBlobConditions.range(arrival, length: blob.bytes.count)
            let isHead = arrival.method == "HEAD"
            return answers.blob(blob, range: isHead ? nil : range, isHead: isHead)
        case .delete:
            try conditions.checkMatch(try known(call))
            store.remove(call.blob ?? "", from: call.container)
            return answers.nothing(202)
        }
    }

    private func known(_ call: AzureBlobCall) throws(AzureFault) -> AzureBlob {
        guard let blob = try store.blob(call.blob ?? "", in: call.container) else { throw AzureBlobStore.blobNotFound }
        return blob
    }

    private func put(
        _ call: AzureBlobCall, _ arrival: Arrival, _ conditions: AzureBlobConditions, _ answers: AzureBlobAnswers,
        _ now: Instant
    ) throws(AzureFault) -> SimulatedAnswer {
        guard let name = arrival["x-ms-blob-type"] else { throw .missing(header: "x-ms-blob-type") }
        guard let kind = AzureBlob.Kind(rawValue: name), kind == .block || arrival.body.isEmpty else { throw .header }
        try Self.checkDigest(arrival)
        let known = try store.blob(call.blob ?? "", in: call.container)
        try conditions.checkPut(known)
        let type = arrival["x-ms-blob-content-type"] ?? arrival["content-type"] ?? "application/octet-stream"
        let blob = store.put(kind, arrival.body, type: type, as: call.blob ?? "", in: call.container, now: now)
        return answers.nothing(
            201, etag: blob.etag, changedAt: blob.changedAt, more: [("x-ms-request-server-encrypted", "true")])
    }

    private func append(
        _ call: AzureBlobCall, _ arrival: Arrival, _ conditions: AzureBlobConditions, _ answers: AzureBlobAnswers,
        _ now: Instant
    ) throws(AzureFault) -> SimulatedAnswer {
        guard !arrival.body.isEmpty else { throw .header }
        try Self.checkDigest(arrival)
        let offset = try offset(for: arrival.body.count, call, conditions)
        store.append(arrival.body, to: call.blob ?? "", in: call.container, now: now)
        let after = try known(call)
        return answers.nothing(
            201, etag: after.etag, changedAt: after.changedAt,
            more: [
                ("x-ms-blob-append-offset", String(offset)),
                ("x-ms-blob-committed-block-count", String(after.blocks)),
                ("x-ms-request-server-encrypted", "true"),
            ])
    }

    /// Where a block of `count` bytes would go. It lets the blob go before the block is added, which so costs no copy.
    private func offset(
        for count: Int, _ call: AzureBlobCall, _ conditions: AzureBlobConditions
    ) throws(AzureFault) -> Int {
        let blob = try known(call)
        guard blob.kind == .append else {
            throw AzureFault(409, "InvalidBlobType", "The blob type is invalid for this operation.")
        }
        try conditions.checkAppend(blob, count: count)
        guard blob.blocks < blockLimit else {
            throw AzureFault(
                409, "BlockCountExceedsLimit", "The committed block count cannot exceed the maximum limit of blocks.")
        }
        return blob.bytes.count
    }

    private static func checkDigest(_ arrival: Arrival) throws(AzureFault) {
        guard let text = arrival["content-md5"] else { return }
        guard let digest = Data(base64Encoded: text), digest.count == 16 else {
            throw AzureFault(400, "InvalidMd5", "The MD5 value specified in the request is invalid.")
        }
        guard digest.elementsEqual(Insecure.MD5.hash(data: arrival.body)) else {
            throw AzureFault(400, "Md5Mismatch", "The MD5 value specified in the request did not match.")
        }
    }
}

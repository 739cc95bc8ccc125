internal import Leads
internal import OrderedJSON

/// A blob as the service keeps it.
struct AzureBlob {
    enum Kind: String {
        case block = "BlockBlob"
        case append = "AppendBlob"
    }

    let kind: Kind
    let contentType: String
    let createdAt: Instant
    var changedAt: Instant
    var etag: String
    var bytes: [UInt8]
    /// Blocks that were appended.
    var blocks = 0
    /// How often a block blob was put.
    var puts = 1
}

/// The containers of an account and what is in them.
struct AzureBlobStore {
    private var containers: [String: Container] = [:]
    /// Keys in the order of making.
    private var order: [Place] = []
    private var changes = 0
    private(set) var created = 0
    private(set) var updated = 0
    private(set) var blocks = 0

    private struct Container {
        let changedAt: Instant
        let etag: String
        var blobs: [String: AzureBlob] = [:]
    }

    private struct Place: Hashable {
        let container: String
        let blob: String
    }

    static let containerNotFound = AzureFault(404, "ContainerNotFound", "The specified container does not exist.")
    static let blobNotFound = AzureFault(404, "BlobNotFound", "The specified blob does not exist.")

    /// Makes a container; `false` when it is there already.
    @discardableResult
    mutating func make(_ name: String, now: Instant) -> Bool {
        guard containers[name] == nil else { return false }
        containers[name] = Container(changedAt: now, etag: nextTag())
        return true
    }

    func properties(of container: String) throws(AzureFault) -> (changedAt: Instant, etag: String) {
        guard let found = containers[container] else { throw Self.containerNotFound }
        return (found.changedAt, found.etag)
    }

    /// By name.
    func blobs(of container: String) throws(AzureFault) -> [(name: String, blob: AzureBlob)] {
        guard let found = containers[container] else { throw Self.containerNotFound }
        return found.blobs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { (name: $0.key, blob: $0.value) }
    }

    /// `nil` when the blob is not there.
    func blob(_ name: String, in container: String) throws(AzureFault) -> AzureBlob? {
        guard let found = containers[container] else { throw Self.containerNotFound }
        return found.blobs[name]
    }

    /// Puts a blob in the place of any that is there.
    mutating func put(
        _ kind: AzureBlob.Kind, _ bytes: [UInt8], type: String, as name: String, in container: String, now: Instant
    ) -> AzureBlob {
        let known = containers[container]?.blobs[name]
        var blob = AzureBlob(
            kind: kind, contentType: type, createdAt: known?.createdAt ?? now, changedAt: now, etag: nextTag(),
            bytes: bytes)
        if let known {
            updated += 1
            blob.puts = known.puts + 1
        } else {
            created += 1
            order.append(Place(container: container, blob: name))
        }
        containers[container]?.blobs[name] = blob
        return blob
    }

    /// Adds a block to a blob that is there. The bytes are changed where they lie: a blob may have many blocks.
    mutating func append(_ block: [UInt8], to name: String, in container: String, now: Instant) {
        let tag = nextTag()
        containers[container]?.blobs[name]?.bytes += block
        containers[container]?.blobs[name]?.blocks += 1
        containers[container]?.blobs[name]?.changedAt = now
        containers[container]?.blobs[name]?.etag = tag
        blocks += 1
    }

    mutating func remove(_ name: String, from container: String) {
        containers[container]?.blobs[name] = nil
        order.removeAll { $0 == Place(container: container, blob: name) }
    }

    private mutating func nextTag() -> String {
        changes += 1
        let digits = String(changes, radix: 16, uppercase: true)
        return "\"0x" + String(repeating: "0", count: max(0, 15 - digits.count)) + digits + "\""
    }

    var count: Int { order.count }

    /// All blobs in the order of making.
    var records: [JSON] {
        order.compactMap { place in
            guard let blob = containers[place.container]?.blobs[place.blob] else { return nil }
            return [
                "key": .string(place.container + "/" + place.blob),
                "written": .number(blob.kind == .append ? blob.blocks : blob.puts),
                "fields": ["length": .number(blob.bytes.count), "blocks": .number(blob.blocks)],
            ]
        }
    }
}

/// A SHA-256 hash of the tree.
package typealias TreeHash = [UInt8]

/// The Merkle tree over the ledger, growing by one leaf at a time (RFC 9162 section 2.1).
///
/// It holds the roots of the complete subtrees that the leaves so far form, largest first: one for each bit set in
/// `size`. Appending takes O(1) hashes on average, the root O(log size).
package struct MerkleTree: Hashable, Sendable {
    package private(set) var size: Int64
    package private(set) var peaks: [TreeHash]

    package init() {
        size = 0
        peaks = []
    }

    /// The tree that `frontier` describes; `nil` when it does not fit `size`.
    package init?(size: Int64, frontier: [UInt8]) {
        guard size >= 0, frontier.count == size.nonzeroBitCount * 32 else { return nil }
        self.size = size
        peaks = stride(from: 0, to: frontier.count, by: 32).map { Array(frontier[$0..<$0 + 32]) }
    }

    /// The peaks in a row, as they are stored.
    package var frontier: [UInt8] { peaks.flatMap { $0 } }

    /// Adds a leaf by its hash (`leafHash`).
    package mutating func append(_ leaf: TreeHash) {
        var node = leaf
        for _ in 0..<size.trailingOneBitCount { node = Self.nodeHash(peaks.removeLast(), node) }
        peaks.append(node)
        size += 1
    }

    /// The root hash; that of an empty tree is the hash of nothing.
    package var root: TreeHash {
        guard var node = peaks.last else { return KeyedHash.sha256([]) }
        for peak in peaks.dropLast().reversed() { node = Self.nodeHash(peak, node) }
        return node
    }

    /// SHA-256(0x00 ‖ record). The first byte keeps a leaf from passing for a node.
    package static func leafHash(_ record: [UInt8]) -> TreeHash {
        KeyedHash.sha256([0x00] + record)
    }

    /// SHA-256(0x01 ‖ left ‖ right)
    package static func nodeHash(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var bytes: [UInt8] = [0x01]
        bytes.reserveCapacity(65)
        bytes += left
        bytes += right
        return KeyedHash.sha256(bytes)
    }
}

extension Int64 {
    fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}

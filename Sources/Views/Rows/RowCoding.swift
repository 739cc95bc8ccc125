/// Numbers in a row's blob, little-endian, one after another.
struct BlobWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: how many numbers will come, at most.
    init(capacity: Int) { bytes.reserveCapacity(capacity * 8) }

    mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads what `BlobWriter` wrote.
struct BlobReader {
    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position + 8 > bytes.count }

    mutating func next() -> Int64 {
        guard !isAtEnd else { return 0 }
        defer { position += 8 }
        return Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
    }
}

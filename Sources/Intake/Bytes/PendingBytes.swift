/// Bytes of a file that have arrived and that no row has taken yet.
struct PendingBytes {
    private var storage: [UInt8] = []
    private var start = 0
    /// Whether the file has no more bytes to give.
    var isComplete = false

    var count: Int { storage.count - start }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            storage.removeSubrange(0..<start)
            start = 0
        }
        storage.append(contentsOf: bytes)
    }

    /// Forgets the first `count` bytes.
    mutating func drop(_ count: Int) {
        start += count
        if start == storage.count {
            storage.removeAll(keepingCapacity: true)
            start = 0
        }
    }

    func first(_ count: Int) -> [UInt8] { Array(storage[start..<start + count]) }

    subscript(_ index: Int) -> UInt8 { storage[start + index] }

    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        storage.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start...])) }
    }

    /// Drops a byte order mark at the very start; `false` while too few bytes have arrived to tell.
    mutating func dropByteOrderMark() -> Bool {
        guard count >= Self.byteOrderMark.count || isComplete else { return false }
        if count >= Self.byteOrderMark.count, first(Self.byteOrderMark.count) == Self.byteOrderMark {
            drop(Self.byteOrderMark.count)
        }
        return true
    }

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
}

/// The bytes that part rows and fields.
enum Mark {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let semicolon = UInt8(ascii: ";")
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")

    static func endsLine(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }

    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab || endsLine(byte) }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are well-formed UTF-8.
    var isUTF8: Bool {
        var index = 0
        let words = count & ~7
        let start = UnsafeRawPointer(baseAddress)
        while index < words, let start {
            if start.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { break }
            index += 8
        }
        while index < count, self[index] < 0x80 { index += 1 }
        return index == count || String(validating: self, as: UTF8.self) != nil
    }

    /// The position of the first byte that ends a line.
    var firstLineEnd: Int? { firstIndex(where: Mark.endsLine) }
}

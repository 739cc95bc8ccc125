/// Why a text is not JSON, and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package let reason: String
    /// Bytes from the start of the text.
    package let offset: Int

    package init(reason: String, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "\(reason) at byte \(offset)" }
}

extension JSON {
    /// Reads one value that fills the whole text (RFC 8259). O(bytes).
    /// - Parameter maximumDepth: how deep arrays and objects may nest.
    package static func parse(_ bytes: some Sequence<UInt8>, maximumDepth: Int = 64) throws(JSONError) -> JSON {
        let failure: JSONError
        do {
            if let value = try bytes.withContiguousStorageIfAvailable({ try parse($0, maximumDepth) }) { return value }
            return try Array(bytes).withUnsafeBufferPointer { try parse($0, maximumDepth) }
        } catch let error as JSONError {
            failure = error
        } catch {
            failure = JSONError(reason: "\(error)", offset: 0)
        }
        throw failure
    }

    package static func parse(_ text: String) throws(JSONError) -> JSON { try parse(text.utf8) }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ maximumDepth: Int) throws -> JSON {
        var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.error("there is more text after the value") }
        return value
    }
}

private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: position) }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
        case nil: throw error("the text ends where a value is expected")
        default: throw error("a value is expected")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        try open(depth)
        var members: [JSON.Member] = []
        if take("}") { return .object(members) }
        // Most objects have a handful of members: one allocation instead of three.
        members.reserveCapacity(8)
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a member name in quotes is expected") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw error("a colon is expected") }
            members.append(JSON.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("a comma or } is expected") }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        try open(depth)
        var values: [JSON] = []
        if take("]") { return .array(values) }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(values) }
            guard take(",") else { throw error("a comma or ] is expected") }
        }
    }

    /// Steps over an opening bracket and the space after it.
    private mutating func open(_ depth: Int) throws(JSONError) {
        guard depth < maximumDepth else { throw error("values nest deeper than \(maximumDepth)") }
        position += 1
        skipSpace()
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            UnsafeBufferPointer(rebasing: bytes[position..<end]).elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { throw error("a value is expected") }
        position = end
        return value
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        if position == start { throw error("a digit is expected") }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var bits: UInt8 = 0
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            bits |= byte
            position += 1
        }
        guard next == UInt8(ascii: "\"") else { return try stringWithEscapes(from: start) }
        let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
        position += 1
        // ASCII needs no validation, which costs as much as all the rest of reading a short string.
        return bits < 0x80 ? String(decoding: content, as: UTF8.self) : try validated(content, from: start)
    }

    /// The rest of a string whose content starts at `start` and has no escape before `position`.
    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var decoded: [UInt8] = []
        var copied = start
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                decoded += bytes[copied..<position]
                position += 1
                return try decoded.withUnsafeBufferPointer { (buffer) throws(JSONError) in
                    try validated(buffer, from: start)
                }
            case UInt8(ascii: "\\"):
                decoded += bytes[copied..<position]
                try escape(into: &decoded)
                copied = position
            case 0..<0x20: throw error("a control character stands unescaped in a string")
            default: position += 1
            }
        }
        throw error("a string does not end")
    }

    private func validated(_ buffer: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let text = String(validating: buffer, as: UTF8.self) else {
            throw JSONError(reason: "a string that starts here is not UTF-8", offset: start)
        }
        return text
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        guard let byte = next else { throw error("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0c)
        case UInt8(ascii: "n"): decoded.append(0x0a)
        case UInt8(ascii: "r"): decoded.append(0x0d)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded += String(Character(try escapedScalar(from: start))).utf8
        default: throw JSONError(reason: "an unknown escape stands in a string", offset: start)
        }
    }

    /// The scalar of one escape by number, or of two that are a surrogate pair; a lone surrogate is no text and is
    /// refused.
    private mutating func escapedScalar(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let alone = JSONError(reason: "a surrogate stands alone", offset: start)
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, take("\\"), take("u") else { throw alone }
        let second = try hexadecimal()
        guard (0xdc00..<0xe000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw alone }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

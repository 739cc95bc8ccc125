/// Where the elements of a JSON array stand in its text.
enum ArrayElements {
    /// The bytes of each element of the outermost array, without the white space around it.
    /// - Parameter text: an array that was read as JSON already: only strings, brackets and commas are looked at.
    static func ranges(_ text: ArraySlice<UInt8>) -> [Range<Int>] {
        text.withUnsafeBufferPointer { bytes in
            guard let open = bytes.firstIndex(of: UInt8(ascii: "[")) else { return [] }
            var ranges: [Range<Int>] = []
            var depth = 0
            var isInString = false
            var start: Int?
            var end = open
            var index = open + 1
            while index < bytes.count {
                let byte = bytes[index]
                if isInString {
                    if byte == UInt8(ascii: "\\") { index += 1 }
                    isInString = byte != Mark.quote
                    end = index + 1
                } else if depth == 0, byte == Mark.comma || byte == UInt8(ascii: "]") {
                    if let start { ranges.append((start + text.startIndex)..<(end + text.startIndex)) }
                    start = nil
                    if byte != Mark.comma { break }
                } else if !Mark.isBlank(byte) {
                    if start == nil { start = index }
                    end = index + 1
                    switch byte {
                    case Mark.quote: isInString = true
                    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                    default: break
                    }
                }
                index += 1
            }
            return ranges
        }
    }
}

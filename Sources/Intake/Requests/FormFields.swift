internal import OrderedJSON

/// The fields of a web form (`application/x-www-form-urlencoded`), in their order, each as often as it came.
enum FormFields {
    /// Reads a body such as `first_name=Some&last_name=One`. Empty pairs are passed over.
    static func read(_ body: [UInt8]) throws(IntakeError) -> [JSON.Member] {
        var fields: [JSON.Member] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try text(pair[..<equals])
            fields.append(JSON.Member(name, .string(try text(pair[equals...].dropFirst()))))
        }
        return fields
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(IntakeError) -> String {
        guard let decoded = PercentCoding.decodeForm(bytes) else { throw .formEncoding }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
        return text
    }
}

/// Bytes written as a percent sign and two hexadecimal digits (RFC 3986, section 2.1).
enum PercentCoding {
    /// What is no such triple is kept as it stands.
    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    /// The same of a form, where `+` is a blank; `nil` when a percent sign stands alone.
    static func decodeForm(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 3
            case UInt8(ascii: "+"):
                decoded.append(Mark.space)
                index += 1
            case let byte:
                decoded.append(byte)
                index += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

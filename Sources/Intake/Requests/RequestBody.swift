internal import OrderedJSON

/// What the body of a request is, told by its headers.
enum RequestBody {
    /// JSON, whatever the sender calls it.
    case json
    /// A CloudEvent in the structured mode of the HTTP binding, or a batch of them.
    case cloudEvents
    /// A CloudEvent whose attributes are headers.
    case binaryCloudEvent(isForm: Bool)
    case form
    /// Bytes under a content encoding that nobody took off.
    case encoded

    init(_ request: ArrivedRequest) {
        var type = MediaType("")
        var isBinary = false
        var isEncoded = false
        for header in request.headers {
            switch header.name {
            case "content-type": if type.isEmpty { type = MediaType(header.value) }
            case "ce-specversion": isBinary = true
            case "content-encoding": if !HeaderRules.isIdentity(header.value) { isEncoded = true }
            default: break
            }
        }
        if isEncoded {
            self = .encoded
        } else if type.isCloudEvents {
            self = .cloudEvents
        } else {
            // A client that names no type of its own calls everything a form; no form begins like JSON.
            let isForm = type.isForm && !Self.looksLikeJSON(request.body)
            self = isBinary ? .binaryCloudEvent(isForm: isForm) : isForm ? .form : .json
        }
    }

    private static func looksLikeJSON(_ body: [UInt8]) -> Bool {
        guard let first = body.first(where: { !Mark.isBlank($0) }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    /// Reads a body as JSON; a byte order mark before it does not count.
    static func json(_ body: ArraySlice<UInt8>) throws(IntakeError) -> JSON {
        let start = body.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        do throws(JSONError) {
            return try JSON.parse(body.dropFirst(start))
        } catch {
            throw body.withUnsafeBufferPointer { $0.isUTF8 } ? .notJSON(error.description) : .notUTF8
        }
    }

    /// The CloudEvent whose attributes are headers, in its structured form.
    ///
    /// Values are percent-decoded (HTTP binding 1.0.2, section 3.1.3.2).
    /// - Throws: also for an id or source whose bytes were lost on the way here: two different ones would be the same.
    static func structured(_ request: ArrivedRequest, isForm: Bool) throws(IntakeError) -> JSON {
        var members: [JSON.Member] = []
        for header in request.headers where header.name.hasPrefix("ce-") {
            let attribute = String(header.name.dropFirst(3))
            // The data is the body, whatever a header says.
            guard attribute != "data", attribute != "data_base64" else { continue }
            if Self.naming.contains(attribute), header.value.unicodeScalars.contains(HeaderText.lost) {
                throw .cloudEventNameBytes(attribute)
            }
            guard let value = HeaderText.decode(header.value) else { throw .cloudEventAttribute(attribute) }
            members.append(JSON.Member(attribute, .string(value)))
        }
        if isForm {
            members.append(JSON.Member("data", .object(try FormFields.read(request.body))))
        } else if request.body.contains(where: { !Mark.isBlank($0) }) {
            members.append(JSON.Member("data", try json(request.body[...])))
        }
        return .object(members)
    }

    private static let naming: Set<String> = ["id", "source"]
}

/// The value of a `content-type` header.
struct MediaType {
    /// Type and subtype in lower case, without parameters.
    private let essence: String

    init(_ value: String) {
        let essence = value.prefix { $0 != ";" && $0 != "," }
        self.essence = HeaderRules.lowerCased(HeaderRules.trimmed(String(essence)))
    }

    var isEmpty: Bool { essence.isEmpty }
    var isForm: Bool { essence == "application/x-www-form-urlencoded" }
    var isCloudEvents: Bool {
        essence == "application/cloudevents+json" || essence == "application/cloudevents-batch+json"
    }
    var isJSON: Bool { essence == "application/json" || essence == "text/json" || essence.hasSuffix("+json") }
}

/// The text of a header that carries an attribute of a CloudEvent.
enum HeaderText {
    /// What the HTTP library puts in place of bytes that are not UTF-8. A sender that means the character itself writes
    /// it percent-encoded, as it must any that is not ASCII.
    static let lost: Unicode.Scalar = "\u{fffd}"

    /// Takes off quotes and one round of percent-encoding; `nil` when what comes out is not UTF-8.
    static func decode(_ value: String) -> String? {
        var value = value
        return value.withUTF8 { utf8 in
            guard utf8.contains(UInt8(ascii: "%")) || utf8.first == Mark.quote else {
                return String(decoding: utf8, as: UTF8.self)
            }
            return String(validating: PercentCoding.decode(unquoted(utf8)), as: UTF8.self)
        }
    }

    private static func unquoted(_ utf8: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard utf8.count >= 2, utf8.first == Mark.quote, utf8.last == Mark.quote else { return Array(utf8) }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in utf8[1..<(utf8.count - 1)] {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                bytes.append(byte)
                isEscaped = false
            }
        }
        return bytes
    }
}

internal import FoundationEssentials
internal import OrderedJSON

/// What the ledger kept of an arrival: a request in the form message/http (RFC 9112), or bytes alone.
struct KeptRequest {
    private var head: [JSON.Member] = []
    private var body: ArraySlice<UInt8>

    /// The header under which the address that a request came from is kept; no sender's header of this name is.
    private static let client = "leadledger-client"

    /// - Parameter isMessage: `false` takes all bytes for the body.
    init(_ bytes: [UInt8], isMessage: Bool) {
        body = bytes[...]
        guard isMessage, let (lines, rest) = Self.split(bytes), let first = lines.first else { return }
        let words = first.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 3 else { return }
        var headers: [JSON] = []
        var client: String?
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return }
            let behind = line[line.index(after: colon)...]
            let (name, value) = (String(line[..<colon]), String(behind.first == " " ? behind.dropFirst() : behind))
            if name == Self.client {
                client = value
            } else {
                headers.append(["name": .string(name), "value": .string(value)])
            }
        }
        head = [
            JSON.Member("method", .string(String(words[0]))),
            JSON.Member("path", .string(words[1..<(words.count - 1)].joined(separator: " "))),
            JSON.Member("client", .optional(client)),
            JSON.Member("headers", .array(headers)),
        ]
        body = rest
    }

    var json: JSON {
        let text = String(decoding: body, as: UTF8.self)
        // Bytes that are no UTF-8 were replaced.
        let isText = text.utf8.elementsEqual(body)
        let member =
            isText
            ? JSON.Member("body", .string(text)) : JSON.Member("bodyBase64", .string(Data(body).base64EncodedString()))
        return .object(head + [member])
    }

    /// The lines before the empty one, and what follows it; `nil` when there is no empty line.
    private static func split(_ bytes: [UInt8]) -> (lines: [String], rest: ArraySlice<UInt8>)? {
        var lines: [String] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            var line = bytes[start..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty { return (lines, bytes[(end + 1)...]) }
            lines.append(String(decoding: line, as: UTF8.self))
            start = end + 1
        }
        return nil
    }
}

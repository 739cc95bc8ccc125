internal import Leads

/// The answer to a batch of writes: those to its parts, in order. Of a batch that failed there is one part, which says
/// why.
package struct TableBatchAnswer: Hashable, Sendable {
    package let parts: [Part]

    package struct Part: Hashable, Sendable {
        package let status: Int
        /// Names in lower case.
        package let headers: [String: String]
        package let body: [UInt8]
    }

    /// `nil` when `body` is not what multipart answers look like (RFC 2046, section 5.1.1).
    package init?(body: [UInt8], contentType: String?) {
        guard let boundary = Self.boundary(contentType),
            let parts = Self.parts(body[...], boundary, depth: 0), !parts.isEmpty
        else { return nil }
        self.parts = parts
    }

    private static func boundary(_ contentType: String?) -> String? {
        let pieces = (contentType ?? "").split(separator: ";").map(\.trimmed)
        guard pieces.first?.lowercased() == "multipart/mixed",
            let parameter = pieces.first(where: { $0.lowercased().hasPrefix("boundary=") })
        else { return nil }
        var value = parameter.dropFirst("boundary=".count)
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
        return value.isEmpty ? nil : String(value)
    }

    /// A changeset within a batch is the deepest that the service writes.
    private static func parts(_ body: ArraySlice<UInt8>, _ boundary: String, depth: Int) -> [Part]? {
        guard depth < 2 else { return nil }
        let mark = Array("--\(boundary)".utf8)
        var pieces = split(body, mark)
        guard pieces.count >= 3, pieces.removeLast().starts(with: Array("--".utf8)) else { return nil }
        var parts: [Part] = []
        for piece in pieces.dropFirst() {
            guard piece.starts(with: lineBreak), let (headers, rest) = head(piece.dropFirst(2)) else { return nil }
            if let inner = Self.boundary(headers["content-type"]) {
                guard let found = Self.parts(rest, inner, depth: depth + 1) else { return nil }
                parts += found
            } else {
                guard let part = answer(rest) else { return nil }
                parts.append(part)
            }
        }
        return parts
    }

    private static func answer(_ bytes: ArraySlice<UInt8>) -> Part? {
        guard let end = bytes.firstRange(of: lineBreak) else { return nil }
        let words = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]),
            let (headers, body) = head(bytes[end.upperBound...])
        else { return nil }
        return Part(status: status, headers: headers, body: Array(body))
    }

    /// Headers up to the empty line, and what follows it.
    private static func head(_ bytes: ArraySlice<UInt8>) -> (headers: [String: String], rest: ArraySlice<UInt8>)? {
        var headers: [String: String] = [:]
        var rest = bytes
        while let end = rest.firstRange(of: lineBreak) {
            let line = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            rest = rest[end.upperBound...]
            if line.isEmpty { return (headers, rest) }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...]).trimmed
        }
        return nil
    }

    private static let lineBreak: [UInt8] = [13, 10]

    private static func split(_ bytes: ArraySlice<UInt8>, _ mark: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes
        while let range = rest.firstRange(of: mark) {
            pieces.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return pieces + [rest]
    }
}

internal import Foundation

/// An entity group transaction: the requests in its one changeset, and the answer that holds theirs.
struct AzureTableBatch {
    /// In order, as if each had come alone.
    let operations: [Arrival]
    /// Operations that a changeset holds at most.
    static let limit = 100

    /// Takes `arrival` apart; refuses what is not exactly one changeset of whole requests.
    init(_ arrival: Arrival) throws(AzureFault) {
        guard arrival.body.count < AzureTableLimits.body else { throw .tooLarge }
        let parts = try Self.parts(of: arrival.body, type: arrival["content-type"])
        guard parts.count == 1, let changeset = parts.first else { throw .invalid("a batch has one changeset") }
        let requests = try Self.parts(of: changeset.body, type: changeset.headers["content-type"])
        guard !requests.isEmpty else { throw .invalid("the changeset is empty") }
        var operations: [Arrival] = []
        for request in requests { operations.append(try Self.request(request)) }
        self.operations = operations
    }

    private struct Part {
        let headers: [String: String]
        let body: [UInt8]
    }

    private static func parts(of body: [UInt8], type: String?) throws(AzureFault) -> [Part] {
        let pieces = (type ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard pieces.first?.lowercased() == "multipart/mixed",
            let parameter = pieces.first(where: { $0.lowercased().hasPrefix("boundary=") })
        else { throw .invalid("the content type is not multipart/mixed with a boundary") }
        let boundary = parameter.dropFirst("boundary=".count).trimmingCharacters(in: ["\""])
        guard !boundary.isEmpty else { throw .invalid("the boundary is empty") }
        // A line break in front lets the first delimiter look as the others do.
        let text = Array("\r\n".utf8) + body
        let sections = split(text, at: Array("\r\n--\(boundary)".utf8))
        guard sections.count >= 2, let end = sections.last, end.starts(with: Array("--".utf8)) else {
            throw .invalid("the multipart body does not end")
        }
        var parts: [Part] = []
        for piece in sections.dropFirst().dropLast() {
            guard piece.starts(with: Array("\r\n".utf8)) else { throw .invalid("a delimiter") }
            parts.append(try part(piece.dropFirst(2)))
        }
        return parts
    }

    /// The head and the body of a part or of a request in it.
    private static func part(_ bytes: ArraySlice<UInt8>) throws(AzureFault) -> Part {
        let halves = split(Array(bytes), at: Array("\r\n\r\n".utf8), atMost: 1)
        guard halves.count == 2 else { throw .invalid("a part has no end of its head") }
        var headers: [String: String] = [:]
        for line in String(decoding: halves[0], as: UTF8.self).components(separatedBy: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw .invalid("a header of a part") }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return Part(headers: headers, body: Array(halves[1]))
    }

    private static func request(_ part: Part) throws(AzureFault) -> Arrival {
        guard part.headers["content-type"] == "application/http",
            part.headers["content-transfer-encoding"] == "binary"
        else { throw .invalid("a part is not application/http in binary") }
        let lines = split(part.body, at: Array("\r\n".utf8), atMost: 1)
        let words = String(decoding: lines[0], as: UTF8.self).components(separatedBy: " ")
        guard lines.count == 2, words.count == 3, words[2] == "HTTP/1.1",
            let scheme = words[1].range(of: "://"), words[1].hasPrefix("http"),
            let slash = words[1][scheme.upperBound...].firstIndex(of: "/")
        else { throw .invalid("a request line in the changeset") }
        let rest = try Self.part(lines[1])
        var body = rest.body
        if let length = rest.headers["content-length"] {
            let excess = body.count - (Int(length) ?? -1)
            // One line break may stand between a body and the delimiter's own.
            guard excess == 0 || excess == 2 && body.suffix(2) == [13, 10] else { throw .invalid("a content length") }
            body.removeLast(excess)
        }
        let target = words[1][slash...].split(separator: "?", maxSplits: 1).map(String.init)
        return Arrival(
            method: words[0], path: target[0], query: target.count > 1 ? target[1] : nil,
            headers: rest.headers.map { ($0.key, $0.value) }, body: body)
    }

    private static func split(_ bytes: [UInt8], at delimiter: [UInt8], atMost: Int = .max) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var index = start
        while index + delimiter.count <= bytes.count, pieces.count < atMost {
            if bytes[index] == delimiter[0], bytes[index..<(index + delimiter.count)].elementsEqual(delimiter) {
                pieces.append(bytes[start..<index])
                index += delimiter.count
                start = index
            } else {
                index += 1
            }
        }
        return pieces + [bytes[start...]]
    }

    private static let phrases = [
        200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
        409: "Conflict", 412: "Precondition Failed", 413: "Request Entity Too Large", 415: "Unsupported Media Type",
        503: "Service Unavailable",
    ]

    /// The answer around the answers of the operations: all of them, or the one that failed.
    static func answer(_ answers: [SimulatedAnswer]) -> SimulatedAnswer {
        let (batch, changeset) = ("batchresponse_00000000", "changesetresponse_00000000")
        var body = "--\(batch)\r\nContent-Type: multipart/mixed; boundary=\(changeset)\r\n\r\n"
        for answer in answers {
            body += "--\(changeset)\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            body += "HTTP/1.1 \(answer.status) \(phrases[answer.status] ?? "Error")\r\n"
            for header in answer.headers { body += "\(header.name): \(header.value)\r\n" }
            body += "\r\n" + String(decoding: answer.body, as: UTF8.self) + "\r\n"
        }
        body += "--\(changeset)--\r\n--\(batch)--\r\n"
        return SimulatedAnswer(
            status: 202, headers: [("content-type", "multipart/mixed; boundary=\(batch)")] + AzureTableAnswers.common,
            body: Array(body.utf8))
    }
}

extension ArrivedRequest {
    /// The request in the form of `message/http` (RFC 9112, section 10.1), to be sealed and read again later.
    package var kept: [UInt8] { kept(body: body[...], headerBytes: Self.keptHeaderBytes) }

    /// How many bytes of headers are kept of a request, and of each element of a batch.
    package static let keptHeaderBytes = 32 << 10
    static let keptElementHeaderBytes = 4 << 10
    private static let lineLimit = 4 << 10

    /// The request with `body` in place of its own. Of more than `headerBytes` of headers those are kept first without
    /// which the body cannot be read.
    func kept(body: ArraySlice<UInt8>, headerBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + body.count)
        Self.write(method, to: &bytes, escapesBlanks: true)
        bytes.append(UInt8(ascii: " "))
        Self.write(path, to: &bytes, escapesBlanks: true)
        bytes += " HTTP/1.1\r\n".utf8
        if let client { Self.write(HeaderRules.client, client, to: &bytes) }
        let sizes = headers.map { $0.name.utf8.count + $0.value.utf8.count + 4 }
        var left = headerBytes
        let fits = sizes.reduce(0, +) <= headerBytes
        if !fits { left -= zip(headers, sizes).reduce(0) { $0 + (Self.isNeeded($1.0.name) ? $1.1 : 0) } }
        for (header, size) in zip(headers, sizes) where HeaderRules.isKept(header.name) {
            if !fits, !Self.isNeeded(header.name) {
                guard size <= left else { continue }
                left -= size
            }
            Self.write(header.name, ShownTokens.blanked(header.value), to: &bytes)
        }
        bytes += "\r\n".utf8
        bytes += body
        return bytes
    }

    /// Without these a body cannot be read as what it is.
    private static func isNeeded(_ name: String) -> Bool {
        name == "content-type" || name == "content-encoding" || name.hasPrefix("ce-")
    }

    private static func write(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes += name.utf8
        bytes += ": ".utf8
        write(value, to: &bytes, escapesBlanks: false)
        bytes += "\r\n".utf8
    }

    /// What would end a line or a word early is written as a blank, or as its number after a percent sign.
    private static func write(_ text: String, to bytes: inout [UInt8], escapesBlanks: Bool) {
        var text = text
        if escapesBlanks, text.utf8.count > lineLimit { text = String(text.unicodeScalars.prefix(lineLimit / 4)) }
        let start = bytes.count
        bytes += text.utf8
        guard bytes[start...].contains(where: { $0 < 0x20 || escapesBlanks && $0 == 0x20 }) else { return }
        bytes.removeSubrange(start...)
        for byte in text.utf8 {
            if byte > 0x20 || byte == 0x20 && !escapesBlanks {
                bytes.append(byte)
            } else if escapesBlanks {
                bytes += (byte < 0x10 ? "%0" : "%").utf8
                bytes += String(byte, radix: 16, uppercase: true).utf8
            } else {
                bytes.append(0x20)
            }
        }
    }

    /// Reads what `kept` wrote; `nil` when it is something else.
    package init?(kept: [UInt8]) {
        guard let lineEnd = Self.lineEnd(in: kept, from: 0),
            let words = Self.text(kept[..<lineEnd])?.split(separator: " ", omittingEmptySubsequences: false),
            words.count == 3, words[2] == "HTTP/1.1", !words[0].isEmpty, !words[1].isEmpty
        else { return nil }
        var start = lineEnd + 2
        var headers: [(name: String, value: String)] = []
        var client: String?
        while let end = Self.lineEnd(in: kept, from: start), end > start {
            guard let colon = kept[start..<end].firstIndex(of: UInt8(ascii: ":")),
                let name = Self.text(kept[start..<colon]), let value = Self.text(kept[(colon + 1)..<end])
            else { return nil }
            if name == HeaderRules.client {
                client = HeaderRules.trimmed(value)
            } else {
                headers.append((name, value))
            }
            start = end + 2
        }
        guard Self.lineEnd(in: kept, from: start) == start else { return nil }
        self.init(
            method: String(words[0]), path: String(words[1]), headers: headers, body: Array(kept[(start + 2)...]),
            client: client)
    }

    /// Where the line that begins at `start` ends.
    private static func lineEnd(in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == Mark.carriageReturn, bytes[index + 1] == Mark.lineFeed { return index }
            index += 1
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }
}

/// Finds who a request comes from when proxies stand between (RFC 7239).
///
/// Anybody can write a `Forwarded` header, so only what a trusted proxy appended is believed: the list is read from its
/// end, and the first address that is no trusted proxy is the client.
struct Forwarded: Sendable {
    private let trusted: [NetworkRange]

    init(trustedProxies: [String]) throws(ServiceError) {
        var trusted: [NetworkRange] = []
        for text in trustedProxies {
            guard let range = NetworkRange(text) else {
                throw ServiceError(
                    description: "the trusted proxy \(text) is neither an address nor a network such as 10.0.0.0/8")
            }
            trusted.append(range)
        }
        self.trusted = trusted
    }

    /// - Parameter headers: the values of all `Forwarded` headers, in their order.
    func client(peer: String?, headers: [String]) -> String? {
        guard let peer, !headers.isEmpty, isTrusted(peer) else { return peer }
        var client = peer
        for element in headers.flatMap(Self.elements).reversed() {
            guard let address = element.flatMap(Self.address) else { break }
            client = address
            if !isTrusted(address) { break }
        }
        return client
    }

    private func isTrusted(_ address: String) -> Bool { trusted.contains { $0.contains(address) } }

    /// What `for` says in each element of a header; `nil` for one that does not say it.
    private static func elements(_ header: String) -> [String?] {
        split(header, at: ",").map { element in
            for pair in split(element, at: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, blankless(parts[0]).lowercased() == "for" else { continue }
                return unquoted(blankless(parts[1]))
            }
            return nil
        }
    }

    /// Parts at a separator that does not stand in quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [String] {
        var parts = [""]
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if character == separator && !isQuoted {
                parts.append("")
                continue
            }
            if character == "\"" && !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && character == "\\" && !isEscaped
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func blankless(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
        return text.dropFirst().dropLast().filter { $0 != "\\" }
    }

    /// The address in a node name, without its port; `nil` for `unknown` and made-up names.
    private static func address(_ node: String) -> String? {
        var address = node[...]
        if address.first == "[" {
            guard let end = address.firstIndex(of: "]") else { return nil }
            address = address[address.index(after: address.startIndex)..<end]
        } else if let colon = address.firstIndex(of: ":") {
            address = address[..<colon]
        }
        let text = String(address)
        return NetworkRange.bytes(text) == nil ? nil : text
    }
}

/// Takes the content encoding off the body of a request, up to a limit.
package enum Gunzip {
    /// Why bytes cannot be expanded.
    package enum Failure: Error, Hashable, Sendable {
        /// They are more than the limit; a bomb ends there.
        case tooLarge(limit: Int)
        /// They are damaged, end early, or were never compressed.
        case damaged
        /// A zstd frame asks for a window of more than 8 MiB, which no request may (RFC 9659).
        case windowTooLarge
    }

    /// The content encodings that are read.
    package enum Encoding: Sendable {
        case gzip, deflate, zstd

        /// - Parameter name: the value of a `content-encoding` header.
        package init?(_ name: String) {
            switch HeaderRules.lowerCased(HeaderRules.trimmed(name)) {
            case "gzip", "x-gzip": self = .gzip
            case "deflate": self = .deflate
            case "zstd": self = .zstd
            default: return nil
            }
        }
    }

    /// The bytes that were compressed: with what, their first bytes tell.
    /// - Parameter limit: how many bytes may come out.
    package static func expand(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        try expand(bytes, Decompressor.Kind(magic: bytes) ?? deflate(bytes), limit: limit)
    }

    /// The bytes that were compressed with `encoding`.
    package static func expand(_ bytes: [UInt8], as encoding: Encoding, limit: Int) throws(Failure) -> [UInt8] {
        let kind: Decompressor.Kind =
            switch encoding {
            case .gzip: .gzip
            case .deflate: deflate(bytes)
            case .zstd: .zstd
            }
        return try expand(bytes, kind, limit: limit)
    }

    /// By its name `deflate` is the format of zlib (RFC 9110, section 8.4.1.2); some senders leave out its header.
    private static func deflate(_ bytes: [UInt8]) -> Decompressor.Kind {
        guard bytes.count >= 2, bytes[0] & 0x0f == 8, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 else {
            return .rawDeflate
        }
        return .zlib
    }

    private static func expand(_ bytes: [UInt8], _ kind: Decompressor.Kind, limit: Int) throws(Failure) -> [UInt8] {
        let decompressor = Decompressor(kind, window: Decompressor.requestWindow)
        var expanded: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(1 << 16, max(limit, 1) + 1))
        var position = 0
        while true {
            let (taken, given): (Int, Int)
            do throws(Decompressor.Failure) {
                (taken, given) = try bytes.withUnsafeBufferPointer { (input) throws(Decompressor.Failure) in
                    let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: input[position...]))
                    return try chunk.withUnsafeMutableBufferPointer { (output) throws(Decompressor.Failure) in
                        try decompressor.run(rest, into: UnsafeMutableRawBufferPointer(output))
                    }
                }
            } catch {
                throw error == .windowTooLarge ? .windowTooLarge : .damaged
            }
            position += taken
            guard expanded.count + given <= limit else { throw .tooLarge(limit: limit) }
            expanded += chunk[..<given]
            if taken == 0, given == 0 { break }
        }
        guard position == bytes.count, decompressor.isAtEnd else { throw .damaged }
        return expanded
    }
}

extension ArrivedRequest {
    /// Takes the content encoding off the body, together with its header.
    ///
    /// An encoding that is not read, or does not fit the bytes, stays with its header, for the reader to tell.
    /// - Parameter limit: how many bytes the body may have then.
    /// - Throws: only when they are more.
    package mutating func decodeBody(limit: Int) throws(Gunzip.Failure) {
        let encodings = headers.filter { $0.name == "content-encoding" && !HeaderRules.isIdentity($0.value) }
        guard encodings.count == 1, let encoding = Gunzip.Encoding(encodings[0].value) else { return }
        do throws(Gunzip.Failure) {
            body = try Gunzip.expand(body, as: encoding, limit: limit)
            // The length was that of the compressed bytes.
            headers.removeAll { $0.name == "content-encoding" || $0.name == "content-length" }
        } catch {
            if case .tooLarge = error { throw error }
        }
    }
}

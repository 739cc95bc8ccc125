internal import OrderedJSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The file that keeps the rows an import could not take, one JSON object a line, readable by its owner alone.
///
/// A line is `{"line":7,"reason":"…","row":"…"}`; a row that is not UTF-8 stands in base 64 as `rowBase64`, and a row
/// of which only the beginning was kept is marked `"truncated":true`.
final class RejectsFile {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Opens the file and empties it; the rejects of an earlier import are no rejects of this one.
    init(path: String) throws(ImportError) {
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw ByteSource.error("cannot open", path) }
        self.path = path
        descriptor = opened
        // A file that was there before keeps its permissions, unless they are taken away. What has none, as a pipe or
        // a device, is for its owner to guard.
        fchmod(descriptor, 0o600)
    }

    /// An import that ended with an error leaves what it had rejected.
    deinit {
        try? flush()
        close(descriptor)
    }

    func write(_ reject: Reject) throws(ImportError) {
        buffer += Self.line(reject)
        if buffer.count >= 1 << 16 { try flush() }
    }

    func flush() throws(ImportError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                systemWrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ByteSource.error("cannot write", path) }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    static func line(_ reject: Reject) -> [UInt8] {
        var members = [
            JSON.Member("line", .number(reject.row.line)), JSON.Member("reason", .string(reject.error.description)),
        ]
        if let text = String(validating: reject.row.bytes, as: UTF8.self) {
            members.append(JSON.Member("row", .string(text)))
        } else {
            members.append(JSON.Member("rowBase64", .string(Base64.encode(reject.row.bytes))))
        }
        if !reject.row.isWhole { members.append(JSON.Member("truncated", .bool(true))) }
        return JSON.object(members).encoded() + [Mark.lineFeed]
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

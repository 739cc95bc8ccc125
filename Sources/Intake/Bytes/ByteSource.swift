#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The file or pipe that an import reads, from its first byte to its last.
///
/// What is compressed with gzip or zstd, which its first bytes tell, is expanded as it is read.
final class ByteSource {
    /// What people call it.
    let name: String
    /// Its size where that is known before it is read.
    let bytesTotal: Int64?
    private let descriptor: Int32
    private let isCancelled: () -> Bool
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    /// The bytes of `buffer` that nobody has taken yet.
    private var waiting = 0..<0
    /// How many bytes of the file were read, compressed as they stand there.
    private(set) var bytesRead: Int64 = 0
    private var hasBegun = false
    private var isAtEnd = false
    private var decompressor: Decompressor?
    private var expanded: [UInt8] = []

    /// Opens `path`; `-` is the standard input.
    /// - Parameter isCancelled: once true, a pipe that says nothing is taken to be at its end.
    init(path: String, isCancelled: @escaping () -> Bool = { false }) throws(ImportError) {
        self.isCancelled = isCancelled
        let isStandardInput = path == "-"
        name = isStandardInput ? "the standard input" : path
        descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error("cannot open", name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.error("cannot look at", name) }
        if status.st_mode & S_IFMT == S_IFDIR { throw ImportError("\(name) is a folder; name a file") }
        bytesTotal = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    deinit { if descriptor > STDERR_FILENO { close(descriptor) } }

    /// Passes the next bytes to `body`, at most 1 MiB; `false` at the end, without a call.
    func read(_ body: (UnsafeRawBufferPointer) -> Void) throws(ImportError) -> Bool {
        if !hasBegun { try begin() }
        guard let decompressor else {
            if waiting.isEmpty { try fill() }
            guard !waiting.isEmpty else { return false }
            buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[waiting])) }
            waiting = 0..<0
            return true
        }
        return try read(decompressor, body)
    }

    /// Reads the bytes that tell whether the file is compressed. A pipe may give them one by one.
    private func begin() throws(ImportError) {
        hasBegun = true
        repeat {
            try fill()
        } while !isAtEnd && waiting.count < 4
        guard let kind = Decompressor.Kind(magic: buffer[waiting]) else { return }
        decompressor = Decompressor(kind, window: Decompressor.fileWindow)
        expanded = [UInt8](repeating: 0, count: 1 << 20)
    }

    private func read(
        _ decompressor: Decompressor, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(ImportError) -> Bool {
        while true {
            let (taken, given) = try expand(decompressor)
            waiting = (waiting.lowerBound + taken)..<waiting.upperBound
            if given > 0 {
                expanded.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<given])) }
                return true
            }
            if taken > 0 { continue }
            if waiting.isEmpty, !isAtEnd { try fill() }
            guard waiting.isEmpty else { continue }
            guard isAtEnd else { continue }
            if !decompressor.isAtEnd, !isCancelled() { throw ImportError("the compressed file \(name) ends early") }
            return false
        }
    }

    private func expand(_ decompressor: Decompressor) throws(ImportError) -> (taken: Int, given: Int) {
        do throws(Decompressor.Failure) {
            return try buffer.withUnsafeBufferPointer { (input) throws(Decompressor.Failure) in
                let input = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: input[waiting]))
                return try expanded.withUnsafeMutableBufferPointer { (output) throws(Decompressor.Failure) in
                    try decompressor.run(input, into: UnsafeMutableRawBufferPointer(output))
                }
            }
        } catch {
            switch error {
            case .damaged: throw ImportError("the compressed file \(name) is damaged")
            case .windowTooLarge:
                throw ImportError("the compressed file \(name) asks for a window of more than 128 MiB to expand it")
            }
        }
    }

    /// Reads more bytes behind those that wait, where there is room; none are left when `isAtEnd`.
    private func fill() throws(ImportError) {
        if waiting.isEmpty { waiting = 0..<0 }
        var count = 0
        var failure: ImportError?
        // A pipe may be silent for ever: look now and then whether somebody still wants what it has to say.
        var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&readable, 1, 200) <= 0 {
            guard isCancelled() else { continue }
            isAtEnd = true
            return
        }
        buffer.withUnsafeMutableBytes { bytes in
            let room = UnsafeMutableRawBufferPointer(rebasing: bytes[waiting.upperBound...])
            repeat {
                count = systemRead(descriptor, room.baseAddress, room.count)
            } while count < 0 && errno == EINTR
            if count < 0 { failure = Self.error("cannot read", name) }
        }
        if let failure { throw failure }
        if count == 0 { isAtEnd = true }
        bytesRead += Int64(count)
        waiting = waiting.lowerBound..<(waiting.upperBound + count)
    }

    /// Whether `path` leads to the very file that is read.
    func isSameFile(as path: String) -> Bool {
        var own = stat()
        var other = stat()
        return fstat(descriptor, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev
            && own.st_ino == other.st_ino
    }

    static func error(_ what: String, _ name: String) -> ImportError {
        ImportError("\(what) \(name): \(String(cString: strerror(errno)))")
    }
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

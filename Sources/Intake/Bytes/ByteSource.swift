#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The file or pipe that an import reads, from its first byte to its last.
final class ByteSource {
    /// What people call it.
    let name: String
    /// Its size where that is known before it is read.
    let bytesTotal: Int64?
    private let descriptor: Int32
    private let isCancelled: () -> Bool
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)

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
        var count = 0
        var failure: ImportError?
        // A pipe may be silent for ever: look now and then whether somebody still wants what it has to say.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, 200) <= 0 { if isCancelled() { return false } }
        buffer.withUnsafeMutableBytes { bytes in
            repeat {
                count = systemRead(descriptor, bytes.baseAddress, bytes.count)
            } while count < 0 && errno == EINTR
            if count < 0 { failure = Self.error("cannot read", name) }
            if count > 0 { body(UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
        }
        if let failure { throw failure }
        return count > 0
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

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Small files, read whole or made once.
package enum FileBytes {
    package struct Unreadable: Error {
        package let code: Int32
    }

    /// The first `limit` bytes of a file.
    package static func read(_ path: String, limit: Int) throws(Unreadable) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(code: errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let got = bytes.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress! + count, limit - count) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Unreadable(code: errno) }
            if got == 0 { break }
            count += got
        }
        return Array(bytes[..<count])
    }

    /// Makes a file with these bytes and syncs it; `false` (and `errno`) when it exists or cannot be made whole.
    package static func create(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(descriptor) == 0 else {
            let code = errno
            unlink(path)
            errno = code
            return false
        }
        return true
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A number that a file keeps until it is deleted, whatever its name; `nil` when there is no such file.
    package static func serialNumber(_ path: String) -> UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// The size in bytes; `nil` when there is no such file.
    package static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }
}

/// The system call under a name that `FileBytes.read` does not hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

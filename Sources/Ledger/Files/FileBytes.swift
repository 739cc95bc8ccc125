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

    /// Makes a file with these bytes and syncs it and its folder; `false` (and `errno`) when it exists or cannot be
    /// made.
    ///
    /// It gets its name only once it is whole on the disk, so that a crash leaves either all of it or no such file.
    package static func create(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Bool {
        let temporary = path + ".\(UInt64.random(in: .min ... .max)).new"
        // Unlike a renamed file, a linked one never takes the place of another.
        let isMade = writeWhole(temporary, bytes, mode: mode) && link(temporary, path) == 0
        let code = errno
        unlink(temporary)
        guard isMade else {
            errno = code
            return false
        }
        return syncFolder(of: path)
    }

    private static func writeWhole(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written >= 0, written < bytes.count { errno = ENOSPC }
        return written == bytes.count && fsync(descriptor) == 0
    }

    private static func syncFolder(of path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
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

    /// Whether anybody but its owner may do anything with a file or folder.
    package static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }

    /// The bytes that the file system of `path` still has for this user; `nil` when it does not say.
    package static func freeBytes(_ path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }
}

/// The system call under a name that `FileBytes.read` does not hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

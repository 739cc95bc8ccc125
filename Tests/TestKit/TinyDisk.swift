#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file system in memory with room for little, gone when the test lets go of it.
package final class TinyDisk {
    package let folder: TemporaryFolder

    package init(bytes: Int) throws {
        folder = try TemporaryFolder()
        guard Self.mountMemory(at: folder.path, bytes: bytes) else { throw Refusal() }
    }

    deinit { Self.unmount(folder.path) }

    /// Leaves no room at all.
    package func fill() throws {
        let ballast = open(folder.file("ballast"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard ballast >= 0 else { throw Refusal() }
        defer { close(ballast) }
        let page = [UInt8](repeating: 1, count: 4_096)
        while page.withUnsafeBytes({ write(ballast, $0.baseAddress, $0.count) }) > 0 {}
    }

    package struct Refusal: Error {}

    /// Only the superuser of a machine may mount, and not in every container.
    package static let canBeMade = (try? TinyDisk(bytes: 16 * 1024)) != nil

    #if os(Linux)
        private static func mountMemory(at path: String, bytes: Int) -> Bool {
            mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0
        }

        private static func unmount(_ path: String) { umount2(path, Int32(MNT_DETACH)) }
    #else
        private static func mountMemory(at path: String, bytes: Int) -> Bool { false }
        private static func unmount(_ path: String) {}
    #endif
}

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A lock on a file that one process of the machine holds at a time, for as long as the value lives.
///
/// SQLite before 3.51.3 can lose commits when two connections write or checkpoint one write-ahead log at once, so a
/// writer holds this lock from before it opens the file until after it closed it. The kernel frees it when the process
/// ends, however it ends.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// - Parameter waitMilliseconds: how long to wait for another holder before giving up.
    package init(path: String, waitMilliseconds: Int = 0) throws(LedgerError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotLock(path, String(cString: strerror(errno)))
        }
        var waited = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR || waited < waitMilliseconds else {
                // `deinit` closes the file, for the lock is whole by now; closed twice, it might be somebody else's.
                let text = (try? FileBytes.read(path, limit: 32)) ?? []
                let holder = String(decoding: text, as: UTF8.self)
                throw .writerAtWork(lock: path, holder: holder.isEmpty ? "" : " (process \(holder))")
            }
            poll(nil, 0, 20)
            waited += 20
        }
        let holder = Array(String(getpid()).utf8)
        ftruncate(descriptor, 0)
        _ = holder.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // Said aloud: a child process that was just forked may hold the descriptor a moment longer.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

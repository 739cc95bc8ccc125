internal import SQLite

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Compares every page of the ledger's file with the checksum at its end.
struct PageVerification {
    let files: LedgerFiles

    static let pageSize = 4_096

    /// Skipped while a writer is at work, whose checkpoints change pages under the reader. A write-ahead log that a
    /// crash left behind is brought into the file first, for it may hold the good copy of a page half written.
    func run(into result: inout Verification) throws {
        var lock: FileLock?
        do throws(LedgerError) {
            lock = try FileLock(path: files.ledgerLock)
        } catch {
            // A copy in a folder that cannot be written to has no writer.
            guard case .cannotLock = error, (FileBytes.size(files.ledger + "-wal") ?? 0) == 0 else { return }
        }
        defer { withExtendedLifetime(lock) {} }
        if (FileBytes.size(files.ledger + "-wal") ?? 0) > 0 {
            do throws(SQLiteError) {
                let connection = try Connection(path: files.ledger, mode: .readWrite, checksummed: true)
                try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                try connection.close()
            } catch {
                // A file without room for checksums is not one of ours, as its pages will show.
                guard !error.isReadOnly else { return try checkPages(into: &result) }
                guard !error.isOfTheMoment else { throw error }
                return result.add(nil, "SQLite cannot read the file: \(error.message)")
            }
        }
        try checkPages(into: &result)
        result.arePagesChecked = true
    }

    private func checkPages(into result: inout Verification) throws {
        let descriptor = open(files.ledger, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LedgerError.damaged(files.ledger, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let pages = 256
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pages * Self.pageSize, alignment: 16)
        defer { buffer.deallocate() }
        var number: UInt64 = 1
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(number - 1) * off_t(Self.pageSize))
            guard count >= 0 else { throw LedgerError.damaged(files.ledger, String(cString: strerror(errno))) }
            if count % Self.pageSize != 0 { result.add(nil, "the file ends in the middle of a page") }
            for start in stride(from: 0, to: count - count % Self.pageSize, by: Self.pageSize) {
                let page = UnsafeRawBufferPointer(rebasing: buffer[start..<start + Self.pageSize])
                if !PageChecksums.isIntact(page, number: number) {
                    result.add(nil, "page \(number) of the file was changed outside leadledger")
                }
                number += 1
            }
            if count < buffer.count { break }
        }
    }
}

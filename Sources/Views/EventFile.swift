internal import Ledger

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The events' plain columns in a file of 48-byte rows, one after another, which readers map into memory.
///
/// A view like the others, and the one that whole-history questions scan: row `seq - 1` is event `seq`. How many rows
/// count is kept in `views.db`, in the transaction that folded them; rows beyond are remains of a crash, and the next
/// writer overwrites them. Rows are on disk before that transaction, so that a power cut cannot leave a hole.
final class EventFile {
    let path: String
    private let descriptor: Int32
    private var pending: [EventRow] = []
    private var rows: Int64

    static let rowSize = MemoryLayout<EventRow>.stride

    /// Opens the file with its first `rows` rows, or makes it.
    init(path: String, rows: Int64) throws {
        self.path = path
        self.rows = rows
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ViewsError.file(path, String(cString: strerror(errno))) }
        // `deinit` closes the file when this throws; closed twice, it might be somebody else's.
        guard (FileBytes.size(path) ?? 0) >= rows * Int64(Self.rowSize) else { throw ViewsError.outOfStep(path) }
    }

    deinit { close(descriptor) }

    func delete() { unlink(path) }

    func append(_ row: EventRow) { pending.append(row) }

    /// Writes what gathered.
    func flush() throws {
        guard !pending.isEmpty else { return }
        let offset = rows * Int64(Self.rowSize)
        try pending.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw ViewsError.file(path, String(cString: strerror(errno))) }
                done += count
            }
        }
        rows += Int64(pending.count)
        pending.removeAll(keepingCapacity: true)
    }

    /// Brings what was flushed to the disk.
    func sync() throws {
        guard fdatasync(descriptor) == 0 else { throw ViewsError.file(path, String(cString: strerror(errno))) }
    }

    /// Forgets rows that gathered and were not flushed, and those beyond `rows`.
    func reset(to rows: Int64) {
        pending.removeAll(keepingCapacity: true)
        self.rows = rows
    }
}

/// An event file opened for reading, which stays readable after it was deleted.
final class OpenEventFile {
    let path: String
    let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ViewsError.outOfStep(path) }
    }

    deinit { close(descriptor) }

    var size: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }
}

/// An event file mapped for reading.
package final class EventMap {
    package let path: String
    private let memory: UnsafeRawBufferPointer?
    private let rows: UnsafeBufferPointer<EventRow>

    package var count: Int { rows.count }

    /// Calls `body` with the rows, which are valid during the call; row `seq - 1` is event `seq`.
    package func withRows<Result>(_ body: (UnsafeBufferPointer<EventRow>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(rows) }
    }

    /// The row of event `seq`, 1 ... `count`.
    package subscript(seq: Int64) -> EventRow { withRows { $0[Int(seq) - 1] } }

    init(_ file: OpenEventFile, rows count: Int) throws {
        path = file.path
        let size = count * EventFile.rowSize
        guard size > 0 else {
            memory = nil
            rows = UnsafeBufferPointer(start: nil, count: 0)
            return
        }
        guard file.size >= Int64(size) else { throw ViewsError.outOfStep(file.path) }
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED | Int32(MAP_POPULATE), file.descriptor, 0),
            start != MAP_FAILED
        else { throw ViewsError.file(file.path, String(cString: strerror(errno))) }
        memory = UnsafeRawBufferPointer(start: start, count: size)
        rows = UnsafeBufferPointer(start: start.bindMemory(to: EventRow.self, capacity: count), count: count)
    }

    deinit {
        if let memory { munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count) }
    }
}

/// What keeps views from being read or written. All of it is mended by `leadledger replay`.
package enum ViewsError: Error, CustomStringConvertible {
    case file(String, String)
    case outOfStep(String)
    case damaged(String, String)

    /// The file itself may be well: it could not be opened, read or written just now.
    var isPassing: Bool {
        if case .file = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .file(let path, let why): "\(path) cannot be used: \(why)"
        case .outOfStep(let path): "\(path) does not fit the views beside it: run `leadledger replay`"
        case .damaged(let path, let what): "\(path) is damaged: \(what). Delete views.db and run `leadledger replay`"
        }
    }
}

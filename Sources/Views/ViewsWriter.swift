package import Leads
package import Ledger
internal import SQLite

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The one writer of the views: folds what the ledger has beyond them, and keeps the claims of delivery workers.
///
/// Views that are missing, damaged, of another version or of another policy are built anew; nothing in them is needed
/// for that.
package actor ViewsWriter {
    private let executor = WriterExecutor(name: "leadledger.views")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let files: LedgerFiles
    let policy: Policy
    let reader: LedgerReader
    private var lock: FileLock?
    private var store: ViewsStore
    private var projector: Projector

    /// - Parameter waitMilliseconds: how long to wait for another writer of the views to end.
    package init(files: LedgerFiles, policy: Policy, waitMilliseconds: Int = 0) throws {
        lock = try FileLock(path: files.viewsLock, waitMilliseconds: waitMilliseconds)
        self.files = files
        self.policy = policy
        reader = try LedgerReader(files: files)
        (store, projector) = try Self.open(files, policy, reader)
    }

    package func close() throws {
        try store.connection.close()
        lock = nil
    }

    /// Folds everything the ledger holds by now; returns the last event folded.
    /// - Parameter progress: called after each batch with the events folded and those there are.
    @discardableResult
    package func catchUp(
        progress: (Int64, Int64) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws -> Int64 {
        do {
            return try fold(progress, isCancelled)
        } catch let error where isDamage(error) {
            try startAnew()
            return try fold(progress, isCancelled)
        }
    }

    private func fold(_ progress: (Int64, Int64) -> Void, _ isCancelled: () -> Bool) throws -> Int64 {
        let head = try reader.head().size
        while projector.seq < head {
            if isCancelled() { throw CancellationError() }
            let seq = try projector.project(upTo: head)
            progress(seq, head)
        }
        return projector.seq
    }

    /// Whether the views are damaged, which shows itself only where a page is read. The ledger's damage is not theirs.
    private func isDamage(_ error: any Error) -> Bool {
        switch error {
        case let error as SQLiteError: error.isDamaged && error.path == files.views
        case ViewsError.damaged, ViewsError.outOfStep: true
        default: false
        }
    }

    /// Throws the views away and begins empty ones.
    /// - Parameter building: the event file of a rebuild that is under way.
    private func startAnew(building: String? = nil) throws {
        try store.connection.close()
        ViewsFiles.remove(files.views)
        (store, projector) = try Self.open(files, policy, reader, building: building)
    }

    /// Runs `body` with the database that holds the views, between batches.
    func withConnection<Result>(_ body: (Connection) throws -> Result) rethrows -> Result {
        try body(store.connection)
    }

    package var destinations: [Destination] { projector.destinations.active }
    package func destination(_ number: Int64) -> Destination? { projector.destinations[number] }
    /// Who may come in, as of the last event folded; `sources` likewise.
    package var access: Access { projector.intake.access }
    package var sources: PullSources { projector.intake.sources }

    private static func open(
        _ files: LedgerFiles, _ policy: Policy, _ reader: LedgerReader, building: String? = nil
    ) throws -> (ViewsStore, Projector) {
        if FileBytes.exists(files.views) {
            do {
                if let kept = try make(files, policy, reader, building) { return kept }
            } catch let error as SQLiteError where !error.isDamaged {
                throw error
            } catch let error as ViewsError where error.isPassing {
                throw error
            } catch {
                // A damaged view is not mended but folded again, below.
            }
            ViewsFiles.remove(files.views)
        }
        guard let fresh = try make(files, policy, reader, building) else { throw ViewsError.outOfStep(files.views) }
        return fresh
    }

    /// Opens the views, or makes empty ones; `nil` when those there are were folded from or with something else.
    private static func make(
        _ files: LedgerFiles, _ policy: Policy, _ reader: LedgerReader, _ building: String?
    ) throws -> (ViewsStore, Projector)? {
        let fingerprint = ViewsStore.fingerprint(policy)
        let store = try ViewsStore(path: files.views, ledger: reader.id, fingerprint: fingerprint, isBuilding: false)
        let state = try ViewsState(store.connection)
        guard state.ledger == reader.id, state.fingerprint == fingerprint, state.seq <= (try reader.head().size) else {
            try store.connection.close()
            return nil
        }
        ViewsFiles.removeOrphans(files.home, keeping: [state.eventFile, building])
        return (store, try Projector(store.connection, reader: reader, events: store.events, policy: policy))
    }

    /// Folds every view anew beside the live ones, compares, and puts the new ones in their place.
    /// - Parameter swap: `false` compares only.
    package func rebuild(
        swap: Bool, progress: (Int64, Int64) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws -> Rebuild {
        let path = files.home + "/views-new.db"
        ViewsFiles.remove(path)
        var isKept = false
        let head = projector.seq
        let fresh = try ViewsStore(
            path: path, ledger: reader.id, fingerprint: ViewsStore.fingerprint(policy), isBuilding: true)
        defer { if !isKept { fresh.remove() } }
        let building = try Projector(fresh.connection, reader: reader, events: fresh.events, policy: policy)
        while building.seq < head {
            if isCancelled() { throw CancellationError() }
            progress(try building.project(upTo: head, isBuilding: true), head)
        }
        let views = try compare(fresh)
        guard swap else {
            if projector.seq < head { try catchUp(isCancelled: isCancelled) }
            return Rebuild(events: head, views: views, isSwapped: false)
        }
        do {
            try fresh.events.sync()
            try copyClaims(to: fresh.connection)
        } catch let error where isDamage(error) {
            // What a damaged page held of them is lost, as with the file.
        }
        try fresh.connection.execute("PRAGMA journal_mode = WAL")
        try fresh.connection.close()
        // What is in the write-ahead log goes into the file: until the rename, that is what a crash would leave.
        try store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try store.connection.close()
        try ViewsFiles.swap(path, files.views)
        isKept = true
        (store, projector) = try Self.open(files, policy, reader)
        return Rebuild(events: head, views: views, isSwapped: true)
    }

    /// Where the live views are too damaged to be compared, each row of the fresh ones is a difference.
    private func compare(_ fresh: ViewsStore) throws -> [Rebuild.View] {
        do {
            return try Comparison(live: store.connection, fresh: fresh.connection).run()
        } catch let error where isDamage(error) {
            try startAnew(building: try ViewsState(fresh.connection).eventFile)
            return try Comparison(live: store.connection, fresh: fresh.connection).run()
        }
    }

    /// Claims are not folded from the ledger: they go along, so that an interrupted attempt stays known.
    private func copyClaims(to fresh: Connection) throws {
        let select = try store.connection.prepare("SELECT delivery, version, at FROM claim")
        let insert = try fresh.prepare("INSERT INTO claim (delivery, version, at) VALUES (?, ?, ?)")
        while try select.step() {
            for column in Int32(0)..<3 { try insert.bind(select.integer(column), at: column + 1) }
            try insert.run()
        }
    }
}

/// What a rebuild came to.
package struct Rebuild: Hashable, Sendable {
    package struct View: Hashable, Sendable {
        package let name: String
        package let rows: Int64
        /// Rows that are missing on one side or differ.
        package let differences: Int64
    }

    package let events: Int64
    package let views: [View]
    package let isSwapped: Bool
}

/// The files of views on disk.
enum ViewsFiles {
    /// Deletes a database and what SQLite keeps beside it.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    /// Puts one closed database in another's place. Who has the old one open goes on reading it, unchanged.
    static func swap(_ new: String, _ live: String) throws {
        // It was written without syncs; under its new name it must be whole after a power cut.
        let descriptor = open(new, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw ViewsError.file(new, String(cString: strerror(errno)))
        }
        close(descriptor)
        for suffix in ["-wal", "-shm"] { unlink(live + suffix) }
        guard rename(new, live) == 0 else { throw ViewsError.file(live, String(cString: strerror(errno))) }
        for suffix in ["-wal", "-shm", "-journal"] { unlink(new + suffix) }
    }

    /// Deletes event files that no views name any more.
    static func removeOrphans(_ home: String, keeping names: [String?]) {
        guard let folder = opendir(home) else { return }
        defer { closedir(folder) }
        var orphans: [String] = []
        while let entry = readdir(folder) {
            let found = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if found.hasPrefix("views-") && found.hasSuffix(".events") && !names.contains(found) {
                orphans.append(found)
            }
        }
        for orphan in orphans { unlink(home + "/" + orphan) }
    }
}

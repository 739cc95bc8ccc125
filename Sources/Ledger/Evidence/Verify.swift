internal import Leads
internal import Migrations
internal import SQLite

/// What reading a whole ledger found.
package struct Verification: Hashable, Sendable {
    package struct Finding: Hashable, Sendable {
        /// The event that is concerned; `nil` when no single one is.
        package let seq: Int64?
        package let what: String
    }

    package var events: Int64 = 0
    package var treeSize: Int64 = 0
    package var rootHash: [UInt8] = []
    package var findings: [Finding] = []
    /// Whether page checksums were looked at, which cannot be while a writer is at work.
    package var arePagesChecked = false
    /// How many findings there were beyond those kept.
    package var more = 0

    package var isOK: Bool { findings.isEmpty }

    static let findingLimit = 1_000

    mutating func add(_ seq: Int64?, _ what: String) {
        if findings.count < Self.findingLimit {
            findings.append(Finding(seq: seq, what: what))
        } else {
            more += 1
        }
    }
}

/// Reads the whole ledger and says what does not fit: page checksums, schema and triggers, sequence, the leaf hash of
/// every event, the tree over them.
///
/// Needs no key. O(events) time, O(1) memory. A change of any byte of the file is found, also where no event is stored;
/// a change that was made through SQLite is found by the leaf hashes, which name the event.
package struct Verify {
    let files: LedgerFiles
    /// Called now and then with the events read and the events there should be.
    let progress: (Int64, Int64) -> Void
    let isCancelled: () -> Bool

    package init(
        files: LedgerFiles, progress: @escaping (Int64, Int64) -> Void = { _, _ in },
        isCancelled: @escaping () -> Bool = { false }
    ) {
        self.files = files
        self.progress = progress
        self.isCancelled = isCancelled
    }

    package func run() throws -> Verification {
        var result = Verification()
        if files.isHome && FileBytes.size(files.ledger) == 0 {
            result.add(nil, "the file is empty")
            return result
        }
        try files.requireHome()
        do {
            try PageVerification(files: files).run(into: &result)
            try readEvents(into: &result)
        } catch let error as SQLiteError where !error.isOfTheMoment || !result.isOK {
            let next = result.events > 0 ? result.events + 1 : nil
            result.add(next, "SQLite cannot read on from here: \(error.message)")
        } catch let LedgerError.damaged(_, what) {
            result.add(nil, what)
        } catch Migrator.Failure.foreign {
            result.add(nil, "the file does not say that it is a ledger")
        } catch let failure as Migrator.Failure {
            result.add(nil, "\(failure)")
        } catch let error as SQLiteError {
            throw LedgerError(error, path: files.ledger)
        }
        return result
    }

    private func readEvents(into result: inout Verification) throws {
        let connection = try Connection(path: files.ledger, mode: .readOnly)
        try LedgerStore.migrator.check(connection)
        // Before the snapshot, for a writer at work may add to both.
        let lookedUp = lookedUp(try LedgerHead.ledgerID(connection))
        // One snapshot for head and events, so that a writer at work changes nothing here.
        try connection.execute("BEGIN")
        defer { connection.rollBack() }
        try checkSchema(connection, into: &result)
        let head = try LedgerHead(connection)
        result.treeSize = head.size
        result.rootHash = head.tree.root
        var terms = Terms()
        try terms.catchUp(connection)
        var use = try TermUse(terms, connection)
        for finding in use.findings { result.add(nil, finding) }
        let tree = try readLeaves(connection, terms, &use, head, into: &result)
        guard result.isOK else { return }
        if tree.peaks != head.tree.peaks {
            result.add(nil, "the events do not give the tree that the head describes: several were changed together")
        }
        if !use.isInOrder { result.add(nil, "terms stand there that no event was recorded with") }
        if lookedUp > head.size { missing(head.size + 1, lookedUp, into: &result) }
    }

    /// How far the lookups saw this ledger go; 0 when they are gone.
    ///
    /// They lag behind it, so that a greater number than the head's tells that the last events and the head were set
    /// back together, after which leaves and tree fit again.
    private func lookedUp(_ id: [UInt8]) -> Int64 {
        guard let lookup = try? Connection(path: files.lookup, mode: .readOnly),
            let row = try? lookup.prepare("SELECT ledger, seq FROM progress"), (try? row.step()) == true
        else { return 0 }
        return row.bytes(0) == id ? row.integer(1) : 0
    }

    private func readLeaves(
        _ connection: Connection, _ terms: Terms, _ use: inout TermUse, _ head: LedgerHead,
        into result: inout Verification
    ) throws -> MerkleTree {
        var tree = MerkleTree()
        var last = (seq: Int64(0), recordedAt: Instant(micros: .min))
        var subjects: Int64 = 0
        let select = try connection.prepare("SELECT \(EventRecord.columns) FROM event ORDER BY seq")
        while try select.step() {
            let seq = select.integer(0)
            result.events += 1
            guard seq >= 1 && seq <= head.size else {
                result.add(seq, "the event stands outside of what the head describes: it was inserted")
                continue
            }
            guard seq > last.seq else {
                // A damaged file can lead SQLite in a circle.
                result.add(seq, "the event stands out of order")
                continue
            }
            if seq != last.seq + 1 { missing(last.seq + 1, seq - 1, into: &result) }
            last.seq = seq
            if use.namesTwin(select) { result.add(seq, "the event names a text that was inserted a second time") }
            do {
                let event = try EventRecord.event(select, terms: terms)
                let leaf = event.leafHash
                if leaf != select.bytes(EventRecord.leafColumn) {
                    result.add(seq, "the event was changed: its leaf hash does not fit")
                } else {
                    if event.recordedAt < last.recordedAt {
                        result.add(seq, "the event was recorded before the one before it")
                    }
                    last.recordedAt = max(last.recordedAt, event.recordedAt)
                }
                subjects = max(subjects, event.subject)
                tree.append(leaf)
            } catch let error as LedgerError {
                if case .damaged(_, let what) = error { result.add(seq, what) } else { throw error }
            } catch let error as SQLiteError where !error.isDamaged {
                result.add(seq, "the event cannot be read: \(error.message)")
            }
            if result.events % 8_192 == 0 {
                progress(result.events, head.size)
                if isCancelled() { throw CancellationError() }
            }
        }
        if last.seq < head.size { missing(last.seq + 1, head.size, into: &result) }
        if result.isOK && (subjects != head.subjects || last.recordedAt > head.recordedAt) {
            result.add(nil, "the head does not fit the events: their subjects or times are others")
        }
        return tree
    }

    private func missing(_ first: Int64, _ last: Int64, into result: inout Verification) {
        for seq in first...min(last, first + 99) { result.add(seq, "the event is missing") }
        if last > first + 99 { result.add(first + 100, "the events up to \(last) are missing as well") }
    }

    /// The schema must be the one that the migrations make: a trigger that was dropped would let events be changed.
    private func checkSchema(_ connection: Connection, into result: inout Verification) throws {
        let fresh = try Connection(path: ":memory:", mode: .create)
        try LedgerStore.migrator.migrate(fresh)
        let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
        if version != LedgerStore.migrator.steps.count {
            result.add(
                nil, "the schema has version \(version), this program writes \(LedgerStore.migrator.steps.count)")
        }
        let expected = try Self.schema(fresh)
        let actual = try Self.schema(connection)
        for (name, sql) in expected where actual[name] != sql {
            result.add(nil, actual[name] == nil ? "the schema lacks \(name)" : "the schema of \(name) was changed")
        }
        for name in actual.keys where expected[name] == nil {
            result.add(nil, "the schema has a foreign part, \(name)")
        }
    }

    private static func schema(_ connection: Connection) throws -> [String: String] {
        var objects: [String: String] = [:]
        let select = try connection.prepare("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema")
        while try select.step() { objects[try select.text(0)] = try select.text(1) }
        return objects
    }
}

internal import FoundationEssentials
internal import Intake
package import Leads
package import Ledger
package import Reports
package import Views

/// A home put together: the stores, and the parts that work on them. The one place where they meet.
package struct Home: Sendable {
    package let files: LedgerFiles
    package let clock: @Sendable () -> Instant
    /// Told of long work on the way: what, how far, out of how much.
    package var progress: @Sendable (String, Int64, Int64) -> Void = { _, _, _ in }
    /// Told what people should know although the work goes on.
    package var notice: @Sendable (String) -> Void = { _ in }
    package var isCancelled: @Sendable () -> Bool = { false }
    /// Where settings may come from beside the home's file.
    package var environment: [String: String] = [:]

    /// The policy that stages of deliveries and lists go by.
    package let policy = Policy.september2018

    package init(files: LedgerFiles, clock: @escaping @Sendable () -> Instant = Self.systemClock) {
        self.files = files
        self.clock = clock
    }

    package static let systemClock: @Sendable () -> Instant = {
        Instant(micros: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    /// Where the home is: the option, else `LEADLEDGER_HOME`, else the user's data folder. `LEADLEDGER_KEY_FILE` names
    /// the master key where it is kept outside the home.
    package static func locate(option: String?, environment: [String: String]) -> LedgerFiles {
        func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home =
            option ?? set("LEADLEDGER_HOME") ?? set("XDG_DATA_HOME").map { $0 + "/leadledger" }
            ?? (set("HOME") ?? ".") + "/.local/share/leadledger"
        let trimmed = home.count > 1 && home.hasSuffix("/") ? String(home.dropLast()) : home
        return LedgerFiles(home: trimmed, keyFile: set("LEADLEDGER_KEY_FILE"))
    }

    /// The settings of the home, without those of a command's own flags.
    package var settings: Settings {
        get throws(Settings.Failure) { try Settings(files: files, environment: environment) }
    }

    /// Makes what is missing of the home; harmless when nothing is. Returns whether a ledger was made.
    package func initialize() async throws -> Bool {
        try files.makeFolder()
        // Before anything is made: a new key beside an old vault would hide that the right one is missing.
        try files.refuseLostLedger()
        let isNew = !files.isHome
        if isNew && !FileBytes.exists(files.keyFile) { try MasterKey.create(file: files.keyFile) }
        do {
            let writer = try LedgerWriter(files: files, rules: .system, clock: clock, waitMilliseconds: 2_000)
            try await writer.close()
        } catch LedgerError.writerAtWork where !isNew {
            // Who has it open found it whole.
        }
        return isNew
    }

    /// Runs `body` with the ledger open for writing, and closes it whatever happens.
    package func write<Result: Sendable>(_ body: (LedgerWriter) async throws -> Result) async throws -> Result {
        try files.requireHome()
        let writer = try LedgerWriter(files: files, rules: .system, clock: clock, waitMilliseconds: 2_000)
        do {
            let result = try await body(writer)
            try await writer.close()
            return result
        } catch {
            try? await writer.close()
            throw error
        }
    }

    /// Runs `body` with the views open for writing, and closes them whatever happens.
    package func writeViews<Result: Sendable>(
        waitMilliseconds: Int = 2_000, _ body: (ViewsWriter) async throws -> Result
    ) async throws -> Result {
        try files.requireHome()
        let views = try ViewsWriter(files: files, policy: policy, waitMilliseconds: waitMilliseconds)
        do {
            let result = try await body(views)
            try await views.close()
            return result
        } catch {
            try? await views.close()
            throw error
        }
    }

    /// The ledger and its views as of now, with everything folded that was recorded before the call.
    package func snapshot() async throws -> Snapshot {
        let ledger = try LedgerReader(files: files)
        let head = try ledger.head().size
        if let views = try currentViews(ledger, atLeast: head) {
            return try Snapshot(ledger: ledger, views: views, policy: policy)
        }
        do {
            try await writeViews(waitMilliseconds: 0) { views in
                _ = try await views.catchUp(progress: { progress("folding events", $0, $1) }, isCancelled: isCancelled)
            }
        } catch LedgerError.writerAtWork {
            // Who holds the views open folds them as well; a moment later they are as good as ours.
        }
        for _ in 0..<200 {
            if let views = try currentViews(ledger, atLeast: head) {
                return try Snapshot(ledger: ledger, views: views, policy: policy)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        guard let views = try currentViews(ledger, atLeast: 0) else {
            throw LedgerError.writerAtWork(lock: files.viewsLock, holder: "")
        }
        notice("another process is still folding: this is the state as of event \(views.seq) of \(head)")
        return try Snapshot(ledger: ledger, views: views, policy: policy)
    }

    /// The ledger and its views as they are, the last events perhaps not yet folded.
    package func currentSnapshot() throws -> Snapshot {
        let ledger = try LedgerReader(files: files)
        guard let views = try currentViews(ledger, atLeast: 0) else {
            throw LedgerError.damaged(files.views, "it cannot be read")
        }
        return try Snapshot(ledger: ledger, views: views, policy: policy)
    }

    private func currentViews(_ ledger: LedgerReader, atLeast seq: Int64) throws -> ViewsReader? {
        guard let views = try? ViewsReader(files: files, ledger: ledger.id, policy: policy), views.seq >= seq else {
            return nil
        }
        return views
    }

    /// How long the same content from the command line is taken for the same event.
    package static let duplicateWindow = 15 * Span.minute
}

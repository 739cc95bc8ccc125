#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The files of a home: one folder is one ledger is one tenant.
package struct LedgerFiles: Hashable, Sendable {
    package let home: String
    package let keyFile: String

    /// - Parameter keyFile: where the master key is, when it is kept outside the home.
    package init(home: String, keyFile: String? = nil) {
        self.home = home
        self.keyFile = keyFile ?? home + "/vault.key"
    }

    package var ledger: String { home + "/ledger.db" }
    package var vault: String { home + "/vault.db" }
    package var views: String { home + "/views.db" }
    /// The writer's lookups; disposable, like the views.
    package var lookup: String { home + "/lookup.db" }
    package var ledgerLock: String { home + "/ledger.lock" }
    package var viewsLock: String { home + "/views.lock" }
    /// What is set for this home, where a file says it.
    package var settings: String { home + "/leadledger.yaml" }
    /// Where a service that has the home open takes acts.
    package var controlSocket: String { home + "/service.sock" }

    package var isHome: Bool { FileBytes.exists(ledger) }

    /// Throws when there is no ledger to read here, and says whether there is none or it may not be looked at.
    package func requireHome() throws(LedgerError) {
        var status = stat()
        guard stat(ledger, &status) != 0 else { return try refuseLostLedger() }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .cannotEnter(home, String(cString: strerror(errno)))
        }
        try refuseLostLedger()
        throw .noHome(home)
    }

    /// A vault without its ledger means that the ledger was lost: a new one in its place would hide that.
    package func refuseLostLedger() throws(LedgerError) {
        guard FileBytes.size(ledger) ?? 0 == 0, FileBytes.size(ledger + "-wal") ?? 0 == 0,
            FileBytes.size(vault) ?? 0 > 0
        else { return }
        throw .lostLedger(ledger, vault: vault)
    }

    /// Makes the folder, and the folders above it; harmless when there is one.
    package func makeFolder() throws(LedgerError) {
        var path = home.hasPrefix("/") ? "" : "."
        for part in home.split(separator: "/") {
            path += "/" + part
            if mkdir(path, 0o700) != 0 && errno != EEXIST {
                throw .cannotMakeHome(home, String(cString: strerror(errno)))
            }
        }
        var status = stat()
        guard stat(home, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .cannotMakeHome(home, "it is not a folder")
        }
        guard access(home, W_OK | X_OK) == 0 else {
            throw .cannotMakeHome(home, String(cString: strerror(errno)))
        }
    }
}

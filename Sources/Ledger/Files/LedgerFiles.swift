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

    package var isHome: Bool { FileBytes.exists(ledger) }

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

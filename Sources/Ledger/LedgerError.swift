package import SQLite

/// What keeps a ledger from being used: what happened, where, and what to do next.
package enum LedgerError: Error, CustomStringConvertible {
    case noHome(String)
    case cannotMakeHome(String, String)
    case cannotEnter(String, String)
    case cannotLock(String, String)
    case keyFile(String, String)
    case lostLedger(String, vault: String)
    case wrongKey(keyFile: String, vault: String)
    case otherLedger(file: String)
    case writerAtWork(lock: String, holder: String)
    case notDurable(String, String)
    case damaged(String, String)
    case full(String)
    case storage(SQLiteError)
    case migration(Migrator.Failure)
    case unsure(String)
    case unknownSubject(Int64)

    package var description: String {
        switch self {
        case .noHome(let path):
            "there is no ledger in \(path): make one with `leadledger init`, or name another home with --home"
        case .cannotMakeHome(let path, let why):
            "\(path) cannot be made a home: \(why). Check its permissions, or name another with --home"
        case .cannotEnter(let path, let why):
            "\(path) cannot be entered: \(why). Check its permissions, or name another home with --home"
        case .cannotLock(let path, let why):
            "\(path) cannot be opened for writing: \(why). Check the permissions of the home"
        case .keyFile(let path, let what): "the key file \(path) \(what)"
        case .lostLedger(let path, let vault):
            "\(path) is missing or empty, but \(vault) with its keys is there: restore the ledger from a backup, "
                + "or move the vault away to begin anew"
        case .wrongKey(let keyFile, let vault):
            "\(keyFile) is not the key of \(vault): put the right key file back from your backup of keys"
        case .otherLedger(let file):
            "\(file) belongs to another ledger: restore the file that belongs to this home"
        case .writerAtWork(let lock, let holder):
            "another process\(holder) writes to this ledger (\(lock)): wait until it ends, or stop it"
        case .notDurable(let path, let what):
            "\(path) cannot promise that commits survive a power cut (\(what)): move the home to another file system"
        case .damaged(let path, let what):
            "\(path) is damaged: \(what). Run `leadledger verify`, then restore the file from a backup"
        case .full(let path):
            "the disk is full (\(path)): the command ended there and left nothing half recorded. Free space and run it "
                + "again"
        case .storage(let error):
            "\(error.path) cannot be used: \(error.message) (SQLite \(error.code)). "
                + "Check the file's permissions and the disk"
        case .migration(let failure): failure.description
        case .unsure(let path):
            "writing to \(path) failed in a way that leaves the last commit unsure: run the command again, "
                + "what was recorded is recognised"
        case .unknownSubject(let subject): "no event of this ledger names subject \(subject): nothing was recorded"
        }
    }

    /// Says what an error of the storage layer means here.
    package init(_ error: any Error, path: String) {
        switch error {
        case let error as LedgerError: self = error
        case let failure as Migrator.Failure: self = .migration(failure)
        case let error as SQLiteError where error.isFull: self = .full(error.path)
        case let error as SQLiteError where error.isDamaged: self = .damaged(error.path, error.message)
        case let error as SQLiteError: self = .storage(error)
        default: self = .damaged(path, "\(error)")
        }
    }
}

internal import Ledger
internal import Logging
internal import NIOCore
internal import SQLite
internal import Views

/// Why a request could not be answered, for the log alone: the caller is told the problem.
///
/// It shows types, codes and paths, and the words of errors that are known to have none of a sender's. Of any other
/// error only the type stands in it, since nobody knows what its words repeat.
struct Cause: Sendable {
    let error: String
    let detail: String?

    init(_ error: any Error) {
        self.error = String(describing: type(of: error))
        detail =
            switch error {
            case let error as LedgerError: error.description
            case let error as ViewsError: error.description
            case let error as SQLiteError: "\(error.path): \(error.message) (SQLite \(error.code))"
            case let error as IOError: error.description
            default: nil
            }
    }

    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["error": .string(error)]
        if let detail { metadata["cause"] = .string(detail) }
        return metadata
    }
}

/// A request whose body did not come whole: the client went away, took too long, or the service ended.
struct BrokenOff: Error {
    /// Bytes of the body that had come.
    let bytes: Int
    let cause: any Error
}

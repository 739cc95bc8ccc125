/// The numbered steps that bring a database file to the schema of this program: forward only, each in a transaction.
///
/// The file's `user_version` is the number of the last step taken, its `application_id` says whose file it is.
package struct Migrator: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The file was written by a later version of the program.
        case newer(path: String, file: Int, program: Int)
        /// The file belongs to another program, or to another store of this one.
        case foreign(path: String)

        package var description: String {
            switch self {
            case .newer(let path, let file, let program):
                "\(path) has schema version \(file), newer than the \(program) of this program: use the newer program"
            case .foreign(let path):
                "\(path) is a database, but not the one expected here: restore the right file, or move this one away"
            }
        }
    }

    /// Four bytes that SQLite keeps in the file's header, read as a big-endian number.
    package let applicationID: Int32
    /// The SQL of each step, the first one at index 0.
    package let steps: [String]

    package init(applicationID: Int32, steps: [String]) {
        self.applicationID = applicationID
        self.steps = steps
    }

    /// Takes the steps that the file still lacks. Throws `Failure` before anything is changed.
    package func migrate(_ connection: Connection) throws {
        for index in try check(connection)..<steps.count {
            try connection.transaction {
                // Another connection may have taken the step while this one waited for the lock.
                guard try check(connection) == index else { return }
                try connection.execute(steps[index])
                try connection.execute("PRAGMA application_id = \(applicationID)")
                try connection.execute("PRAGMA user_version = \(index + 1)")
            }
        }
    }

    /// The number of steps the file has taken; throws `Failure` when the file is not one this program may use.
    @discardableResult
    package func check(_ connection: Connection) throws -> Int {
        let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
        let owner = try connection.integer("PRAGMA application_id") ?? 0
        let objects = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        let isNew = version == 0 && owner == 0 && objects == 0
        guard isNew || owner == Int64(applicationID) && version >= 0 else {
            throw Failure.foreign(path: connection.path)
        }
        guard version <= steps.count else {
            throw Failure.newer(path: connection.path, file: version, program: steps.count)
        }
        return version
    }
}

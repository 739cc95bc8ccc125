package import Leads
package import SQLite

/// How far a ledger goes: its size, the tree over it, how many subjects it has named, and when it last grew.
package struct LedgerHead: Hashable, Sendable {
    package var tree: MerkleTree
    package var subjects: Int64
    package var recordedAt: Instant

    /// The number of events, which is the `seq` of the last one.
    package var size: Int64 { tree.size }

    package init(_ connection: Connection) throws {
        let row = try connection.prepare("SELECT size, frontier, subjects, recorded_at FROM head")
        guard try row.step(), let tree = MerkleTree(size: row.integer(0), frontier: row.bytes(1)) else {
            throw LedgerError.damaged(connection.path, "its head is missing or does not fit its size")
        }
        self.tree = tree
        subjects = row.integer(2)
        recordedAt = Instant(micros: row.integer(3))
    }

    static func ledgerID(_ connection: Connection) throws -> [UInt8] {
        let row = try connection.prepare("SELECT id FROM ledger")
        guard try row.step() else { throw LedgerError.damaged(connection.path, "it does not say which ledger it is") }
        return row.bytes(0)
    }
}

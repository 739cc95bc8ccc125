/// What a storage service is asked for, for words that say how to mend what it refuses.
package enum StorageUse: Hashable, Sendable {
    /// The table of a source is read.
    case readTable
    /// Leads are written into the table of a destination.
    case writeTable
    /// Lines are added to the blobs of a destination.
    case writeBlob

    /// The setting that says where the service is.
    var addressSetting: String { self == .readTable ? "endpoint" : "base-url" }
    var service: String { self == .writeBlob ? "blob service" : "table service" }
    /// What holds the leads, and the setting that names it.
    var place: String { self == .writeBlob ? "container" : "table" }
    var deed: String {
        switch self {
        case .readTable: "read this table"
        case .writeTable: "write this table"
        case .writeBlob: "write into this container"
        }
    }
    /// The letters that a shared access signature needs.
    package var permissions: String {
        switch self {
        case .readTable: "permission r"
        case .writeTable: "permissions a and u (r as well, so that it can be checked)"
        case .writeBlob: "permissions r, a, c and w"
        }
    }
}

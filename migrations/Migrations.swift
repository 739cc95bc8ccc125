/// The SQL of each store's steps, in order. Files are numbered; a step that has been released never changes.
package enum Migrations {
    package static let ledger = [text(PackageResources._01_ledger_sql)]
    package static let vault = [text(PackageResources._01_vault_sql)]
    package static let lookup = [text(PackageResources._01_lookup_sql)]
    package static let views = [
        text(PackageResources._01_views_sql), text(PackageResources._02_intake_sql),
        text(PackageResources._03_delivery_sql),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

import Testing

/// The steps of each schema are numbered without gaps, and the program carries every one of them.
struct MigrationFileTests {
    static let folders = SourceTree.names(in: "migrations").filter { !$0.contains(".") }

    @Test func `there are steps for each store`() {
        #expect(Set(Self.folders).isSuperset(of: ["ledger", "views", "vault"]))
    }

    @Test(arguments: folders) func `steps are numbered from 1 without gaps`(folder: String) throws {
        let names = SourceTree.names(in: "migrations/\(folder)")
        #expect(!names.isEmpty)
        for (index, name) in names.enumerated() {
            let match = try #require(name.wholeMatch(of: /(\d{3})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql/), "\(folder)/\(name)")
            #expect(Int(match.output.1) == index + 1, "\(folder)/\(name)")
        }
    }

    @Test(arguments: folders) func `the program carries every step in its order`(folder: String) throws {
        let source = try #require(SourceTree.files.first { $0.path == "migrations/Migrations.swift" }).text
        let list = try #require(
            source.firstMatch(
                of: try Regex(#"static let \#(folder)\b[^=]*=\s*\[([^\]]*)\]"#, as: (Substring, Substring).self)),
            "Migrations.swift has no list called \(folder)")
        let carried = list.output.1.matches(of: /PackageResources\.(\w+)/).map { String($0.output.1) }
        #expect(carried == SourceTree.names(in: "migrations/\(folder)").map(Self.embeddedName))
    }

    @Test func `no two steps share a name, which the program would confuse`() {
        let names = Self.folders.flatMap { SourceTree.names(in: "migrations/\($0)") }
        #expect(Set(names).count == names.count)
    }

    /// The name that the build gives an embedded file: a leading digit and every other sign become `_`.
    private static func embeddedName(_ file: String) -> String {
        "_" + file.dropFirst().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }
}

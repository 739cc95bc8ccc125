internal import Foundation
internal import Testing

/// Tables in the documents say what the program says.
struct DocumentedTablesTests {
    @Test func `every setting stands in the page about the service, with its default and its meaning`() async throws {
        let home = try await TestHome()
        let settings = try await home.succeed("config", "-o", "json").list
        let rows = settings.map { setting in
            func text(_ key: String) -> String { setting[key] as? String ?? "?" }
            return [text("setting"), text("environment"), text("value"), text("meaning")]
        }
        #expect(!rows.isEmpty)
        let table = try Self.table(in: "docs/run-the-service.md", headed: ["key", "environment", "default", "meaning"])
        #expect(table == rows)
    }

    @Test func `every figure stands in the page about the service, and no other`() throws {
        let told = Self.figures(in: try Self.text("docs/run-the-service.md"))
        var known: Set<String> = []
        let sources = try #require(FileManager.default.enumerator(atPath: "\(Programs.root)/Sources"))
        for case let file as String in sources where file.hasSuffix(".swift") {
            let text = try Self.text("Sources/\(file)")
            for match in text.matches(of: /"(leadledger_[a-z_]+)"/) { known.insert(String(match.output.1)) }
        }
        #expect(known.count > 10)
        #expect(told == known)
    }

    /// The names of figures in a page's table of them.
    private static func figures(in page: String) -> Set<String> {
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `leadledger_") }
        return Set(rows.flatMap { $0.matches(of: /leadledger_[a-z_]+/).map { String($0.output) } })
    }

    /// The rows of the table with this head, cell by cell, without the marks of code.
    private static func table(in document: String, headed head: [String]) throws -> [[String]] {
        let rows = try text(document).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("|") ? cells(line) : []
        }
        let start = try #require(rows.firstIndex(of: head))
        return Array(rows[(start + 2)...].prefix { !$0.isEmpty })
    }

    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { cell in
            let text = cell.trimmingCharacters(in: .whitespaces)
            let isCode = text.hasPrefix("`") && text.hasSuffix("`") && text.count > 1
            return isCode ? String(text.dropFirst().dropLast()) : text
        }
    }

    private static func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(Programs.root)/\(file)", encoding: .utf8)
    }
}

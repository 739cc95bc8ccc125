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

    @Test func `every kind stands in the page about adding a CRM, with its defaults`() async throws {
        let home = try await TestHome()
        let kinds = try await home.succeed("destination", "kinds", "-o", "json").list
        let rows = kinds.map { kind in
            let settings = kind["settings"] as? [[String: Any]] ?? []
            let defaults = ["pace", "parallel", "timeout"].map { key in
                settings.first { $0["key"] as? String == key }?["default"] as? String ?? "?"
            }
            return [kind["kind"] as? String ?? "?"] + defaults
        }
        #expect(!rows.isEmpty)
        let head = [
            "kind", "what arrives", "once for each", "in one request", "a repeat", "pace", "parallel", "timeout",
        ]
        let table = try Self.table(in: "docs/add-a-crm.md", headed: head)
        #expect(table.map { [Self.linked($0[0])] + $0.suffix(3) } == rows)
    }

    @Test func `every setting that all kinds take stands in the page about adding a CRM`() async throws {
        let home = try await TestHome()
        let kinds = try await home.succeed("destination", "kinds", "-o", "json").list
        let keys = kinds.map { kind in
            Set((kind["settings"] as? [[String: Any]] ?? []).compactMap { $0["key"] as? String })
        }
        let common = try #require(keys.first).filter { key in keys.allSatisfy { $0.contains(key) } }
        let table = try Self.table(in: "docs/add-a-crm.md", headed: ["--set", "means", "default"])
        #expect(Set(table.map { $0[0] }) == common)
    }

    @Test func `every outcome and every state stand in the page about failures`() async throws {
        let page = "docs/when-a-delivery-fails.md"
        let home = try await TestHome()
        let refused = try await home.fail("audit", "--outcome", "none", status: 64, saying: ["delivered"]).err
        let outcomes = refused.matches(of: /\n  - ([A-Za-z]+)/).map { String($0.output.1) }
        #expect(outcomes.count > 1)
        let head = ["outcome", "means", "what happens", "what you do"]
        #expect(try Self.table(in: page, headed: head).map { $0[0] } == outcomes)

        let told = try await home.fail("deliveries", "--state", "none", status: 64, saying: ["--state takes"]).err
        let states = try #require(told.firstMatch(of: /--state takes ([a-z, ]+)/)).output.1.split(separator: ", ")
        let shown = try Self.table(in: page, headed: ["state", "means", "what ends it"]).map { $0[0] }
        #expect(Set(shown) == Set(states.map(String.init)))
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

    /// The code that a cell links to a page with.
    private static func linked(_ cell: String) -> String {
        cell.firstMatch(of: /^\[`([a-z-]+)`\]\([a-z-]+\.md(?:#[a-z-]+)?\)$/).map { String($0.output.1) } ?? cell
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

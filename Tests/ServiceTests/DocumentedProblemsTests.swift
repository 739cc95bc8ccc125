internal import Foundation
internal import HTTPTypes
internal import Testing
internal import Views

@testable import Service

/// The page about the API tells of every problem and every route as the service knows them.
struct DocumentedProblemsTests {
    private static let page: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)) ?? ""
    }()

    @Test func `the table of problems has a row for each type, in the same order and words`() {
        let rows = Self.rows(after: "| type | status | title | what to do |")
        let expected = ProblemType.allCases.map { type in
            "| `\(type.rawValue)` | \(type.status) | \(type.title) | \(type.advice) |"
        }
        #expect(rows == expected)
    }

    @Test func `the table of routes names each route, its key and its parameters`() {
        let rows = Self.rows(after: "| route | key | like |")
        for route in Route.all {
            let row =
                rows.first { $0.contains("`\(route.method.rawValue) \(route.template)`") }
                ?? rows.first { $0.contains("`\(route.template)`") }
            guard let row else {
                Issue.record("docs/api.md has no row for \(route.method.rawValue) \(route.template)")
                continue
            }
            switch route.access {
            case .everybody: #expect(row.contains("| none |"))
            case .token: #expect(row.contains("| the token |"))
            case .key(let scope): #expect(row.contains("| `\(scope.rawValue)` |"))
            }
            for name in route.parameterNames.subtracting(["limit", "cursor"]) { #expect(row.contains("`\(name)`")) }
        }
    }

    /// The rows of the table with this head.
    private static func rows(after head: String) -> [String] {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(of: head) else { return [] }
        return Array(lines[(start + 2)...].prefix { $0.hasPrefix("|") })
    }
}

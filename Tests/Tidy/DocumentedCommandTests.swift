import Foundation
import Testing

/// A command that a document shows is one that the program has.
struct DocumentedCommandTests {
    static let documents = SourceTree.files.filter {
        $0.path == "README.md" || $0.path.hasPrefix("docs/") && $0.path.hasSuffix(".md")
    }

    @Test func `every subcommand that a document shows exists`() {
        let files = SourceTree.files(in: "Sources/leadledger").filter(\.isSwift).map { Self.plain($0.name) }
        expectNone(
            Self.documents.flatMap { document in
                Self.shellLines(in: document.text).compactMap { line in
                    guard let command = Self.subcommand(of: line), !files.contains(Self.plain(command)) else {
                        return nil
                    }
                    return "\(document.path): no file of Sources/leadledger is called after `\(command)`: \(line)"
                }
            })
    }

    @Test func `every tool that a document shows exists`() {
        expectNone(
            Self.documents.flatMap { document in
                Self.shellLines(in: document.text).compactMap { line in
                    let tool = line.prefix { !$0.isWhitespace }
                    guard tool.hasPrefix("tools/") else { return nil }
                    let path = SourceTree.root.appending(path: String(tool)).path
                    return FileManager.default.isExecutableFile(atPath: path)
                        ? nil : "\(document.path): \(tool) cannot be run"
                }
            })
    }

    @Test func `commands are found in shell blocks alone`() {
        let text = """
            leadledger nothing
            ```swift
            leadledger nothing
            ```
            1. First
               ```sh
               leadledger --home x -o json import leads.csv
               leadledger check-proof \\
                   leadledger.json
               tools/run      # all
               ```
            """
        let lines = Self.shellLines(in: text)
        #expect(lines.count == 4)
        #expect(lines.compactMap(Self.subcommand) == ["import", "check-proof"])
        #expect(Self.subcommand(of: "leadledger --help") == nil)
        #expect(Self.plain("CheckProof.swift") == Self.plain("check-proof"))
        #expect(Self.plain("ImportCommand.swift") == Self.plain("import"))
    }

    /// The lines of the blocks marked `sh`, without indentation.
    static func shellLines(in text: String) -> [String] {
        var language: String?
        var lines: [String] = []
        for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("```") {
                language = language == nil ? String(line.dropFirst(3)) : nil
            } else if language == "sh" {
                lines.append(line)
            }
        }
        return lines
    }

    /// The first word after `leadledger` that is neither an option of the whole program nor its value.
    static func subcommand(of line: String) -> String? {
        var words = line.split(separator: " ")[...]
        guard words.popFirst() == "leadledger" else { return nil }
        while let word = words.popFirst() {
            if ["--home", "-o", "--output"].contains(word) {
                words = words.dropFirst()
            } else if !word.hasPrefix("-") {
                return String(word)
            }
        }
        return nil
    }

    /// A command's or file's name without what differs between the two.
    static func plain(_ name: String) -> String {
        let letters = name.lowercased().replacing(".swift", with: "").filter(\.isLetter)
        return letters.hasSuffix("command") && letters != "command" ? String(letters.dropLast(7)) : letters
    }
}

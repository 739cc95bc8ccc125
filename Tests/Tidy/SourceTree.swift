import Foundation
import Testing

/// The files of the package, as the tidy tests read them.
enum SourceTree {
    struct File {
        /// The path below the package's root.
        let path: String
        let text: String
        let isExecutable: Bool
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var name: String { String(path.split(separator: "/").last ?? "") }
        var isSwift: Bool { path.hasSuffix(".swift") }
        var isScript: Bool { text.hasPrefix("#!") }
        var isCode: Bool { isSwift || isScript || [".c", ".h", ".sql"].contains { path.hasSuffix($0) } }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every text file that is ours: code, tests, tools, documents and settings.
    static let files: [File] =
        ["Sources", "Tests", "tools", "migrations", "docs", ".ci"].flatMap(below)
        + names(in: "").filter { $0.hasSuffix(".md") || $0 == "Package.swift" }.compactMap(file)

    static let code = files.filter(\.isCode)

    static func files(in folder: String) -> [File] { files.filter { $0.path.hasPrefix("\(folder)/") } }

    /// The names in a folder, in order; none where there is no such folder.
    static func names(in folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
        return (names ?? []).sorted()
    }

    private static func below(_ folder: String) -> [File] {
        names(in: folder).flatMap { name in
            let path = "\(folder)/\(name)"
            return file(path).map { [$0] } ?? below(path)
        }
    }

    /// `nil` for a folder, and for a file that is not text.
    private static func file(_ path: String) -> File? {
        let full = root.appending(path: path).path
        guard let bytes = FileManager.default.contents(atPath: full),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        return File(path: path, text: text, isExecutable: FileManager.default.isExecutableFile(atPath: full))
    }
}

/// Records each finding, a place with what is wrong there, as one failure.
func expectNone(_ findings: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    for finding in findings { Issue.record("\(finding)", sourceLocation: sourceLocation) }
}

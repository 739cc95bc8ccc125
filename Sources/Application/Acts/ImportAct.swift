internal import Foundation
package import Intake
internal import Leads
internal import Ledger
package import OrderedJSON

/// Appends the actions of a file.
package struct ImportAct: Act {
    package static let name = "import"

    let path: String
    let format: String
    let offer: String?
    let source: String?
    let rejects: String?

    /// - Parameters:
    ///   - path: `-` is the standard input, which only the command itself can read.
    ///   - rejects: where rows go that are not taken.
    package init(path: String, format: ImportFormat, offer: String?, source: String?, rejects: String?) {
        func absolute(_ path: String) -> String { path == "-" ? path : URL(fileURLWithPath: path).path }
        self.path = absolute(path)
        self.format = format.rawValue
        self.offer = offer
        self.source = source
        self.rejects = rejects.map(absolute)
    }

    package var onlyHere: String? {
        guard path == "-" || !Self.isFile(path) else { return nil }
        return "a service has this home open, and cannot read this command's standard input, a pipe or a folder: name "
            + "a file instead, or stop the service first"
    }

    /// What does not exist is left to whoever opens it to say so.
    private static func isFile(_ path: String) -> Bool {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let kind = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        return (kind == nil || kind == .typeRegular) && !["/dev/", "/proc/"].contains(where: path.hasPrefix)
    }

    package var takesTurns: Bool { false }

    package func perform(on home: OpenHome) async throws -> JSON {
        let (owner, writer) = (home.home, home.writer)
        return try await run(owner) { try await writer.append($0) }
    }

    /// Reads and counts, and appends nothing.
    package func dryRun(_ home: Home) async throws -> JSON {
        try await run(home, isDryRun: true) { _ in [] }
    }

    private func run(
        _ home: Home, isDryRun: Bool = false, append: @escaping @Sendable ([NewEvent]) async throws -> [Appended]
    ) async throws -> JSON {
        var options = ImportOptions()
        options.format = ImportFormat(rawValue: format) ?? .auto
        options.offer = offer.flatMap { Offer($0) }
        options.source = source.map { Source($0) }
        options.isDryRun = isDryRun
        options.rejectsPath = rejects
        let result = try await Import(
            options: options, append: append,
            progress: { home.progress("read \($0.counts.read) rows, bytes", $0.bytesRead, $0.bytesTotal ?? 0) },
            isCancelled: home.isCancelled
        ).run(path: path)
        let counts = result.counts
        return [
            "read": .number(counts.read), "recorded": .number(counts.recorded),
            "duplicates": .number(counts.duplicates), "quarantined": .number(counts.quarantined),
            "rejected": .number(counts.rejected), "interrupted": .bool(result.isCancelled),
            "firstRejects": .array(
                result.firstRejects.map { ["line": .number($0.row.line), "reason": .string("\($0.error)")] }),
        ]
    }
}

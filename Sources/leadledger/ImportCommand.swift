import Application
import ArgumentParser
import Foundation
import Intake
import Leads
import Ledger
import OrderedJSON

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Appends the actions of a file: CSV, NDJSON, CloudEvents or an Azure table's export.",
        discussion: """
            The same file again, or one that overlaps it, adds nothing twice, so an import that ended early is simply \
            run again. A row that cannot be read is counted, written to --rejects with its line and the reason, and \
            stops nothing.
            """)

    @Argument(help: "The file, also compressed with gzip or zstd; - is standard input.")
    var file: String
    @Option(help: "auto, csv, ndjson, cloudevents or azure-table.")
    var format: ImportFormat = .auto
    @Option(help: "The offer of rows that name none.")
    var offer: String?
    @Option(help: "The source of rows that name none.")
    var source: String?
    @Flag(help: "Reads and counts, and appends nothing.")
    var dryRun = false
    @Option(help: "Where rows go that were not taken, as NDJSON with line and reason.")
    var rejects: String?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        try RecordCommand.refuseOverlong([("--source", source), ("--offer", offer)])
    }

    func run() async throws {
        let home = options.home()
        try refuseRejectsInside(home.files.home)
        var settings = ImportOptions()
        settings.format = format
        settings.offer = offer.flatMap { Offer($0) }
        settings.source = source.map { Source($0) }
        settings.isDryRun = dryRun
        settings.rejectsPath = rejects
        let result = try await importAll(home, settings)
        report(result)
        if result.isCancelled {
            say("Interrupted. What was recorded stays; run the same command again for the rest.")
            throw ExitCode(130)
        }
        if result.counts.rejected > 0 { throw ExitCode(6) }
    }

    /// The rejects begin an empty file: one of the home's own must not be emptied by a slip.
    private func refuseRejectsInside(_ home: String) throws {
        guard let rejects else { return }
        let folder = URL(fileURLWithPath: rejects).deletingLastPathComponent().resolvingSymlinksInPath()
        guard folder.path == URL(fileURLWithPath: home).resolvingSymlinksInPath().path else { return }
        throw ValidationError("--rejects must not name a file in the home of the ledger; name another folder")
    }

    private func importAll(_ home: Home, _ settings: ImportOptions) async throws -> ImportResult {
        let progress: @Sendable (ImportProgress) -> Void = { now in
            home.progress("read \(now.counts.read) rows, bytes", now.bytesRead, now.bytesTotal ?? 0)
        }
        if dryRun {
            let run = Import(
                options: settings, append: { _ in [] }, progress: progress, isCancelled: home.isCancelled)
            return try await run.run(path: file)
        }
        return try await home.write { writer in
            let run = Import(
                options: settings, append: { try await writer.append($0) }, progress: progress,
                isCancelled: home.isCancelled)
            return try await run.run(path: file)
        }
    }

    private func report(_ result: ImportResult) {
        let counts = result.counts
        let record: JSON = [
            "read": .number(counts.read), "recorded": .number(counts.recorded),
            "duplicates": .number(counts.duplicates), "quarantined": .number(counts.quarantined),
            "rejected": .number(counts.rejected),
        ]
        if !printRecord(record, options.output) {
            print(
                "read \(counts.read), recorded \(counts.recorded), duplicates \(counts.duplicates), "
                    + "quarantined \(counts.quarantined), rejected \(counts.rejected)"
                    + (dryRun ? " (dry run: nothing was appended)" : ""))
        }
        for reject in result.firstRejects { say("line \(reject.row.line): \(reject.error)") }
        let more = Int(counts.rejected) - result.firstRejects.count
        if more > 0 { say("... and \(more) more") }
        if counts.rejected > 0, rejects == nil { say("Use --rejects FILE to keep the rows that were not taken.") }
    }
}

extension ImportFormat: ExpressibleByArgument {}

import Application
import ArgumentParser
import Foundation
import Intake
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
        let act = ImportAct(path: file, format: format, offer: offer, source: source, rejects: rejects)
        let result: JSON
        do {
            result = dryRun ? try await act.dryRun(home) : try await home.perform(act)
        } catch is CancellationError {
            throw interrupted()
        }
        report(result)
        if result["interrupted"]?.bool == true { throw interrupted() }
        if result["rejected"]?.integer ?? 0 > 0 { throw ExitCode(6) }
    }

    private func interrupted() -> ExitCode {
        say("Interrupted. What was recorded stays; run the same command again for the rest.")
        return ExitCode(130)
    }

    /// The rejects begin an empty file: one of the home's own must not be emptied by a slip.
    private func refuseRejectsInside(_ home: String) throws {
        guard let rejects else { return }
        let folder = URL(fileURLWithPath: rejects).deletingLastPathComponent().resolvingSymlinksInPath()
        guard folder.path == URL(fileURLWithPath: home).resolvingSymlinksInPath().path else { return }
        throw ValidationError("--rejects must not name a file in the home of the ledger; name another folder")
    }

    private func report(_ result: JSON) {
        let keys = ["read", "recorded", "duplicates", "quarantined", "rejected"]
        let record = JSON.object(keys.map { JSON.Member($0, result[$0] ?? .null) })
        if !printRecord(record, options.output) {
            print(
                keys.map { "\($0) \(ListOutput.cell(result[$0]))" }.joined(separator: ", ")
                    + (dryRun ? " (dry run: nothing was appended)" : ""))
        }
        let shown = result["firstRejects"]?.array ?? []
        for reject in shown { say("line \(ListOutput.cell(reject["line"])): \(ListOutput.cell(reject["reason"]))") }
        let rejected = Int(result["rejected"]?.integer ?? 0)
        if rejected > shown.count { say("... and \(rejected - shown.count) more") }
        if rejected > 0, rejects == nil { say("Use --rejects FILE to keep the rows that were not taken.") }
    }
}

extension ImportFormat: ExpressibleByArgument {}

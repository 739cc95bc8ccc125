import Application
import ArgumentParser
import Foundation
import Ledger
import OrderedJSON

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads the whole ledger and finds any changed, missing, inserted or reordered event.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let home = options.home()
        let result = try Verify(
            files: home.files, progress: { home.progress("verifying events", $0, $1) }, isCancelled: home.isCancelled
        ).run()
        let root = Data(result.rootHash).base64EncodedString()
        let findings = result.findings.map { finding -> JSON in
            ["seq": finding.seq.map { .number($0) } ?? .null, "what": .string(finding.what)]
        }
        let record: JSON = [
            "ok": .bool(result.isOK), "events": .number(result.events), "treeSize": .number(result.treeSize),
            "rootHash": .string(root), "pagesChecked": .bool(result.arePagesChecked), "findings": .array(findings),
        ]
        if !printRecord(record, options.output) {
            for finding in result.findings { print("event \(finding.seq.map { "\($0)" } ?? "-"): \(finding.what)") }
            if result.more > 0 { print("... and \(result.more) more findings") }
            print(result.isOK ? "ok: \(result.events) events, root \(root)" : "NOT ok: \(result.events) events read")
        }
        if !result.arePagesChecked {
            say("The checksums of pages were not looked at: a writer is at work, or the home cannot be written to.")
        }
        if !result.isOK { throw ExitCode(6) }
    }
}

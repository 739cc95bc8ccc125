import ArgumentParser
import Foundation
import Intake
import Ledger

/// A CSV file into a ledger, and the same file once more.
struct Imports: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "import")

    @Option var rows = 300_000
    @Option(help: "Keeps the ledger in this folder.")
    var home: String?

    func run() async throws {
        try await withFolder { folder in
            let file = folder + "/rows.csv"
            try Samples.writeCSV(rows: rows, to: file)
            let files = try makeHome(home ?? folder + "/home")
            for name in ["first import", "the same file again"] {
                let writer = try openWriter(files)
                let taken = try await seconds {
                    let run = Import(options: ImportOptions(), append: { try await writer.append($0) })
                    let counts = try await run.run(path: file).counts
                    print("\(name): recorded \(counts.recorded), duplicates \(counts.duplicates)")
                    try await writer.close()
                }
                print("\(name): \(rate(Double(rows) / taken)) rows/s; memory at most \(peakMegabytes()) MB")
            }
        }
    }
}

internal import ArgumentParser
internal import Foundation
internal import Leads

/// Writes a made-up month of marketplace traffic as CSV, the same for the same options.
@main
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic",
        abstract: "Writes a made-up month of marketplace traffic as CSV.",
        discussion: """
            No person in it is real, and every address is under example.com, example.org or example.net. The same \
            options give the same bytes. How often something happens is an assumption, not a measurement.
            """)

    @Option(help: "What the randomness begins with.")
    var seed: UInt64 = 1
    @Option(help: "The month, as YYYY-MM.")
    var month = Month(year: 2026, month: 10)
    @Option(help: "How many rows.")
    var events = 5_000

    func validate() throws {
        guard (0...10_000_000).contains(events) else { throw ValidationError("--events takes 0 to 10000000") }
    }

    func run() {
        var out = Data()
        Table.header.append(to: &out)
        for row in Traffic(seed: seed, month: month).rows(events) {
            row.append(to: &out)
            if out.count >= 1 << 16 { write(&out) }
        }
        write(&out)
    }

    private func write(_ bytes: inout Data) {
        FileHandle.standardOutput.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}

/// A month of a year.
struct Month: ExpressibleByArgument {
    let year: Int64
    /// 1 - 12
    let month: Int64

    init(year: Int64, month: Int64) {
        self.year = year
        self.month = month
    }

    init?(argument: String) {
        guard argument.utf8.count == 7, let first = Instant(argument + "-01") else { return nil }
        self.init(year: first.date.year, month: first.date.month)
    }

    var defaultValueDescription: String { "\(year)-\(month)" }

    var start: Instant { Instant(micros: CivilDate(year: year, month: month, day: 1).daysSince1970 * Span.day.micros) }
    var length: Span { CivilDate.daysIn(month: month, year: year) * Span.day }
}

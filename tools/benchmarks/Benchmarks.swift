import ArgumentParser
import Foundation

/// Measures leadledger beside a raw baseline, in turn and in one run, so that a noisy machine and a disk of changing
/// mood are the same for both. Figures are medians; compare ratios, not runs.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks",
        subcommands: [Append.self, Imports.self, Replays.self, Funnels.self, Deliveries.self, SQLiteVersion.self])
}

/// One line of results: what, each side's median, the ratio, and the spread.
struct Comparison {
    let name: String
    private var ours: [Double] = []
    private var raw: [Double] = []

    init(_ name: String) { self.name = name }

    mutating func add(ours: Double, raw: Double) {
        self.ours.append(ours)
        self.raw.append(raw)
    }

    func show() {
        let ratio = zip(ours, raw).map { $0 / $1 }
        print(
            "\(name): leadledger \(rate(median(ours)))/s, raw SQLite \(rate(median(raw)))/s, ratio "
                + String(format: "%.2f", median(ratio)) + " (\(String(format: "%.2f", ratio.min() ?? 0)) - "
                + "\(String(format: "%.2f", ratio.max() ?? 0)), \(ratio.count) rounds)")
    }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func rate(_ value: Double) -> String {
    value >= 10_000 ? String(format: "%.0fk", value / 1_000) : String(format: "%.0f", value)
}

/// Seconds that `body` takes.
func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await body()
    let (whole, fraction) = (ContinuousClock.now - start).components
    return Double(whole) + Double(fraction) / 1e18
}

/// The most memory this process held so far, in MB.
func peakMegabytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) / 1_024
}

/// A folder that is gone after the run.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = NSTemporaryDirectory() + "leadledger-bench-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

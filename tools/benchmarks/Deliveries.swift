import ArgumentParser
import AsyncHTTPClient
import Foundation
import Ledger
import NIOCore
import NIOHTTP1
import Synchronization

/// Leads to a sink on loopback, one by one and in batches, beside bare posts of bodies of that size; what a backlog
/// holds in memory; and whether claiming stays flat behind many delivered leads.
struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "deliver")

    @Option(help: "Leads in the backlog.")
    var leads = 100_000
    @Option(help: "Leads that are delivered before the last measure.")
    var behind = 1_000_000
    @Option(help: "The optimised leadledger.")
    var program: String

    /// Leads of the measures that are about speed alone.
    private static let few = 20_000

    func run() async throws {
        try await single()
        try await batches()
        try await flat()
    }

    private func single() async throws {
        try await withHome(leads: min(leads, Self.few)) { home in
            let sink = try await Sink.start()
            let body = String(repeating: "x", count: 330)
            let raw = try await Self.posts(Self.few, of: body, to: sink.url, atOnce: 64)
            try add("sink", home, ["--kind", "https", "--set", "url=\(sink.url)/leads", "--set", "pace=100000"])
            let (ours, memory) = try deliver(home)
            show("single deliveries", Double(min(leads, Self.few)) / ours, Double(Self.few) / raw, memory)
            try await sink.stop()
        }
    }

    private func batches() async throws {
        try await withHome(leads: leads) { home in
            let sink = try await Sink.start()
            let body = String(repeating: "x", count: 300 * 200)
            let calls = leads / 300
            let raw = try await Self.posts(calls, of: body, to: sink.url, atOnce: 4)
            try addBatch(home, sink)
            let (ours, memory) = try deliver(home)
            show("leads in batches of 300", Double(leads) / ours, Double(calls * 300) / raw, memory)
            try await sink.stop()
        }
    }

    private func flat() async throws {
        try await withHome(leads: Self.few) { home in
            let sink = try await Sink.start()
            try addBatch(home, sink)
            let empty = try deliver(home).seconds
            try importLeads(Self.few..<behind, home)
            _ = try deliver(home)
            try importLeads(behind..<behind + Self.few, home)
            try run(["replay", "--check"], home)
            let full = try deliver(home).seconds
            print(
                "\(Self.few) leads with none and with \(behind) delivered before: "
                    + String(format: "%.2f and %.2f s", empty, full))
            try await sink.stop()
        }
    }

    private func show(_ name: String, _ ours: Double, _ raw: Double, _ memory: Int) {
        print(
            "\(name): leadledger \(rate(ours))/s, bare posts \(rate(raw))/s, ratio "
                + String(format: "%.2f", ours / raw) + "; memory at most \(memory) MB")
    }

    private func addBatch(_ home: String, _ sink: Sink) throws {
        try add(
            "sink", home,
            [
                "--kind", "marketo", "--set", "base-url=\(sink.url)", "--set", "client-id=bench", "--set",
                "pace=100000", "--secret", "client-secret=env:BENCH_SECRET",
            ])
    }

    private func add(_ name: String, _ home: String, _ arguments: [String]) throws {
        try run(["destination", "add", name, "--set", "allow-private=true"] + arguments, home)
    }

    private func deliver(_ home: String) throws -> (seconds: Double, memory: Int) {
        let start = ContinuousClock.now
        let memory = try run(["deliver", "--once"], home)
        let (whole, fraction) = (ContinuousClock.now - start).components
        return (Double(whole) + Double(fraction) / 1e18, memory)
    }

    private func withHome(leads: Int, _ body: (String) async throws -> Void) async throws {
        try await withFolder { folder in
            let home = folder + "/home"
            try run(["init"], home)
            try importLeads(0..<leads, home)
            try await body(home)
        }
    }

    /// One lead each of new customers.
    private func importLeads(_ numbers: Range<Int>, _ home: String) throws {
        let file = home + ".csv"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: file) else { throw CocoaError(.fileWriteUnknown) }
        try handle.write(contentsOf: Data("at,source,action,offer,email,firstName,lastName,company,phone\n".utf8))
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 4_096) {
            let rows = (start..<min(start + 4_096, numbers.upperBound)).map { number in
                "2026-10-01T08:00:00Z,SPZA,PLT,contoso.app,c\(number)@example.com,First\(number),Last,Company,1617555\n"
            }
            try handle.write(contentsOf: Data(rows.joined().utf8))
        }
        try handle.close()
        try run(["import", file], home)
    }

    /// Runs leadledger to its end; returns the most memory it held, in MB.
    @discardableResult
    private func run(_ arguments: [String], _ home: String) throws -> Int {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["--home", home] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["BENCH_SECRET": "bench"]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let peak = Mutex(0)
        try process.run()
        let status = "/proc/\(process.processIdentifier)/status"
        while process.isRunning {
            usleep(20_000)
            let text = (try? String(contentsOfFile: status, encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
            peak.withLock { $0 = max($0, kilobytes / 1_024) }
        }
        guard process.terminationStatus == 0 || arguments.first == "replay" else {
            throw Failure(description: "leadledger \(arguments.joined(separator: " ")) failed")
        }
        return peak.withLock { $0 }
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }

    /// Seconds that bare posts take.
    private static func posts(_ count: Int, of body: String, to url: String, atOnce: Int) async throws -> Double {
        let client = HTTPClient()
        let sent = Sink.Counts()
        let bytes = ByteBuffer(string: body)
        let taken = try await seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<atOnce {
                    group.addTask {
                        while sent.requests.add(1, ordering: .relaxed).newValue <= count {
                            var request = HTTPClientRequest(url: url + "/leads")
                            request.method = .POST
                            request.body = .bytes(bytes)
                            let response = try await client.execute(request, timeout: .seconds(30))
                            _ = try await response.body.collect(upTo: 1 << 20)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await client.shutdown()
        return taken
    }
}

import Foundation
import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Reports
import TestKit
import Testing
import Views

/// Whatever bytes stand in an event file, reports answer or say that it is damaged.
@Suite struct `A damaged event file` {
    private static let events = 300
    private static let rowSize = MemoryLayout<EventRow>.stride

    /// A home with views, and its event file as it should be.
    private struct Filled {
        let home: TemporaryHome
        let ledger: LedgerReader
        let name: String
        let bytes: [UInt8]

        func snapshot() throws -> Snapshot {
            let views = try #require(
                try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018))
            return try Snapshot(ledger: ledger, views: views, policy: .september2018)
        }

        func write(_ bytes: [UInt8]) throws { try home.folder.write(bytes, to: name) }
    }

    private func filled(_ seed: UInt64) async throws -> Filled {
        let home = try TemporaryHome()
        var history = RandomHistory(SeededRandom(seed: seed), start: home.clock.now)
        let batch = (1...Int64(Self.events)).map { history.next(seq: $0) }
        try await home.withWriter { _ = try await $0.append(batch) }
        try await withViews(home) { _ = try await $0.catchUp() }
        let names = try FileManager.default.contentsOfDirectory(atPath: home.files.home)
        let name = try #require(names.first { $0.hasSuffix(".events") })
        return Filled(
            home: home, ledger: try LedgerReader(files: home.files), name: name, bytes: try home.folder.bytes(of: name))
    }

    private func withViews(_ home: TemporaryHome, _ body: (ViewsWriter) async throws -> Void) async throws {
        let views = try ViewsWriter(files: home.files, policy: .september2018)
        try await body(views)
        try await views.close()
    }

    private func query(
        _ mode: FunnelQuery.Mode, _ unit: FunnelQuery.Unit, _ by: [FunnelQuery.Dimension]
    ) -> FunnelQuery {
        FunnelQuery(
            policy: .september2018, mode: mode, unit: unit, window: 90 * .day, since: nil, until: nil, asOf: nil,
            by: by, now: Instant(micros: 1_800_000_000_000_000))
    }

    /// Asks every kind of question; returns how many answers said that the file is damaged. Any other error is thrown.
    private func ask(_ snapshot: Snapshot, subjects: [Int64]) throws -> Int {
        var refusals = 0
        func ask(_ question: () throws -> JSON?) throws {
            do {
                _ = try question()
            } catch ViewsError.damaged(let path, _) {
                #expect(path.hasSuffix(".events"))
                refusals += 1
            }
        }
        try ask { try snapshot.funnel(query(.reached, .lead, [.offer, .week])).json }
        try ask { try snapshot.funnel(query(.ordered, .customer, [.country, .source, .publisher, .day])).json }
        for subject in subjects { try ask { try LeadReport(snapshot, subject: subject, asOf: nil).json() } }
        return refusals
    }

    @Test func `never ends the program`() async throws {
        var random = SeededRandom.announced("damaged event file")
        let filled = try await filled(random.next())
        var refused = 0
        for _ in 0..<2_500 {
            var bytes = filled.bytes
            switch random.below(20) {
            case 0: bytes = random.bytes(bytes.count)
            case 1: bytes = [UInt8](repeating: [0, 0xff, 0x7f, 0x80][random.below(4)], count: bytes.count)
            default:
                for _ in 0...random.below(8) {
                    let place = random.below(bytes.count)
                    bytes[place] = random.below(3) == 0 ? 0xff : UInt8(random.below(256))
                }
            }
            try filled.write(bytes)
            if try ask(try filled.snapshot(), subjects: [Int64(1 + random.below(12)), 3]) > 0 { refused += 1 }
        }
        #expect(refused > 500)
    }

    @Test func `is refused for each number that names nothing`() async throws {
        let filled = try await filled(4)
        let snapshot = try filled.snapshot()
        let last = try #require(try snapshot.views.customer(1)).lastEvent
        // Lead, subject, previous, offer, country, source, action: four bytes each, after two times.
        for column in 0..<7 {
            for value: UInt32 in [.max, 1 << 31, 1 << 30, 5_000] {
                var bytes = filled.bytes
                for row in 0..<Self.events {
                    // The file of one customer's events is followed backwards, which only `previous` can upset.
                    if column == 2 && row + 1 != Int(last) { continue }
                    withUnsafeBytes(of: value.littleEndian) { number in
                        let start = row * Self.rowSize + 16 + 4 * column
                        bytes.replaceSubrange(start..<start + 4, with: number)
                    }
                }
                try filled.write(bytes)
                #expect(try ask(try filled.snapshot(), subjects: [1]) > 0, "column \(column), \(value)")
            }
        }
    }

    @Test func `is mended by a replay, and by a replay without views.db`() async throws {
        let filled = try await filled(5)
        let query = query(.ordered, .lead, [.offer])
        let sound = try filled.snapshot().funnel(query).json.text
        let lead = try LeadReport(try filled.snapshot(), subject: 1, asOf: nil).json()?.text
        var bytes = filled.bytes
        for place in bytes.indices where place % Self.rowSize >= 16 { bytes[place] = place % 4 == 3 ? 1 : bytes[place] }
        for deletes in [false, true] {
            let names = try FileManager.default.contentsOfDirectory(atPath: filled.home.files.home)
            let name = try #require(names.first { $0.hasSuffix(".events") })
            try filled.home.folder.write(bytes, to: name)
            let error = #expect(throws: ViewsError.self) { try filled.snapshot().funnel(query) }
            #expect(error?.description.hasSuffix("Delete views.db and run `leadledger replay`") == true)
            #expect(throws: ViewsError.self) {
                try LeadReport(try filled.snapshot(), subject: 1, asOf: nil).json()
            }
            if deletes { filled.home.deleteDatabase("views.db") }
            try await withViews(filled.home) { views in
                try await views.catchUp()
                let rebuild = try await views.rebuild(swap: true)
                #expect(rebuild.views.map { $0.differences > 0 } == (0..<9).map { $0 == 2 && !deletes })
            }
            #expect(try filled.snapshot().funnel(query).json.text == sound)
            #expect(try LeadReport(try filled.snapshot(), subject: 1, asOf: nil).json()?.text == lead)
        }
    }
}

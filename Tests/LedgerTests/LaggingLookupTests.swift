import Leads
import Ledger
import LedgerTestKit
import SQLite
import TestKit
import Testing

/// A reader knows every customer of the ledger, however much of them the lookups know.
@Suite struct `A reader of subjects` {
    private func expectAll(_ home: TemporaryHome, _ count: Int, _ place: String) throws {
        let reader = try LedgerReader(files: home.files)
        for number in [1, 2, count / 2, count] {
            let subject = try reader.subject(matchKey: "c\(number)@example.com", rules: .plain)
            #expect(subject == Int64(number), "\(place), customer \(number)")
        }
        #expect(try reader.subject(matchKey: "nobody@example.com", rules: .plain) == nil, "\(place)")
    }

    private func events(_ numbers: ClosedRange<Int>) -> [NewEvent] {
        numbers.map { .action("INS", email: "c\($0)@example.com") }
    }

    @Test func `finds those that a writer at work has not written to the lookups`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            _ = try await writer.append(events(1...40))
            try expectAll(home, 40, "first writer")
        }
        try await home.withWriter { writer in
            let early = try LedgerReader(files: home.files)
            _ = try await writer.append(events(41...60))
            _ = try await writer.append(events(1...10))
            try expectAll(home, 60, "second writer")
            #expect(try early.subject(matchKey: "c60@example.com", rules: .plain) == 60)
        }
        try expectAll(home, 60, "closed")
    }

    @Test func `needs no lookups, and none that it cannot read or that are not its own`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { _ = try await $0.append(events(1...30)) }
        let other = try TemporaryHome()
        try await other.withWriter { writer in
            _ = try await writer.append((1...50).map { .action("INS", email: "c\(51 - $0)@example.com") })
        }
        let own = try home.folder.bytes(of: "lookup.db")
        var torn = own
        for place in 100..<torn.count { torn[place] = 0x5a }
        let others = try other.folder.bytes(of: "lookup.db")
        for (index, bytes) in [nil, [], [UInt8](repeating: 0x5a, count: 9_000), torn, others].enumerated() {
            home.deleteDatabase("lookup.db")
            if let bytes { try home.folder.write(bytes, to: "lookup.db") }
            try expectAll(home, 30, "lookups \(index)")
        }
    }

    @Test func `does not believe lookups that know more events than there are`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { _ = try await $0.append(events(1...20)) }
        let lookup = try Connection(path: home.files.lookup, mode: .readWrite)
        try lookup.execute("UPDATE progress SET seq = 21; UPDATE match SET subject = 7")
        try lookup.close()
        try expectAll(home, 20, "longer lookups")
    }
}

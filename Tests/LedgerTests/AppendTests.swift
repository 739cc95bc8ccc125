import Leads
import LedgerTestKit
import SQLite
import TestKit
import Testing

@testable import Ledger

@Suite struct AppendTests {
    @Test func `an appended event is there after the ledger was closed and opened again`() async throws {
        let home = try TemporaryHome()
        let answer = try await home.withWriter { try await $0.append(.action("INS", email: "ada@example.com")) }
        #expect(answer.receipt?.seq == 1)
        let reader = try LedgerReader(files: home.files)
        let event = try #require(try reader.event(1))
        #expect(event.action == "INS")
        #expect(event.source == "AzureMarketplace")
        #expect(event.offer == "contoso.app")
        #expect(event.country == "US")
        #expect(event.id == answer.receipt?.id)
        #expect(event.recordedAt == home.clock.now)
        #expect(event.occurredAt == home.clock.now)
        #expect(try reader.contact(of: event) == Array(#"{"email":"ada@example.com"}"#.utf8))
        #expect(try reader.body(of: event) == Array("raw bytes of ada@example.com".utf8))
        #expect(try home.verify().isOK)
    }

    @Test func `many events are appended in order, and no events are no commit`() async throws {
        let home = try TemporaryHome()
        let answers = try await home.withWriter { writer in
            #expect(try await writer.append([]) == [])
            return try await writer.append((1...100).map { .action("INS", email: "c\($0)@example.com") })
        }
        #expect(answers.map { $0.receipt?.seq } == (1...100).map { Int64($0) })
        #expect(answers.map { $0.receipt?.subject } == (1...100).map { Int64($0) })
        #expect(try LedgerReader(files: home.files).head().size == 100)
    }

    @Test func `callers at once each get an answer`() async throws {
        let home = try TemporaryHome()
        let seqs = try await home.withWriter { writer in
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<2_000 {
                    group.addTask {
                        let event = NewEvent.action("INS", email: "c\(number % 300)@example.com")
                        return try await writer.append(event).receipt?.seq ?? 0
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(seqs.sorted() == Array(1...2_000))
        let verification = try home.verify()
        #expect(verification.isOK && verification.events == 2_000)
        #expect(try LedgerReader(files: home.files).head().subjects == 300)
    }

    @Test func `a conflict of one caller is not a conflict of others in the same commit`() async throws {
        let home = try TemporaryHome()
        let answers = try await home.withWriter { writer in
            _ = try await writer.append(.action("INS", email: "ada@example.com", identity: .id(scope: "", "taken")))
            return try await withThrowingTaskGroup(of: (Int, Appended).self) { group in
                for number in 0..<400 {
                    let identity = Identity.id(scope: "", number % 4 == 0 ? "taken" : "free \(number)")
                    let event = NewEvent.action("PLT", email: "ada@example.com", identity: identity)
                    group.addTask { (number, try await writer.append(event)) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
        }
        for (number, answer) in answers {
            if number % 4 == 0 {
                #expect(answer == .conflict(seq: 1))
            } else if case .recorded = answer {
            } else {
                Issue.record("\(number) was not recorded: \(answer)")
            }
        }
        #expect(try LedgerReader(files: home.files).head().size == 301)
        #expect(try home.verify().isOK)
    }

    @Test func `an event that cannot be sealed fails alone`() async throws {
        let home = try TemporaryHome()
        let (recorded, refused) = try await home.withWriter { writer in
            var impossible = NewEvent.action("INS", email: "x@example.com")
            impossible.subject = .none
            let bad = impossible
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    let event = number % 3 == 0 ? bad : .action("INS", email: "c\(number)@example.com")
                    group.addTask {
                        do {
                            _ = try await writer.append(event)
                            return number % 3 != 0
                        } catch is LedgerError {
                            return number % 3 == 0
                        }
                    }
                }
                return try await group.reduce(into: (0, 0)) { if $1 { $0.0 += 1 } else { $0.1 += 1 } }
            }
        }
        #expect(recorded == 300 && refused == 0)
        #expect(try LedgerReader(files: home.files).head().size == 200)
        #expect(try home.verify().isOK)
    }

    @Test func `an event about a subject that was never named is refused`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            _ = try await writer.append(.action("INS", email: "ada@example.com"))
            var event = NewEvent.action("INS", email: "ada@example.com")
            for subject in [Int64(2), 99, -1] {
                event.subject = .existing(subject)
                let refused = event
                await #expect(throws: LedgerError.self) { try await writer.append(refused) }
            }
            event.subject = .existing(1)
            #expect(try await writer.append(event).receipt?.seq == 2)
        }
        #expect(try home.verify().isOK)
    }

    @Test func `the time of recording never goes back, whatever the clock does`() async throws {
        let home = try TemporaryHome()
        let start = home.clock.now
        try await home.withWriter { writer in
            for step in [0, 60, -3_600, -1, 10, 7_200, -100_000] {
                home.clock.move(Int64(step) * .second)
                _ = try await writer.append(.action("INS", email: "ada@example.com"))
            }
        }
        home.clock.now = Instant(micros: 0)
        try await home.withWriter { _ = try await $0.append(.action("INS", email: "ada@example.com")) }
        var times: [Instant] = []
        try LedgerReader(files: home.files).events(from: 1, to: .max) { event in
            times.append(event.recordedAt)
            return true
        }
        #expect(times.count == 8 && times == times.sorted() && times[0] == start)
        #expect(try home.verify().isOK)
    }

    @Test func `a text that recurs is stored once, over restarts too`() async throws {
        let home = try TemporaryHome()
        for _ in 0..<3 {
            try await home.withWriter { writer in
                for offer in ["contoso.app", "contoso.other", "", "наш.продукт", "a\u{0}b"] {
                    _ = try await writer.append(
                        .action("Novel", email: "ada@example.com", offer: offer, source: "Elsewhere"))
                }
            }
        }
        let reader = try LedgerReader(files: home.files)
        let terms = try reader.allTerms().texts
        #expect(Set(terms).count == terms.count)
        #expect(Array(terms[1...9]) == Terms.reserved)
        #expect(terms.contains("a\u{0}b") && terms.contains("наш.продукт") && terms.contains("Novel"))
        #expect(try reader.event(5)?.offer == "a\u{0}b")
        #expect(try reader.event(3)?.offer == "")
        #expect(try home.verify().isOK)
    }

    @Test func `texts that look alike are given back in the bytes they came in`() async throws {
        let home = try TemporaryHome()
        let offers = ["caf\u{e9}.app", "cafe\u{301}.app", "\u{212b}", "A\u{30a}", "\u{c5}"]
        try await home.withWriter { writer in
            for offer in offers + offers { _ = try await writer.append(.action("INS", email: "a@b.c", offer: offer)) }
        }
        let reader = try LedgerReader(files: home.files)
        for (index, offer) in (offers + offers).enumerated() {
            let event = try #require(try reader.event(Int64(index + 1)))
            #expect(Array(event.offer.utf8) == Array(offer.utf8))
        }
        #expect(try home.verify().isOK)
    }

    @Test func `events and terms can be neither changed nor deleted through SQLite`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { _ = try await $0.append(.action("INS", email: "ada@example.com")) }
        let connection = try Connection(path: home.files.ledger, mode: .readWrite)
        for sql in [
            "UPDATE event SET action = 2", "UPDATE event SET seq = 2", "DELETE FROM event",
            "UPDATE term SET text = 'x'",
            "DELETE FROM term", "INSERT OR REPLACE INTO term (number, text) VALUES (1, 'x')",
            "UPDATE ledger SET created_at = 1", "DELETE FROM ledger", "UPDATE head SET size = 0",
            "UPDATE head SET subjects = 0", "DELETE FROM head",
            """
            INSERT OR REPLACE INTO event SELECT seq, type, subject, occurred_at, recorded_at, source, 2, offer, country,
                flags, actor, cause, id, identity, digest, leaf, detail, contact, body FROM event
            """,
        ] {
            // REPLACE runs delete triggers only where the connection asks for it, as the writer does.
            try connection.execute("PRAGMA recursive_triggers = ON")
            let error = #expect(throws: SQLiteError.self, "\(sql)") { try connection.execute(sql) }
            #expect(error?.isConstraint == true, "\(sql)")
        }
        try connection.close()
        #expect(try home.verify().isOK)
    }

    @Test func `the writer's connection syncs each commit`() async throws {
        let home = try TemporaryHome()
        let store = try LedgerStore(
            files: home.files, createdAt: home.clock.now, newID: [UInt8](repeating: 7, count: 16))
        #expect(try store.connection.integer("PRAGMA synchronous") == 2)
        #expect(try store.connection.text("PRAGMA journal_mode") == "wal")
        #expect(try store.connection.integer("PRAGMA recursive_triggers") == 1)
    }
}

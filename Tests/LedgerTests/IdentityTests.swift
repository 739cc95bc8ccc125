import Leads
import LedgerTestKit
import TestKit
import Testing

@testable import Ledger

/// The same arrival again is the first event, however often it comes and whatever happened in between.
@Suite struct IdentityTests {
    private func outcome(_ appended: Appended) -> String {
        switch appended {
        case .recorded(let receipt): "recorded \(receipt.seq)"
        case .duplicate(let receipt): "duplicate of \(receipt.seq)"
        case .conflict(let seq): "conflict with \(seq)"
        }
    }

    private func expect(
        _ writer: LedgerWriter, _ identity: Identity, _ content: String = "a", is expected: String,
        at place: SourceLocation = #_sourceLocation
    ) async throws {
        let event = NewEvent.action("INS", email: "ada@example.com", identity: identity, content: content)
        #expect(outcome(try await writer.append(event)) == expected, sourceLocation: place)
    }

    @Test func `the same id with the same content is the first event, with other content a conflict`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            try await expect(writer, .id(scope: "", "x"), is: "recorded 1")
            try await expect(writer, .id(scope: "", "x"), is: "duplicate of 1")
            try await expect(writer, .id(scope: "", "x"), "b", is: "conflict with 1")
            try await expect(writer, .id(scope: "", "X"), is: "recorded 2")
            try await expect(writer, .id(scope: "", ""), is: "recorded 3")
            try await expect(writer, .id(scope: "", ""), is: "duplicate of 3")
        }
    }

    @Test func `senders do not share their ids, nor do ids and rows`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            try await expect(writer, .id(scope: "one", "x"), is: "recorded 1")
            try await expect(writer, .id(scope: "two", "x"), "b", is: "recorded 2")
            try await expect(writer, .id(scope: "onex", ""), is: "recorded 3")
            try await expect(writer, .row(ordinal: 0), is: "recorded 4")
            try await expect(writer, .window(scope: "", 15 * .minute), is: "recorded 5")
            try await expect(writer, .none, is: "recorded 6")
            try await expect(writer, .none, is: "recorded 7")
        }
    }

    @Test func `what leadledger names itself is no id of a sender, and else goes by the same rules`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            for (index, scope) in ["", "quarantine"].enumerated() {
                let first = 1 + 2 * index
                try await expect(writer, .own(scope: scope, "x"), is: "recorded \(first)")
                try await expect(writer, .id(scope: scope, "x"), "b", is: "recorded \(first + 1)")
                try await expect(writer, .own(scope: scope, "x"), is: "duplicate of \(first)")
                try await expect(writer, .own(scope: scope, "x"), "b", is: "conflict with \(first)")
            }
        }
    }

    @Test func `a row is the same with the same content and ordinal`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            try await expect(writer, .row(ordinal: 0), is: "recorded 1")
            try await expect(writer, .row(ordinal: 1), is: "recorded 2")
            try await expect(writer, .row(ordinal: 0), "b", is: "recorded 3")
            home.clock.move(365 * .day)
            try await expect(writer, .row(ordinal: 0), is: "duplicate of 1")
            try await expect(writer, .row(ordinal: 1), is: "duplicate of 2")
            try await expect(writer, .row(ordinal: 0), "b", is: "duplicate of 3")
        }
    }

    @Test func `the same content is the same arrival for fifteen minutes, and not a microsecond longer`() async throws {
        let home = try TemporaryHome()
        let window = Identity.window(scope: "endpoint", 15 * .minute)
        let start = home.clock.now
        try await home.withWriter { writer in
            try await expect(writer, window, is: "recorded 1")
            home.clock.now = start + 15 * .minute
            try await expect(writer, window, is: "duplicate of 1")
            home.clock.now = start + Span(micros: 15 * Span.minute.micros + 1)
            try await expect(writer, window, is: "recorded 2")
            try await expect(writer, window, is: "duplicate of 2")
            try await expect(writer, window, "b", is: "recorded 3")
            try await expect(writer, .window(scope: "another", 15 * .minute), is: "recorded 4")
        }
        for name in ["lookup.db", "nothing"] {
            home.deleteDatabase(name)
            try await home.withWriter { writer in
                try await expect(writer, window, is: "duplicate of 2")
                try await expect(writer, window, "b", is: "duplicate of 3")
            }
        }
        home.clock.move(16 * .minute)
        try await home.withWriter { try await expect($0, window, is: "recorded 5") }
    }

    @Test func `equal arrivals within one commit are one event`() async throws {
        let home = try TemporaryHome()
        let answers = try await home.withWriter { writer in
            try await writer.append(
                ["x", "x", "y", "x", "y"].map {
                    .action("INS", email: "ada@example.com", identity: .id(scope: "", $0))
                } + [.action("PLT", email: "bob@example.com", identity: .id(scope: "", "x"))])
        }
        #expect(
            answers.map { outcome($0) } == [
                "recorded 1", "duplicate of 1", "recorded 2", "duplicate of 1", "duplicate of 2", "conflict with 1",
            ])
        #expect(try LedgerReader(files: home.files).head().size == 2)
        #expect(try LedgerReader(files: home.files).head().subjects == 1)
    }

    @Test func `a receipt of a duplicate is that of the first event`() async throws {
        let home = try TemporaryHome()
        let event = NewEvent.action("INS", email: "ada@example.com", identity: .id(scope: "", "x"))
        let first = try await home.withWriter { try await $0.append(event) }
        home.clock.move(2 * .day)
        let again = try await home.withWriter { try await $0.append(event) }
        #expect(again == first.receipt.map { .duplicate($0) })
    }

    @Test func `a customer keeps the subject over restarts, and when the lookups are lost`() async throws {
        let home = try TemporaryHome()
        let emails = (1...200).map { "c\($0)@example.com" }
        try await home.withWriter { writer in
            _ = try await writer.append(emails.map { .action("INS", email: $0, identity: .id(scope: "", $0)) })
        }
        for lost in [[], ["lookup.db"], ["lookup.db-wal"], []] {
            for name in lost { home.deleteDatabase(name) }
            try await home.withWriter { writer in
                let again = try await writer.append(emails.map { .action("PLT", email: $0) })
                #expect(again.map { $0.receipt?.subject } == (1...200).map { Int64($0) })
                let twice = try await writer.append(
                    emails.map { .action("INS", email: $0, identity: .id(scope: "", $0)) })
                #expect(twice.map { outcome($0) } == (1...200).map { "duplicate of \($0)" })
                let new = try await writer.append(
                    .action("INS", email: "n\(UInt64.random(in: .min ... .max))@example.com"))
                #expect((new.receipt?.subject ?? 0) > 200)
            }
        }
        let reader = try LedgerReader(files: home.files)
        #expect(try reader.subject(matchKey: "c7@example.com", rules: .plain) == 7)
        #expect(try reader.subject(matchKey: "nobody@example.com", rules: .plain) == nil)
        #expect(try reader.head().subjects == 204)
    }

    @Test func `lookups that are damaged, or of another ledger, are built again`() async throws {
        let home = try TemporaryHome()
        let other = try TemporaryHome()
        try await other.withWriter { _ = try await $0.append(.action("INS", email: "x@example.com")) }
        let event = NewEvent.action("INS", email: "ada@example.com", identity: .id(scope: "", "x"))
        try await home.withWriter { _ = try await $0.append(event) }
        let lookups = [[UInt8](repeating: 0x5a, count: 20_000), try other.folder.bytes(of: "lookup.db"), []]
        for bytes in lookups {
            home.deleteDatabase("lookup.db")
            try home.folder.write(bytes, to: "lookup.db")
            let answer = try await home.withWriter { try await $0.append(event) }
            #expect(outcome(answer) == "duplicate of 1")
        }
    }

    @Test func `an event of no identity about a person without email is a subject of its own`() async throws {
        let home = try TemporaryHome()
        try await home.withWriter { writer in
            var event = NewEvent.action("INS", email: "ada@example.com")
            event.subject = .new
            var subjects = [try await writer.append(event), try await writer.append(event)]
            event.subject = .existing(1)
            subjects.append(try await writer.append(event))
            event.subject = .none
            event.contact = nil
            event.body = nil
            subjects.append(try await writer.append(event))
            #expect(subjects.map { $0.receipt?.subject } == [1, 2, 1, 0])
        }
        #expect(try home.verify().isOK)
    }
}

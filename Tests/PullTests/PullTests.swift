import Intake
import Leads
import Ledger
import LedgerTestKit
import OrderedJSON
import Pull
import Simulators
import TestKit
import Testing
import Views

@Suite(.timeLimit(.minutes(10)))
struct PullTests {
    @Test func `all rows come in, page by page, also behind pages that are empty`() async throws {
        try await withPullHome(paging: .init(size: 3, empties: 2)) { home in
            for number in 0..<8 { await home.put("r\(number)") }
            let counts = try await home.pull()
            #expect(counts.read == 8 && counts.recorded == 8 && counts.pages == 9)
            #expect(home.batches.map(\.count) == [3, 3, 2, 1])
            let actions = try home.stored(.actionRecorded)
            #expect(actions.count == 8)
            let first = try #require(actions.first)
            #expect([first.source, first.action, first.offer] == ["AzureMarketplace", "INS", "contoso.app"])
            #expect(first.actor == "source:table" && first.country == "US")
            #expect(try home.body(of: actions[0]).contains(#""RowKey":"r0""#))
            #expect(home.source.recorded == 8)
        }
    }

    @Test func `a second pull asks for what is new since, adds nothing twice and records no quiet pull`() async throws {
        try await withPullHome { home in
            await home.put("r1")
            _ = try await home.pull()
            home.clock.move(5 * .minute)
            let before = home.batches.count
            let counts = try await home.pull()
            #expect(counts.read == 1 && counts.duplicates == 1 && counts.recorded == 0)
            #expect(home.batches.count == before + 1)
            #expect(try home.recorded(.sourcePulled) == 1)
            let queries = try await home.queries()
            #expect(queries == ["$top=1000", "$filter=Timestamp ge datetime'2023-11-14T21:58:20Z'&$top=1000"])
        }
    }

    @Test func `a row that became visible late is caught by the overlap, and one behind it is not`() async throws {
        try await withPullHome { home in
            let start = home.clock.now
            await home.put("r1")
            _ = try await home.pull()
            home.clock.move(5 * .minute)
            await home.put("late", at: start - 10 * .minute)
            await home.put("too-late", at: start - 16 * .minute)
            let counts = try await home.pull()
            #expect(counts.recorded == 1 && counts.read == 2)
            home.set(["overlap=1h"])
            let pulled = try await home.pull()
            #expect(pulled.recorded == 1)
        }
    }

    @Test func `rows that are written while a pull runs do not move the cursor over others`() async throws {
        try await withPullHome { home in
            await home.put("r1", at: home.clock.now - .minute)
            await home.put("r2", at: home.clock.now + 2 * .hour)
            _ = try await home.pull()
            let cursor = try #require(home.source.cursor)
            #expect(cursor.hasPrefix("2023-11-14T22:12:20Z http://127.0.0.1:"))
            #expect(cursor.hasSuffix("/leadledgertest/marketplaceleads"))
        }
    }

    @Test func `a pull that ends in the middle is begun anew and records every row once`() async throws {
        try await withPullHome(paging: .init(size: 2)) { home in
            for number in 0..<6 { await home.put("r\(number)") }
            home.failAppends(after: 2)
            await #expect(throws: PullHome.LedgerIsGone.self) { try await home.pull() }
            #expect(home.source.cursor == nil)
            #expect(try home.recorded(.actionRecorded) == 4)
            home.failAppends(after: .max >> 1)
            let counts = try await home.pull()
            #expect(counts.duplicates == 4 && counts.recorded == 2)
            #expect(try home.recorded(.actionRecorded) == 6)
            #expect(home.source.cursor != nil)
        }
    }

    @Test func `a row that was changed is quarantined once, and one that was only written again is not`() async throws {
        try await withPullHome { home in
            await home.put("r1")
            await home.put("r2")
            _ = try await home.pull()
            home.clock.move(.minute)
            await home.put("r1", action: "PLT")
            await home.put("r2")
            var counts = try await home.pull()
            #expect(counts.read == 2 && counts.quarantined == 1 && counts.duplicates == 1)
            let kept = try #require(try home.stored(.intakeQuarantined).first)
            let detail = String(decoding: kept.detail ?? [], as: UTF8.self)
            #expect(detail == #"{"reason":"the row was changed after it was recorded (seq 1)","conflictsWith":1}"#)
            #expect(try home.body(of: kept).contains(#""ActionCode":"PLT""#))
            counts = try await home.pull()
            #expect(counts.quarantined == 0 && counts.duplicates == 2)
            await home.put("r1", action: "DNC")
            let pulled = try await home.pull()
            #expect(pulled.quarantined == 1)
        }
    }

    @Test func `a row that cannot be read is kept, and recorded once it is mended`() async throws {
        try await withPullHome { home in
            await home.put("r1", properties: [JSON.Member("Colour", .string("blue"))])
            var counts = try await home.pull()
            #expect(counts.quarantined == 1 && counts.recorded == 0)
            let kept = try #require(try home.stored(.intakeQuarantined).first)
            #expect(try home.body(of: kept).contains(#""Colour":"blue""#))
            #expect(!String(decoding: kept.detail ?? [], as: UTF8.self).contains("blue"))
            let pulled = try await home.pull()
            #expect(pulled.duplicates == 1)
            home.clock.move(.minute)
            await home.put("r1", properties: [JSON.Member("Colour", .string("blue"))])
            let pulledAgain = try await home.pull()
            #expect(pulledAgain.duplicates == 1)
            await home.put("r1")
            counts = try await home.pull()
            #expect(counts.recorded == 1 && counts.quarantined == 0)
        }
    }

    @Test func `the offer of the source fills rows that name none`() async throws {
        try await withPullHome { home in
            home.set(["offer=fabrikam.tool"])
            await home.put("r1", product: nil)
            await home.put("r2", product: "contoso.app")
            _ = try await home.pull()
            let offers = try home.stored(.actionRecorded).map(\.offer)
            #expect(offers == ["fabrikam.tool", "contoso.app"])
            home.set(["offer=fabrikam.other"])
            let pulled = try await home.pull()
            #expect(pulled.duplicates == 2)
        }
    }

    @Test func `an export that was imported before is not recorded again`() async throws {
        try await withPullHome { home in
            await home.put("r1", more: [JSON.Member("Seats", .number(5)), JSON.Member("Trial", .bool(true))])
            let folder = try TemporaryFolder()
            let info = #"{""FirstName"":""Ada"",""Email"":""r1@example.com"",""Country"":""US""}"#
            let file = """
                PartitionKey,RowKey,Timestamp,ActionCode,CustomerInfo,LeadSource,ProductId,Seats,Seats@type,Trial
                p,r1,2023-11-14T22:13:20.0000000Z,INS,"\(info)",AzureMarketplace,contoso.app,5,Edm.Int32,true

                """
            try folder.write(Array(file.utf8), to: "export.csv")
            let imported = try await Import(options: ImportOptions(), rules: .plain, append: home.append)
                .run(path: folder.file("export.csv"))
            #expect(imported.counts.recorded == 1)
            let counts = try await home.pull()
            #expect(counts.duplicates == 1 && counts.recorded == 0 && counts.quarantined == 0)
        }
    }

    @Test func `five thousand rows are held a page at a time`() async throws {
        try await withPullHome { home in
            for number in 0..<5_000 { await home.put("r\(number)", partition: "p\(number % 7)") }
            let counts = try await home.pull()
            #expect(counts.recorded == 5_000 && counts.pages == 5)
            #expect(home.batches.map(\.count) == [1_000, 1_000, 1_000, 1_000, 1_000, 1])
        }
    }

    @Test func `a table of another place is read from its beginning`() async throws {
        try await withPullHome { home in
            await home.put("r1", at: home.clock.now - 30 * .day)
            await home.service.put(
                .init(
                    partitionKey: "p", rowKey: "other", timestamp: home.clock.now - 60 * .day,
                    properties: [JSON.Member("ActionCode", .string("INS"))]), in: "otherleads")
            let pulled = try await home.pull()
            #expect(pulled.recorded == 1)
            home.set(["table=otherleads"])
            let pulledAgain = try await home.pull()
            #expect(pulledAgain.recorded == 1)
        }
    }

    @Test func `a pull that is not wanted any more ends and leaves the cursor`() async throws {
        try await withPullHome { home in
            await home.put("r1")
            let pulled = try await home.table().pull { false }
            #expect(pulled.read == 0)
            #expect(home.source.cursor == nil && home.batches.isEmpty)
        }
    }
}

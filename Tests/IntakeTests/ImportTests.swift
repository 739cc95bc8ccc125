import Foundation
import Intake
import Leads
import Ledger
import OrderedJSON
import Synchronization
import TestKit
import Testing

@Suite struct ImportTests {
    private let folder: TemporaryFolder
    private let ledger = MemoryLedger()

    init() throws { folder = try TemporaryFolder() }

    private func run(_ path: String, _ change: (inout ImportOptions) -> Void = { _ in }) async throws -> ImportResult {
        var options = ImportOptions()
        change(&options)
        return try await Import(options: options, append: { [ledger] in await ledger.append($0) }).run(path: path)
    }

    private func counts(
        _ read: Int, _ recorded: Int, _ duplicates: Int = 0, _ quarantined: Int = 0, _ rejected: Int = 0
    )
        -> ImportCounts
    {
        var counts = ImportCounts()
        (counts.read, counts.recorded, counts.duplicates) = (read, recorded, duplicates)
        (counts.quarantined, counts.rejected) = (quarantined, rejected)
        return counts
    }

    private func file(_ bytes: [UInt8]) throws -> String {
        try folder.write(bytes, to: "input")
        return folder.file("input")
    }

    private static func csv(_ rows: some Sequence<Int>) -> String {
        rows.reduce("action,source,email\n") { $0 + "INS,AzureMarketplace,ada\($1)@example.com\n" }
    }

    @Test func `rows are recorded in their order, and the file again adds nothing`() async throws {
        let path = try folder.write(Self.csv(1...10_000), to: "a.csv")
        #expect(try await run(path).counts == counts(10_000, 10_000))
        #expect(await ledger.events.map(\.subject) == (1...10_000).map { .matching("ada\($0)@example.com") })
        #expect(await ledger.commits == 3)
        #expect(try await run(path).counts == counts(10_000, 0, 10_000))
    }

    @Test func `a file that overlaps another adds what is new`() async throws {
        _ = try await run(folder.write(Self.csv(1...60), to: "a.csv"))
        #expect(try await run(folder.write(Self.csv(41...100), to: "b.csv")).counts == counts(60, 40, 20))
        #expect(await ledger.events.count == 100)
    }

    @Test func `equal rows of one file are events of their own, also when they come as JSON`() async throws {
        let csv = try folder.write("email,action\na@b.c,INS\na@b.c,INS\n,DNC\na@b.c,INS\n", to: "a.csv")
        #expect(try await run(csv).counts == counts(4, 4))
        let json = try folder.write(
            "{\"actionCode\":\"ins\",\"Email\":\"a@b.c\"}\n\n{\"action\":\"INS\",\"email\":\"a@b.c\"}\n", to: "a.ndjson"
        )
        #expect(try await run(json).counts == counts(2, 0, 2))
    }

    @Test func `rows that cannot be taken go to the rejects with their lines, and the rest is recorded`() async throws {
        let bytes =
            Array("email,action,time\na@b.c,INS,2018-01-01\n\n\"x\ny\",INS,\nb@b.c,INS,never\n".utf8)
            + Array("c@b.c,INS\n\u{feff}d@b.c,".utf8) + [0xff] + Array(",\n,,\ne@b.c,INS,\n".utf8)
        let result = try await run(file(bytes)) { $0.rejectsPath = folder.file("rejects") }
        #expect(result.counts == counts(7, 3, 0, 1, 3))
        let rejects = try folder.lines("rejects").map { try JSON.parse($0) }
        #expect(rejects.map { $0["line"]?.integer } == [6, 7, 8])
        #expect(rejects[0]["reason"]?.string == "field time is not a time in RFC 3339")
        #expect(rejects[0]["row"]?.string == "b@b.c,INS,never")
        #expect(rejects[1]["row"]?.string == "c@b.c,INS")
        #expect(rejects[2]["row"] == nil)
        #expect(rejects[2]["rowBase64"]?.string == "77u/ZEBiLmMs/yw=")
        #expect(result.firstRejects.map(\.line) == [6, 7, 8])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("rejects"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func `the rejects of an earlier import do not stay`() async throws {
        _ = try folder.write("old", to: "rejects")
        let path = try folder.write(Self.csv(1...2), to: "a.csv")
        _ = try await run(path) { $0.rejectsPath = folder.file("rejects") }
        #expect(try folder.lines("rejects") == [])
        await #expect(throws: ImportError.self) { try await run(path) { $0.rejectsPath = path } }
        #expect(try folder.lines("a.csv").count == 3)
    }

    @Test func `an id again is a duplicate, and with other content a reject`() async throws {
        let long = String(repeating: "i", count: 100)
        let text = """
            {"id":"1","action":"INS"}
            {"id":"1","action":"INS"}
            {"id":"\(long)","action":"INS"}
            {"id":"\(long)","action":"DNC"}
            {"action":
            {"specversion":"1.0","source":"/s","id":"1","data":{"action":"INS"}}
            """
        let result = try await run(folder.write(text, to: "a.ndjson")) { $0.rejectsPath = folder.file("rejects") }
        #expect(result.counts == counts(6, 3, 1, 0, 2))
        let rejects = try folder.lines("rejects").map { try JSON.parse($0) }
        #expect(rejects.map { $0["line"]?.integer } == [4, 5])
        #expect(rejects[0]["row"]?.string?.hasSuffix(#""action":"DNC"}"#) == true)
        #expect(
            rejects[0]["reason"]?.string
                == "id \(String(repeating: "i", count: 64)) was recorded before with other content (seq 2)")
    }

    @Test func `defaults fill what a row leaves out, and do not make a row of nothing an action`() async throws {
        let path = try folder.write("action,offer,source\nINS,a.b,SPZA\nINS,,\n,,\n", to: "a.csv")
        let result = try await run(path) {
            $0.offer = Offer("x.y")
            $0.source = .azureMarketplace
        }
        #expect(result.counts == counts(3, 2, 0, 1))
        #expect(await ledger.events.map(\.offer) == ["a.b", "x.y", nil])
        #expect(await ledger.events.map(\.source) == ["SPZA", "AzureMarketplace", nil])
    }

    @Test func `rows that say nothing are quarantined once`() async throws {
        let path = try folder.write("{}\n{}\n{\"x\":1}\n", to: "a.ndjson")
        #expect(try await run(path).counts == counts(3, 0, 0, 3))
        #expect(await ledger.events.map(\.type) == [.intakeQuarantined, .intakeQuarantined, .intakeQuarantined])
        #expect(try await run(path).counts == counts(3, 0, 3))
    }

    @Test(arguments: [
        ("\u{feff}\n {\"action\":\"INS\"}\n{\"action\":\"INS\"}", ImportFormat.auto),
        ("\n[{\"action\":\"INS\"},\n{\"action\":\"INS\"}]", .auto),
        ("[{\"action\":\"INS\"},{\"action\":\"INS\"}]", .ndjson),
        ("\u{feff}action\rINS\rINS", .auto), ("[x],action\n1,INS\n1,INS\n", .csv),
    ])
    func `the format is told by the first character`(text: String, format: ImportFormat) async throws {
        #expect(try await run(folder.write(text, to: "a")) { $0.format = format }.counts == counts(2, 2))
    }

    @Test func `where every row must be a CloudEvent, others are rejected`() async throws {
        let text =
            #"{"specversion":"1.0","id":"1","source":"s","data":{"action":"INS"}}"# + "\n" + #"{"action":"INS"}"#
        let result = try await run(folder.write(text, to: "a")) { $0.format = .cloudevents }
        #expect(result.counts == counts(2, 1, 0, 0, 1))
    }

    @Test func `an empty file adds nothing`() async throws {
        for text in ["", "\n \n", "email,action\n"] {
            #expect(try await run(folder.write(text, to: "a")).counts == counts(0, 0))
        }
    }

    @Test func `a file that is none of ours is refused with a reason`() async throws {
        let foreign: [[UInt8]] = [
            [0xff, 0xfe, 0x61, 0], [0x1f, 0x8b, 8], Array("PK\u{3}\u{4}".utf8), Array("a@b.c,INS\n".utf8),
            Array("a,b\"\n\u{0}".utf8),
        ]
        for bytes in foreign {
            let path = try file(bytes)
            await #expect(throws: ImportError.self) { try await run(path) }
        }
        await #expect(throws: ImportError.self) { try await run(folder.file("missing")) }
        await #expect(throws: ImportError.self) { try await run(folder.path) }
    }

    @Test func `a dry run counts and appends nothing`() async throws {
        let path = try folder.write("email,at\na@b.c,\na@b.c,x\n,\n", to: "a.csv")
        let result = try await run(path) {
            $0.isDryRun = true
            $0.rejectsPath = folder.file("rejects")
        }
        #expect(result.counts == counts(3, 1, 0, 1, 1))
        #expect(await ledger.events.isEmpty)
        #expect(try folder.lines("rejects").count == 1)
    }

    @Test func `a cancelled import has finished the batch in flight, and run again it ends whole`() async throws {
        let path = try folder.write(Self.csv(1...20_000), to: "a.csv")
        let appended = Atomic(0)
        let result = try await Import(
            options: ImportOptions(),
            append: { [ledger] events in
                let answers = await ledger.append(events)
                appended.add(answers.count, ordering: .relaxed)
                return answers
            }, isCancelled: { appended.load(ordering: .relaxed) > 0 }
        ).run(path: path)
        #expect(result.isCancelled)
        #expect(result.counts.recorded == appended.load(ordering: .relaxed))
        #expect(result.counts.recorded < 20_000)
        #expect(try await run(path).counts == counts(20_000, 20_000 - result.counts.recorded, result.counts.recorded))
    }

    @Test func `an import looks at every row whether it is cancelled`() async throws {
        let path = try folder.write(Self.csv(1...4_000), to: "a.csv")
        let asked = Atomic(0)
        let result = try await Import(
            options: ImportOptions(), append: { [ledger] in await ledger.append($0) },
            isCancelled: { asked.add(1, ordering: .relaxed).newValue > 100 }
        ).run(path: path)
        #expect(result.isCancelled)
        #expect(await ledger.events.isEmpty)
    }

    @Test func `a failure to append ends the import with its error`() async throws {
        struct Full: Error {}
        let path = try folder.write(Self.csv(1...20_000), to: "a.csv")
        await #expect(throws: Full.self) {
            try await Import(options: ImportOptions(), append: { _ in throw Full() }).run(path: path)
        }
    }

    @Test func `progress ends with all there is to tell`() async throws {
        let path = try folder.write(Self.csv(1...5_000), to: "a.csv")
        let seen = Mutex<[ImportProgress]>([])
        _ = try await Import(
            options: ImportOptions(), append: { [ledger] in await ledger.append($0) },
            progress: { progress in seen.withLock { $0.append(progress) } }
        ).run(path: path)
        let all = seen.withLock { $0 }
        let last = try #require(all.last)
        #expect(last.bytesRead == last.bytesTotal)
        #expect(last.counts == counts(5_000, 5_000))
    }

    @Test func `random bytes end with every row accounted for`() async throws {
        var random = SeededRandom.announced("ImportTests")
        let pieces = [
            "{", "}", "[", "]", "\"", ",", ":", "\n", "\r\n", "action", "\"email\":", "a@b.c", "1", "\\", "\u{0}",
        ]
        for round in 0..<300 {
            var bytes = Array(["", "action,email\n", "{", "[", "\u{feff}"].randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                if round % 2 == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    bytes += pieces.randomElement(using: &random)!.utf8
                }
            }
            let path = try file(bytes)
            guard let result = try? await run(path) else { continue }
            let counts = result.counts
            #expect(counts.read == counts.recorded + counts.duplicates + counts.quarantined + counts.rejected)
            let again = try await run(path).counts
            #expect(again.recorded + again.quarantined == 0)
            #expect(again.rejected == counts.rejected)
        }
    }

    @Test func `what the ledger sealed gives the rows back`() async throws {
        let files = LedgerFiles(home: folder.file("home"))
        try files.makeFolder()
        try MasterKey.create(file: files.keyFile)
        let writer = try LedgerWriter(files: files, rules: .system, clock: { Instant(micros: 1_600_000_000_000_000) })
        let path = try folder.write(
            """
            Lead Source,Email,First Name,Country,Campaign,at
            SPZA-PLT | a.b,zoë@bücher.example,Zoë,Deutschland,x,2018-10-05
            AzurePortal-Create|a.b,Zoë@xn--bcher-kva.example,,,,2018-10-06
            """, to: "a.csv")
        for recorded in [2, 0] {
            let result = try await Import(options: ImportOptions(), append: { try await writer.append($0) })
                .run(path: path)
            #expect(result.counts == counts(2, recorded, 2 - recorded))
        }
        try await writer.close()
        let reader = try LedgerReader(files: files)
        let first = try #require(try reader.event(1))
        #expect(
            try ContactPart.decode(
                reader.contact(of: first), source: first.source, action: first.action, offer: first.offer,
                country: first.country, occurredAt: first.occurredAt)
                == MarketplaceAction(
                    source: .appSource, action: .partnerLedTrial, offer: Offer("a.b"),
                    occurredAt: Instant("2018-10-05"),
                    contact: Contact(email: "zoë@bücher.example", firstName: "Zoë", country: "Deutschland"),
                    leadSource: "SPZA-PLT | a.b", other: [.init(name: "Campaign", value: "x")]))
        #expect(try reader.event(2)?.subject == first.subject)
        // Every field stands in the contact part, so the row's bytes are not kept a second time.
        #expect(try reader.body(of: first) == nil)
    }
}

import Foundation
import Intake
import Leads
import Ledger
import Synchronization
import TestKit
import Testing

@Suite struct CompressedImportTests {
    private let folder: TemporaryFolder
    private let ledger = MemoryLedger()

    init() throws { folder = try TemporaryFolder() }

    private func run(_ bytes: [UInt8], to ledger: MemoryLedger) async throws -> ImportResult {
        try folder.write(bytes, to: "input")
        return try await Import(options: ImportOptions(), append: { await ledger.append($0) })
            .run(path: folder.file("input"))
    }

    private static let rows = Array(
        (1...8_000).reduce("action,source,email,description\n") {
            $0 + "INS,AzureMarketplace,ada\($1)@example.com,Some notes about row \($1 * 7919 % 10_007)\n"
        }.utf8)

    @Test func `a compressed file says the same as the plain one`() async throws {
        let plain = try await run(Self.rows, to: ledger).counts
        #expect(plain.recorded == 8_000)
        let contents = await ledger.events.map(\.content)
        let middle = Self.rows.count / 2
        let parts = [Array(Self.rows[..<middle]), Array(Self.rows[middle...])]
        for compressed in [
            Compressor.deflate(Self.rows), Compressor.zstd(Self.rows), parts.flatMap { Compressor.deflate($0) },
            parts.flatMap { Compressor.zstd($0) }, Compressor.deflate(Self.rows) + [0, 0, 0],
            [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7] + Compressor.zstd(Self.rows),
            Compressor.zstdFrame(Self.rows, windowLog: 27),
        ] {
            let other = MemoryLedger()
            #expect(try await run(compressed, to: other).counts == plain)
            #expect(await other.events.map(\.content) == contents)
        }
    }

    @Test func `progress counts the bytes of the compressed file`() async throws {
        let compressed = Compressor.deflate(Self.rows)
        try folder.write(compressed, to: "input")
        let last = Mutex<ImportProgress?>(nil)
        _ = try await Import(
            options: ImportOptions(), append: { [ledger] in await ledger.append($0) },
            progress: { progress in last.withLock { $0 = progress } }
        ).run(path: folder.file("input"))
        #expect(last.withLock { $0?.bytesRead } == Int64(compressed.count))
        #expect(last.withLock { $0?.bytesTotal } == Int64(compressed.count))
    }

    @Test func `a file that ends early is an error, and what it said before stays`() async throws {
        for compressed in [Compressor.deflate(Self.rows), Compressor.zstd(Self.rows)] {
            let ledger = MemoryLedger()
            let cut = Array(compressed.prefix(compressed.count / 2))
            let failure = try await #require(throws: ImportError.self) { try await run(cut, to: ledger) }
            let recorded = await ledger.events.count
            #expect(recorded > 0 && recorded < 8_000)
            #expect(
                failure.description.contains("ends early. Of \(recorded) rows before that \(recorded) were recorded"))
            #expect(failure.description.hasSuffix("running it again adds nothing twice"))
            // No row is half there: the whole file adds the rest.
            let whole = try await run(compressed, to: ledger).counts
            #expect((whole.recorded, whole.duplicates) == (8_000 - recorded, recorded))
        }
    }

    @Test func `a damaged file, and one with other bytes behind it, is an error`() async throws {
        for compressed in [Compressor.deflate(Self.rows), Compressor.zstd(Self.rows)] {
            var damaged = compressed
            for index in damaged.count / 2..<(damaged.count / 2 + 50) { damaged[index] = 0xff }
            for bytes in [damaged, compressed + Array("more".utf8)] {
                let failure = try await #require(throws: ImportError.self) { try await run(bytes, to: MemoryLedger()) }
                #expect(failure.description.contains("is damaged"))
            }
        }
    }

    @Test func `a window of more than 128 MiB is refused`() async throws {
        let failure = try await #require(throws: ImportError.self) {
            try await run(Compressor.zstdFrame(Self.rows, windowLog: 28), to: ledger)
        }
        #expect(failure.description.contains("more than 128 MiB"))
        #expect(await ledger.events.isEmpty)
    }

    @Test func `a pipe may be compressed, too`() async throws {
        let path = folder.file("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        // Open for both, so that it waits for nobody.
        let pipe = open(path, O_RDWR)
        let compressed = Compressor.deflate(Array("action,email\nINS,a@b.c\n".utf8))
        #expect(write(pipe, compressed, compressed.count) == compressed.count)
        let isClosed = Atomic(false)
        let result = try await Import(
            options: ImportOptions(), append: { [ledger] in await ledger.append($0) },
            isCancelled: {
                // Asked only once the reader has it open.
                if !isClosed.exchange(true, ordering: .relaxed) { close(pipe) }
                return false
            }
        ).run(path: path)
        #expect(result.counts.recorded == 1)
    }
}

import Intake
import TestKit
import Testing

@Suite struct GunzipTests {
    private static let text = Array(String(repeating: #"{"action":"INS","email":"a@b.c"}"#, count: 5_000).utf8)

    @Test func `what was compressed comes back, whichever way it was`() throws {
        for text in [[], Self.text] {
            #expect(try Gunzip.expand(Compressor.deflate(text), as: .gzip, limit: 1 << 20) == text)
            #expect(try Gunzip.expand(Compressor.deflate(text, windowBits: 15), as: .deflate, limit: 1 << 20) == text)
            #expect(try Gunzip.expand(Compressor.deflate(text, windowBits: -15), as: .deflate, limit: 1 << 20) == text)
            #expect(try Gunzip.expand(Compressor.zstd(text), as: .zstd, limit: 1 << 20) == text)
            #expect(try Gunzip.expand(Compressor.deflate(text), limit: 1 << 20) == text)
            #expect(try Gunzip.expand(Compressor.deflate(text, windowBits: 15), limit: 1 << 20) == text)
            #expect(try Gunzip.expand(Compressor.zstd(text), limit: 1 << 20) == text)
        }
    }

    @Test func `a bomb ends at the limit`() {
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        for bomb in [Compressor.deflate(zeros), Compressor.deflate(zeros, windowBits: 15), Compressor.zstd(zeros)] {
            #expect(bomb.count < 100_000)
            #expect(throws: Gunzip.Failure.tooLarge(limit: 1 << 20)) { try Gunzip.expand(bomb, limit: 1 << 20) }
        }
    }

    @Test func `the limit itself is allowed, and nothing beyond`() throws {
        let limit = Self.text.count
        for compressed in [Compressor.deflate(Self.text), Compressor.zstd(Self.text)] {
            #expect(try Gunzip.expand(compressed, limit: limit) == Self.text)
            #expect(throws: Gunzip.Failure.tooLarge(limit: limit - 1)) {
                try Gunzip.expand(compressed, limit: limit - 1)
            }
        }
    }

    @Test func `bytes that end early, go on or are damaged are refused`() {
        for compressed in [
            Compressor.deflate(Self.text), Compressor.deflate(Self.text, windowBits: 15), Compressor.zstd(Self.text),
        ] {
            for count in [1, 5, compressed.count / 2, compressed.count - 1] {
                #expect(throws: Gunzip.Failure.damaged) {
                    try Gunzip.expand(Array(compressed.prefix(count)), limit: 1 << 20)
                }
            }
            #expect(throws: Gunzip.Failure.damaged) { try Gunzip.expand(compressed + [7], limit: 1 << 20) }
        }
        var damaged = Compressor.deflate(Self.text)
        damaged[damaged.count - 6] ^= 1
        #expect(throws: Gunzip.Failure.damaged) { try Gunzip.expand(damaged, limit: 1 << 20) }
        #expect(throws: Gunzip.Failure.damaged) { try Gunzip.expand([], limit: 1 << 20) }
        #expect(throws: Gunzip.Failure.damaged) { try Gunzip.expand(Array("{}".utf8), as: .gzip, limit: 1 << 20) }
    }

    @Test func `no request may ask for a large window`() {
        let text = Compressor.zstdFrame(Self.text, windowLog: 24)
        #expect(throws: Gunzip.Failure.windowTooLarge) { try Gunzip.expand(text, limit: 1 << 20) }
    }

    @Test func `a body is decoded together with its header, and what does not fit stays`() throws {
        let body = Array(#"{"Email":"a@b.c"}"#.utf8)
        for (name, bytes) in [
            ("gzip", Compressor.deflate(body)), ("X-GZIP", Compressor.deflate(body)), ("zstd", Compressor.zstd(body)),
            ("deflate", Compressor.deflate(body, windowBits: 15)), ("identity", body),
        ] {
            var request = ArrivedRequest(
                method: "POST", path: "/in/x",
                headers: [("Content-Encoding", name), ("content-length", "\(bytes.count)")],
                body: bytes)
            try request.decodeBody(limit: 1 << 20)
            #expect(request.body == body)
            #expect(leads(request).map(\.reason) == [nil])
        }
        for (name, bytes) in [("br", body), ("gzip", body), ("gzip, gzip", Compressor.deflate(body))] {
            var request = ArrivedRequest(
                method: "POST", path: "/in/x", headers: [("content-encoding", name)], body: bytes)
            try request.decodeBody(limit: 1 << 20)
            #expect(request.body == bytes)
            #expect(leads(request).map(\.reason) == ["the body's content encoding cannot be read"])
        }
        var bomb = ArrivedRequest(
            method: "POST", path: "/in/x", headers: [("content-encoding", "gzip")],
            body: Compressor.deflate([UInt8](repeating: 0, count: 2 << 20)))
        #expect(throws: Gunzip.Failure.tooLarge(limit: 1 << 20)) { try bomb.decodeBody(limit: 1 << 20) }
    }

    @Test func `random bytes never do more than be refused`() {
        var random = SeededRandom.announced("random compressed bytes")
        let whole = [Compressor.deflate(Self.text), Compressor.zstd(Self.text)]
        for _ in 0..<500 {
            var bytes = whole[random.below(2)]
            for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            let expanded = try? Gunzip.expand(bytes, limit: 1 << 20)
            #expect((expanded?.count ?? 0) <= 1 << 20)
        }
    }
}

import TestKit
import Testing

@testable import Intake

@Suite struct CSVReaderTests {
    @Test(arguments: ["\n", "\r\n", "\r"]) func `lines may end in any of three ways`(end: String) {
        let items = csv(["a,b", "1,2", "", "3,4"].joined(separator: end) + end)
        #expect(items.map(\.texts) == [["a", "b"], ["1", "2"], ["3", "4"]])
        #expect(items.map(\.line) == [1, 2, 4])
    }

    @Test func `the last line needs no end`() {
        #expect(csv("a,b\n1,").map(\.texts) == [["a", "b"], ["1", ""]])
        #expect(csv("a,b\n1,\"2\"").map(\.texts) == [["a", "b"], ["1", "2"]])
        #expect(csv("a,b\n1,2").map(\.raw) == ["a,b", "1,2"])
        #expect(csv("").isEmpty)
    }

    @Test func `a byte order mark is no part of the first field`() {
        #expect(csv([0xef, 0xbb, 0xbf] + Array("a,b\n".utf8), chunk: 1).map(\.texts) == [["a", "b"]])
        #expect(csv([0xef, 0xbb, 0xbf] + Array("\"a\",b\n".utf8)).map(\.texts) == [["a", "b"]])
    }

    @Test func `quoted fields hold delimiters, quotes and line breaks`() {
        let items = csv("a,b\r\n\"x, \"\"y\"\"\",\"one\r\ntwo\nthree\"\r\nlast,\"\"\r\n")
        #expect(items.map(\.texts) == [["a", "b"], ["x, \"y\"", "one\r\ntwo\nthree"], ["last", ""]])
        #expect(items.map(\.line) == [1, 2, 5])
        #expect(items[1].raw == "\"x, \"\"y\"\"\",\"one\r\ntwo\nthree\"")
    }

    @Test func `a quote inside an unquoted field is a quote`() {
        #expect(csv("a,b\n5\" disk,6\"\n").map(\.texts) == [["a", "b"], ["5\" disk", "6\""]])
    }

    @Test(arguments: [(";", "a,x;b;c"), ("\t", "a\tb\tc"), (",", "a,b;c,\"d;e;f;g\"")])
    func `the delimiter is what the first line has most of`(delimiter: String, header: String) {
        let row = ["1", "2", "3"].joined(separator: delimiter)
        #expect(csv(header + "\n" + row + "\n").last?.texts == ["1", "2", "3"])
        #expect(csv(header + "\n" + row + "\n", chunk: 1).last?.texts == ["1", "2", "3"])
    }

    @Test func `text after a closing quote rejects that record alone`() {
        let items = csv("a,b\n\"x\"y,2\n3,4\n")
        #expect(items.map(\.error) == [nil, .textAfterQuote, nil])
        #expect(items[1].raw == "\"x\"y,2")
        #expect(items[2].texts == ["3", "4"])
    }

    @Test func `bytes that are not UTF-8 reject that record alone`() {
        let items = csv(Array("a,b\nM".utf8) + [0xfc] + Array("ller,2\nMüller,4\n".utf8))
        #expect(items.map(\.error) == [nil, .notUTF8, nil])
        #expect(items[1].line == 2)
        #expect(items[1].row.bytes == Array("M".utf8) + [0xfc] + Array("ller,2".utf8))
        #expect(items[2].texts == ["Müller", "4"])
    }

    @Test(arguments: [1, 7, 1 << 20]) func `a stray quote costs one line, not the rest of the file`(chunk: Int) {
        let text = "a,b\n\"x,1\n2,3\n\"four\",5\n6,7\n"
        // The quote of line 2 is closed by the one in line 4, with text after it.
        let items = csv(text, chunk: chunk)
        #expect(items.map(\.error) == [nil, .textAfterQuote, nil])
        #expect(items.last?.texts == ["6", "7"])
        #expect(items.last?.line == 5)
        let open = csv("a,b\n1,2\n3,\"4\n5,6\n7,8\n", chunk: chunk)
        #expect(open.map(\.error) == [nil, nil, .quoteStaysOpen, nil, nil])
        #expect(open.map(\.line) == [1, 2, 3, 4, 5])
        #expect(open[2].raw == "3,\"4")
    }

    @Test(arguments: [1, 13, 1 << 20]) func `a record over the limit is rejected and the next one read`(chunk: Int) {
        let long = String(repeating: "x", count: 200)
        let items = csv("a,b\n\(long),1\r\n2,3\n\"\(long)\",4\n5,\"6\n\(long)\"\n7,8\n", chunk: chunk, limit: 100)
        #expect(
            items.map(\.error) == [
                nil, .rowTooLong(limit: 100), nil, .quoteStaysOpen, .quoteStaysOpen, .rowTooLong(limit: 100), nil,
            ])
        #expect(items.map(\.line) == [1, 2, 3, 4, 5, 6, 7])
        #expect(items[1].row.bytes.count == 101)
        #expect(!items[1].row.isWhole)
        #expect(items.last?.texts == ["7", "8"])
    }

    @Test func `after a quote that stays open records are held to their lines as far as was looked`() {
        let open = csv("a,b\n1,\"2\n" + String(repeating: "a\",x,\"\n", count: 5) + "b\",y\n", limit: 40)
        #expect(open.map(\.error) == [nil] + Array(repeating: .quoteStaysOpen, count: 6) + [nil])
        #expect(open.map(\.line) == Array(1...8))
        // Beyond what was looked at, here 41 bytes, a record may cross lines again.
        let far = csv("a,b\n\"1\n" + String(repeating: "2,3\n", count: 12) + "4,\"5\n6\"\n", limit: 40)
        #expect(far.map(\.error) == [nil, .quoteStaysOpen] + Array(repeating: nil, count: 13))
        #expect(far.last?.texts == ["4", "5\n6"])
    }

    @Test(arguments: ["a\",x,\"\n", "\"\"x,\"\n", "\n\",\"\r\n"])
    func `a file of stray quotes takes work that grows as its size`(line: String) {
        func work(_ bytes: Int) -> Int {
            var text = Array("a,b,c\n".utf8)
            while text.count < bytes { text += Array(line.utf8) }
            var reader = CSVReader()
            text.withUnsafeBytes { reader.append($0) }
            reader.finish()
            while reader.next() != nil {}
            return reader.work
        }
        let size = 2 << 20
        #expect(work(size) <= 2 * size + 100)
        #expect(work(2 * size) <= 4 * size + 200)
    }

    @Test func `a record of exactly the limit is read`() {
        let row = "1," + String(repeating: "x", count: 98)
        #expect(csv("a,b\n" + row + "\n", limit: 100).last?.raw == row)
        #expect(csv("a,b\n" + row, limit: 100).last?.error == nil)
        #expect(csv("a,b\n" + row + "x\n", limit: 100).last?.error == .rowTooLong(limit: 100))
    }

    @Test func `more columns than the limit reject that record`() {
        let items = csv(String(repeating: ",", count: IntakeLimits.columns) + "\n1,2\n")
        #expect(items.map(\.error) == [.tooManyColumns(limit: IntakeLimits.columns), nil])
        #expect(csv(String(repeating: "a,", count: IntakeLimits.columns - 1) + "b\n")[0].texts?.count == 1_000)
    }

    @Test func `what RFC 4180 writes is read back, however it is cut`() {
        var random = SeededRandom.announced("CSVReaderTests")
        for _ in 0..<300 {
            let delimiter = [",", ";", "\t"].randomElement(using: &random)!
            let end = ["\n", "\r\n", "\r"].randomElement(using: &random)!
            let width = Int.random(in: 2...6, using: &random)
            // The header settles the delimiter.
            var records = [(0..<width).map { "name\($0)" }]
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                records.append((0..<width).map { _ in Self.field(&random) })
            }
            var text = records.map { Self.written($0, delimiter, &random) }.joined(separator: end)
            if Bool.random(using: &random) { text += end }
            let chunk = Int.random(in: 1...40, using: &random)
            let items = csv(text, chunk: chunk)
            #expect(items.map(\.texts) == records)
            var line = 1
            for (item, record) in zip(items, records) {
                #expect(item.line == line)
                line += 1 + record.joined().unicodeScalars.count { $0 == "\n" }
            }
        }
    }

    @Test func `random bytes are read to their end, and the same whatever the chunks`() {
        var random = SeededRandom.announced("CSVReaderTests")
        let alphabet = Array("ab\"\"\",,;\t\r\n\n é".utf8) + [0xff, 0x00]
        for round in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                round % 3 == 0 ? UInt8.random(in: 0...255, using: &random) : alphabet.randomElement(using: &random)!
            }
            let whole = csv(bytes, limit: 40)
            let cut = csv(bytes, chunk: Int.random(in: 1...9, using: &random), limit: 40)
            #expect(whole.map(\.row) == cut.map(\.row))
            #expect(whole.map(\.error) == cut.map(\.error))
            #expect(whole.map(\.texts) == cut.map(\.texts))
            for (item, next) in zip(whole, whole.dropFirst()) { #expect(item.line < next.line) }
        }
    }

    private static func field(_ random: inout SeededRandom) -> String {
        let pieces = ["x", "\"", ",", ";", "\t", "\n", " ", "é", "日", "", "text", "\"\""]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }

    private static func written(_ record: [String], _ delimiter: String, _ random: inout SeededRandom) -> String {
        record.map { field in
            let must = field.contains(delimiter) || field.contains("\"") || field.contains("\n")
            guard must || Bool.random(using: &random) else { return field }
            return "\"" + field.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: delimiter)
    }
}

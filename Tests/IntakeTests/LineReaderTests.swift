import Intake
import Testing

@Suite struct LineReaderTests {
    @Test(arguments: [1, 3, 1 << 20]) func `lines come with their numbers, blank ones are passed over`(chunk: Int) {
        let bytes = [0xef, 0xbb, 0xbf] + Array("{}\n\n  \r\n{\"a\":1}\r\nlast".utf8)
        let items = lines(bytes, chunk: chunk, limit: 1_000)
        #expect(items.map(\.row.line) == [1, 4, 5])
        #expect(items.map(\.text) == ["{}", "{\"a\":1}", "last"])
    }

    @Test(arguments: [1, 7, 1 << 20]) func `a line over the limit is rejected and the next one read`(chunk: Int) {
        let long = String(repeating: "x", count: 50)
        let items = lines(Array("a\n\(long)\nb\n\(long)".utf8), chunk: chunk, limit: 20)
        #expect(items.map(\.row.line) == [1, 2, 3, 4])
        #expect(items.map(\.error) == [nil, .rowTooLong(limit: 20), nil, .rowTooLong(limit: 20)])
        #expect(items[1].row.bytes.count == 21)
        #expect(!items[1].row.isWhole)
    }

    @Test(arguments: [1, 5, 1 << 20]) func `the elements of an array are rows`(chunk: Int) {
        let text = "[\n {\"a\":\"[,]\\\"\"},\n {\"b\":[1,2]} ,3\n]\n"
        let items = elements(text, chunk: chunk, limit: 1_000)
        #expect(items.map(\.row.line) == [2, 3, 3])
        #expect(items.map(\.text) == ["{\"a\":\"[,]\\\"\"}", "{\"b\":[1,2]} ", "3\n"])
        #expect(elements("[]", chunk: chunk, limit: 10).isEmpty)
    }

    @Test func `an element over the limit is rejected and the next one read`() {
        let items = elements("[\"" + String(repeating: "x", count: 50) + "\",1]", chunk: 4, limit: 20)
        #expect(items.map(\.error) == [.rowTooLong(limit: 20), nil])
        #expect(items[1].text == "1")
    }

    @Test func `an array that breaks off, or goes on after its end, gives its rest as a row`() {
        #expect(elements("[1,{\"a\":", chunk: 3, limit: 20).map(\.text) == ["1", "{\"a\":"])
        #expect(elements("[1] {\"a\":2}", chunk: 3, limit: 20).map(\.text) == ["1", "{\"a\":2}"])
    }

    private func lines(_ bytes: [UInt8], chunk: Int, limit: Int) -> [LineReader.Item] {
        var reader = LineReader(lineLimit: limit)
        var items: [LineReader.Item] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { reader.append($0) }
            while let item = reader.next() { items.append(item) }
        }
        reader.finish()
        while let item = reader.next() { items.append(item) }
        return items
    }

    private func elements(_ text: String, chunk: Int, limit: Int) -> [LineReader.Item] {
        let bytes = Array(text.utf8)
        var reader = ArrayReader(elementLimit: limit)
        var items: [LineReader.Item] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { reader.read($0) { items.append($0) } }
        }
        reader.finish { items.append($0) }
        return items
    }
}

extension LineReader.Item {
    fileprivate var row: RawRow {
        switch self {
        case .line(let row): row
        case .reject(let reject): reject.row
        }
    }
    fileprivate var error: IntakeError? { if case .reject(let reject) = self { reject.error } else { nil } }
    fileprivate var text: String { String(decoding: row.bytes, as: UTF8.self) }
}

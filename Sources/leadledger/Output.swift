import Foundation
import OrderedJSON
import Reports

/// Standard output, in pieces that are large enough.
final class StandardOutput {
    private var bytes: [UInt8] = []

    func write(_ text: some Sequence<UInt8>) {
        bytes.append(contentsOf: text)
        if bytes.count >= 65_536 { flush() }
    }

    func line(_ text: String) {
        write(text.utf8)
        write("\n".utf8)
    }

    func flush() {
        // What `print` left in the C library's buffer comes first.
        fflush(nil)
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Who reads our output went away: there is nobody left to tell.
            guard count > 0 else { exit(errno == EPIPE ? 0 : 1) }
            start += count
        }
        bytes.removeAll(keepingCapacity: true)
    }
}

/// A list on standard output, row by row, in the format that was asked for.
struct ListOutput {
    private let format: OutputFormat
    private let columns: [String]
    private let out = StandardOutput()
    private var table: TextTable
    private var count = 0

    /// Rows that are shown at once with aligned columns; later ones are aligned among themselves.
    private static let page = 1_000

    /// - Parameter columns: the keys that tables and CSV show; JSON shows all.
    init(_ format: OutputFormat, columns: [String]) {
        self.format = format
        self.columns = columns
        table = Self.table(columns)
        switch format {
        case .json: out.write("[".utf8)
        case .csv: out.line(columns.map(Self.csvCell).joined(separator: ","))
        case .ndjson, .table: break
        }
    }

    mutating func add(_ row: JSON) {
        switch format {
        case .json:
            out.write((count == 0 ? "\n" : ",\n").utf8)
            out.write(row.encoded())
        case .ndjson: out.line(row.text)
        case .csv: out.line(columns.map { Self.csvCell(Self.cell(row[$0])) }.joined(separator: ","))
        case .table:
            table.add(columns.map { Self.cell(row[$0]) })
            if (count + 1) % Self.page == 0 {
                out.write(table.text.utf8)
                table = Self.table(columns)
            }
        }
        count += 1
    }

    /// - Parameter empty: what a table says when there is no row.
    mutating func finish(empty: String) {
        switch format {
        case .json: out.line(count == 0 ? "]" : "\n]")
        case .table: count == 0 ? out.line(empty) : out.write(count % Self.page == 0 ? "".utf8 : table.text.utf8)
        case .ndjson, .csv: break
        }
        out.flush()
    }

    private static let numbers: Set = [
        "attempts", "attempt", "seq", "status", "rows", "differences", "open", "held", "parked", "unknown",
    ]

    private static func table(_ columns: [String]) -> TextTable {
        TextTable(columns.map { ($0, Self.numbers.contains($0) ? .right : .left) })
    }

    static func cell(_ value: JSON?) -> String {
        switch value {
        case nil, .null: ""
        case .string(let text): text
        case .number(let digits): digits
        case .bool(let value): value ? "yes" : "no"
        case .object(let members):
            members.map { "\($0.name.isEmpty ? "-" : $0.name) \(cell($0.value["count"] ?? $0.value))" }
                .joined(separator: ", ")
        case .array(let values): values.map { cell($0) }.joined(separator: ", ")
        }
    }

    private static func csvCell(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}

/// One value on standard output: indented on a terminal, else on one line.
func printJSON(_ value: JSON) {
    let out = StandardOutput()
    out.write(value.encoded(pretty: isatty(STDOUT_FILENO) == 1))
    out.write("\n".utf8)
    out.flush()
}

/// A flat object in the format that was asked for; `false` for a table, which is the command's own affair.
func printRecord(_ record: JSON, _ format: OutputFormat) -> Bool {
    switch format {
    case .table: return false
    case .json, .ndjson: printJSON(record)
    case .csv:
        guard case .object(let members) = record else { return false }
        var list = ListOutput(.csv, columns: members.map(\.name))
        list.add(record)
        list.finish(empty: "")
    }
    return true
}

/// A message for people, on standard error. It is one line, whatever senders wrote into the texts that it names.
func say(_ text: String) { FileHandle.standardError.write(Data((TextTable.printable(text) + "\n").utf8)) }

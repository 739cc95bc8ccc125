internal import Leads
internal import OrderedJSON

/// How actions are written into a blob: one line each, which begins with the id of the delivery.
///
/// Nothing that a line tells can look like the beginning of another: JSON escapes line breaks, and in CSV the id alone
/// stands in quotes of its own at the start of a line, for quotes within a cell are doubled.
struct BlobLines: Sendable {
    enum Format: String, Sendable {
        case ndjson, csv
    }

    let format: Format

    static let columns: [String] =
        [
            "id", "version", "lead", "customer", "source", "action", "offer", "offerTitle", "occurredAt", "stage",
            "contactable",
        ] + Contact.Field.allCases.map(\.rawValue) + ["description"]

    /// What every line begins with, before the id and a quotation mark.
    private var opening: [UInt8] { Array((format == .ndjson ? "{\"id\":\"" : "\"").utf8) }

    var contentType: String { format == .ndjson ? "application/x-ndjson" : "text/csv; charset=utf-8" }

    /// What a blob begins with.
    var head: [UInt8] {
        format == .ndjson
            ? [] : Array((Self.columns.map { $0 == "id" ? "\"id\"" : $0 }.joined(separator: ",") + "\r\n").utf8)
    }

    /// What is told of an action, in the order of the columns; fields without a value are left out.
    func record(_ outgoing: Outgoing) -> JSON {
        let action = outgoing.action
        var members = [
            JSON.Member("id", .string(outgoing.delivery)), JSON.Member("version", .number(outgoing.version)),
            JSON.Member("lead", .string(outgoing.lead)), JSON.Member("customer", .string(outgoing.customer)),
        ]
        func add(_ name: String, _ text: String?) {
            if let text, !text.isEmpty { members.append(JSON.Member(name, .string(text))) }
        }
        add("source", action.source?.name)
        add("action", action.action?.code)
        add("offer", action.offer?.text)
        add("offerTitle", action.offerTitle)
        add("occurredAt", outgoing.occurredAt.description)
        add("stage", outgoing.stage?.description)
        members.append(JSON.Member("contactable", .bool(outgoing.isContactable)))
        for field in Contact.Field.allCases { add(field.rawValue, action.contact[field]) }
        add("description", action.description)
        return .object(members)
    }

    /// The line with its end.
    func line(_ record: JSON) -> [UInt8] {
        guard format == .csv else { return record.encoded() + [UInt8(ascii: "\n")] }
        let cells = Self.columns.map { column -> String in
            switch record[column] {
            case .string(let text): Self.cell(text, isQuoted: column == "id")
            case .number(let digits): digits
            case .bool(let flag): "\(flag)"
            default: ""
            }
        }
        return Array((cells.joined(separator: ",") + "\r\n").utf8)
    }

    /// A cell by RFC 4180, as it is: a text that a spreadsheet would take for a formula is data here.
    private static func cell(_ text: String, isQuoted: Bool) -> String {
        let needs = isQuoted || text.utf8.contains { [10, 13, 34, 44].contains($0) } || text != text.trimmed
        return needs ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }

    /// The ids of the lines that begin in `bytes`.
    /// - Parameter startsLine: whether a line begins with the first byte.
    func ids(in bytes: [UInt8], startsLine: Bool, among wanted: Set<String>) -> Set<String> {
        var found: Set<String> = []
        let opening = opening
        bytes.withUnsafeBufferPointer { bytes in
            var isStart = startsLine
            for index in bytes.indices {
                if isStart, index + opening.count < bytes.count, bytes[index...].starts(with: opening) {
                    let rest = bytes[(index + opening.count)...].prefix(Self.idBytes + 1)
                    if let end = rest.firstIndex(of: UInt8(ascii: "\"")) {
                        let id = String(decoding: rest[..<end], as: UTF8.self)
                        if wanted.contains(id) { found.insert(id) }
                    }
                }
                isStart = bytes[index] == UInt8(ascii: "\n")
            }
        }
        return found
    }

    /// No id is longer.
    private static let idBytes = 128
    /// Bytes that hold the beginning of a line with its id, and the end of the line before.
    static let overlap = 256
}

internal import Foundation
internal import Leads
internal import OrderedJSON

/// A request taken apart: what it is about, and what it may ask.
struct AzureTableCall {
    enum Target {
        case tables
        case namedTable(String)
        case entities(String)
        case insert(String)
        case entity(String, partition: String, row: String)
        case batch
    }

    let target: Target
    /// `nil` for a batch: its operations have needs of their own.
    let need: AzureNeed?
    private let parameters: [(name: String, value: String)]

    init(_ arrival: Arrival, account: String) throws(AzureFault) {
        var path = Substring(arrival.path).dropFirst()
        if path.hasPrefix(account + "/") { path = path.dropFirst(account.count + 1) }
        guard let path = String(path).removingPercentEncoding else { throw .invalid("the path") }
        target = try Self.target(path, method: arrival.method)
        need = Self.need(target, arrival)
        parameters = (arrival.query ?? "").split(separator: "&").map { part in
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            func decoded(_ text: Substring) -> String {
                String(text).replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            return (decoded(part[..<equals]), decoded(part[equals...].dropFirst()))
        }
    }

    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    static func isTableName(_ name: String) -> Bool {
        let isLetter = { (byte: UInt8) in (65...90).contains(byte) || (97...122).contains(byte) }
        return (3...63).contains(name.utf8.count) && name.utf8.first.map(isLetter) ?? false
            && name.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) } && name.lowercased() != "tables"
    }

    private static func target(_ path: String, method: String) throws(AzureFault) -> Target {
        if path == "$batch" {
            guard method == "POST" else { throw .verb }
            return .batch
        }
        let name = String(path.prefix { $0 != "(" })
        let rest = path.dropFirst(name.count)
        if name == "Tables" {
            if rest.isEmpty || rest == "()" { return .tables }
            guard rest.hasPrefix("('"), rest.hasSuffix("')"), method == "DELETE" else { throw .invalid("the path") }
            return .namedTable(String(rest.dropFirst(2).dropLast(2)))
        }
        guard isTableName(name) else {
            throw AzureFault(
                400, "InvalidResourceName", "The specifed resource name contains invalid characters.")
        }
        if method == "POST", rest.isEmpty { return .insert(name) }
        if rest.isEmpty || rest == "()" {
            guard method == "GET" else { throw .verb }
            return .entities(name)
        }
        guard method != "POST", rest.hasPrefix("(PartitionKey='"), rest.hasSuffix("')"),
            let middle = rest.firstRange(of: "',RowKey='")
        else { throw .invalid("the path") }
        let partition = rest[rest.index(rest.startIndex, offsetBy: 15)..<middle.lowerBound]
        let row = rest[middle.upperBound...].dropLast(2)
        return .entity(
            name, partition: String(partition).replacing("''", with: "'"),
            row: String(row).replacing("''", with: "'"))
    }

    private static func need(_ target: Target, _ arrival: Arrival) -> AzureNeed? {
        func need(_ permissions: String..., table: String? = nil) -> AzureNeed {
            AzureNeed(permissions: permissions, resource: table, kind: table == nil ? "c" : "o")
        }
        switch target {
        case .tables: return arrival.method == "GET" ? need("l") : need("c", "a", "w")
        case .namedTable: return need("d")
        case .entities(let name): return need("r", table: name)
        case .insert(let name): return need("a", table: name)
        case .entity(let name, _, _):
            switch arrival.method {
            case "GET": return need("r", table: name)
            case "DELETE": return need("d", table: name)
            default: return need(arrival["if-match"] == nil ? "au" : "u", table: name)
            }
        case .batch: return nil
        }
    }
}

/// Where a query goes on: the key of the next entity, and how many empty answers come before it.
struct AzureTableMark {
    let partition: String
    let row: String
    let empties: Int

    init(partition: String, row: String, empties: Int) {
        self.partition = partition
        self.row = row
        self.empties = empties
    }

    /// Reads what a caller sends back; `nil` where it sends nothing.
    init?(_ call: AzureTableCall) throws(AzureFault) {
        guard let partition = call.parameter("NextPartitionKey") else { return nil }
        guard let partition = Self.decode(partition), let row = call.parameter("NextRowKey").flatMap(Self.decode),
            let dot = row.firstIndex(of: "."), let empties = Int(row[..<dot])
        else { throw .invalid("the continuation token") }
        self.partition = partition
        self.row = String(row[row.index(after: dot)...])
        self.empties = empties
    }

    var headers: [(name: String, value: String)] {
        [
            ("x-ms-continuation-NextPartitionKey", Self.encode(partition)),
            ("x-ms-continuation-NextRowKey", Self.encode("\(empties).\(row)")),
        ]
    }

    /// The look of the real ones: `1!8!UEsxMjM-`.
    private static func encode(_ text: String) -> String {
        let base64 = Data(text.utf8).base64EncodedString().replacing("=", with: "-")
        return "1!\(base64.utf8.count)!\(base64)"
    }

    private static func decode(_ text: String) -> String? {
        let parts = text.split(separator: "!", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "1", Int(parts[1]) == parts[2].utf8.count,
            let data = Data(base64Encoded: String(parts[2]).replacing("-", with: "="))
        else { return nil }
        return String(data: data, encoding: .utf8)
    }
}

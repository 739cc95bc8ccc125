internal import Leads

/// The parameters of a question, each read strictly: one that is unknown, empty, unreadable or given twice is named.
struct QueryParameters {
    /// As they came, in their order, still encoded.
    private let pairs: [(name: String, value: Substring)]
    private let values: [String: String]

    init(_ query: Substring, known: Set<String>) throws(Problem) {
        var pairs: [(name: String, value: Substring)] = []
        var values: [String: String] = [:]
        for pair in query.split(separator: "&", omittingEmptySubsequences: true) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let encoded = parts.count == 2 ? parts[1] : ""
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true), known.contains(name) else {
                // The name is the caller's own words, so the answer shows only as much as cannot hurt.
                let shown = PercentEncoding.encode(parts[0].prefix(64))
                let list = known.sorted().joined(separator: ", ")
                throw .parameter(
                    shown,
                    known.isEmpty ? "There are no parameters here." : "There is no such parameter. There are: \(list).")
            }
            guard let value = PercentEncoding.decode(encoded, plusIsSpace: true) else {
                throw .parameter(name, "The value is not percent-encoded UTF-8.")
            }
            guard !value.isEmpty else {
                throw .parameter(name, "The value is empty; leave the parameter out instead.")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .parameter(name, "The parameter is given twice.")
            }
            pairs.append((name, encoded))
        }
        self.pairs = pairs
        self.values = values
    }

    subscript(_ name: String) -> String? { values[name] }

    /// Reads a value; a parameter that is there and cannot be read is a problem.
    /// - Parameter expected: what it should be, to follow "is not".
    func value<Value>(
        _ name: String, expected: String, _ read: (String) throws -> Value?
    ) throws(Problem) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = try? read(text) else { throw .parameter(name, "The value is not \(expected).") }
        return value
    }

    func instant(_ name: String) throws(Problem) -> Instant? {
        try value(name, expected: "a time as RFC 3339 has it") { Instant($0) }
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        try value(name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
            return Int64(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Value.Type
    ) throws(Problem) -> Value? where Value.RawValue == String {
        let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, expected: "one of \(known)") { Value(rawValue: $0) }
    }

    /// The same question from `cursor` on.
    func next(_ cursor: String) -> String {
        var parts = pairs.filter { $0.name != "cursor" }.map { "\(PercentEncoding.encode($0.name))=\($0.value)" }
        parts.append("cursor=" + PercentEncoding.encode(cursor))
        return parts.joined(separator: "&")
    }
}

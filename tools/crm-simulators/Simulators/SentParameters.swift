internal import Foundation

/// Names and values as they stand in a query or in the body of a form; the first of a name counts.
struct SentParameters: Sendable {
    private let all: [(name: String, value: String)]

    init(_ text: String?) {
        all = (text ?? "").split(separator: "&").map { part in
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            func decoded(_ text: Substring) -> String {
                String(text).replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            return (decoded(part[..<equals]), decoded(part[equals...].dropFirst()))
        }
    }

    subscript(_ name: String) -> String? { all.first { $0.name == name }?.value }

    /// What stands between commas; `nil` when the name is missing.
    func list(_ name: String) -> [String]? {
        self[name]?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}

extension Arrival {
    /// What the body is said to be, without parameters, in lower case.
    var mediaType: String? {
        self["content-type"]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
    }
}

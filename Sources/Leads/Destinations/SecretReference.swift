/// Where a secret is to be read from: a variable of the environment or a file. The secret itself is never in here.
package enum SecretReference: Hashable, Sendable, CustomStringConvertible {
    case environment(String)
    case file(String)

    /// Reads `env:NAME` or `file:PATH`; `nil` for anything else, which may well be a secret by mistake.
    package init?(_ text: String) {
        if text.hasPrefix("env:"), Self.isVariable(text.dropFirst(4)) {
            self = .environment(String(text.dropFirst(4)))
        } else if text.hasPrefix("file:"), text.utf8.count > 5, !text.utf8.contains(0) {
            self = .file(String(text.dropFirst(5)))
        } else {
            return nil
        }
    }

    private static func isVariable(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
        }
    }

    package var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        }
    }
}

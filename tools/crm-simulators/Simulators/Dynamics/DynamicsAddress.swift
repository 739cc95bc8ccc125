internal import Leads

/// What a path below `/api/data/v9.2/` names.
enum DynamicsAddress {
    case leads
    case lead(Key)
    case whoAmI
    case keys
    /// - Parameter kind: the derived type that the path narrows the list to.
    case attributes(kind: String?)

    enum Key {
        case identifier(String)
        case column(String, value: String)
    }

    /// - Parameter path: as it stood on the wire, after `/api/data/`.
    init(_ path: Substring) throws(DynamicsFault) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let version = parts.first, ["v9.0", "v9.1", "v9.2"].contains(version), parts.count > 1 else {
            throw .segment(parts.first ?? "")
        }
        guard let first = PercentEncoding.decode(parts[1]) else { throw .syntax("Bad Request - broken escape.") }
        if first == "WhoAmI" || first == "WhoAmI()", parts.count == 2 {
            self = .whoAmI
        } else if first == "leads", parts.count == 2 {
            self = .leads
        } else if first.hasPrefix("leads("), first.hasSuffix(")"), parts.count == 2 {
            self = .lead(try Self.key(String(first.dropFirst(6).dropLast())))
        } else if first == "EntityDefinitions(LogicalName='lead')", parts.count > 2 {
            self = try Self.definition(parts.dropFirst(2).map(String.init))
        } else {
            // What is set off by a slash in a key does not reach the service whole either.
            throw .segment(first.prefix { $0 != "(" })
        }
    }

    private static func definition(_ parts: [String]) throws(DynamicsFault) -> DynamicsAddress {
        switch (parts[0], parts.count) {
        case ("Keys", 1): return .keys
        case ("Attributes", 1): return .attributes(kind: nil)
        case ("Attributes", 2):
            let prefix = "Microsoft.Dynamics.CRM."
            let kinds = ["String", "Memo", "Integer", "Boolean", "Picklist"]
            guard let kind = kinds.first(where: { parts[1] == "\(prefix)\($0)AttributeMetadata" }) else {
                throw .segment(parts[1])
            }
            return .attributes(kind: kind)
        default: throw .segment(parts[0])
        }
    }

    private static func key(_ text: String) throws(DynamicsFault) -> Key {
        if let id = identifier(text) { return .identifier(id) }
        guard let equals = text.firstIndex(of: "=") else { throw .syntax("Bad Request - Error in query syntax.") }
        let name = String(text[..<equals])
        let literal = text[text.index(after: equals)...]
        if name == "leadid", let id = identifier(String(literal)) { return .identifier(id) }
        guard literal.utf8.count >= 2, literal.hasPrefix("'"), literal.hasSuffix("'") else {
            throw .syntax("Bad Request - Error in query syntax.")
        }
        let inner = literal.dropFirst().dropLast()
        // A quote within is written twice.
        guard !inner.replacing("''", with: "").contains("'") else {
            throw .syntax("Bad Request - Error in query syntax.")
        }
        // These never reach the service: what stands in front of it takes them for an attack.
        if let bad = inner.first(where: { "/<>*%&:\\?+".contains($0) }) {
            throw .syntax("A potentially dangerous Request.Path value was detected from the client (\(bad)).")
        }
        return .column(name, value: String(inner).replacing("''", with: "'"))
    }

    /// A GUID in lower case; `nil` for anything else.
    static func identifier(_ text: String) -> String? {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.joined().utf8.allSatisfy(isHexadecimal) else {
            return nil
        }
        return text.lowercased()
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}

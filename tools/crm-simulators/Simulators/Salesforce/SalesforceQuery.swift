/// The part of SOQL that looks leads up: fields, one object, equalities joined with `AND`, a limit.
struct SalesforceQuery {
    let fields: [String]
    /// Each field with the values it may have.
    let conditions: [(field: String, values: [String])]
    let limit: Int

    private enum Token: Equatable {
        case word(String)
        case text(String)
        case sign(Character)
    }

    init(_ text: String) throws(SalesforceFault) {
        var rest = try Self.tokens(text)[...]
        func fault() -> SalesforceFault { SalesforceFault(400, "MALFORMED_QUERY", "unexpected token in the query") }
        func isNext(_ keyword: String) -> Bool {
            guard case .word(let word)? = rest.first, word.uppercased() == keyword else { return false }
            rest.removeFirst()
            return true
        }
        func word() throws(SalesforceFault) -> String {
            guard case .word(let word)? = rest.popFirst() else { throw fault() }
            return word
        }
        func isSign(_ sign: Character) -> Bool {
            guard rest.first == .sign(sign) else { return false }
            rest.removeFirst()
            return true
        }
        func value() throws(SalesforceFault) -> String {
            guard case .text(let text)? = rest.popFirst() else { throw fault() }
            return text
        }
        guard isNext("SELECT") else { throw fault() }
        var fields = [try word()]
        while isSign(",") { fields.append(try word()) }
        guard isNext("FROM") else { throw fault() }
        let object = try word()
        guard object.lowercased() == "lead" else {
            throw SalesforceFault(400, "INVALID_TYPE", "sObject type '\(object)' is not supported.")
        }
        var conditions: [(field: String, values: [String])] = []
        if isNext("WHERE") {
            repeat {
                let field = try word()
                if isSign("=") {
                    conditions.append((field, [try value()]))
                } else if isNext("IN"), isSign("(") {
                    var values = [try value()]
                    while isSign(",") { values.append(try value()) }
                    guard isSign(")") else { throw fault() }
                    conditions.append((field, values))
                } else {
                    throw fault()
                }
            } while isNext("AND")
        }
        var limit = 2_000
        if isNext("LIMIT") {
            guard let number = Int(try word()), number >= 0 else { throw fault() }
            limit = number
        }
        guard rest.isEmpty else { throw fault() }
        self.fields = fields
        self.conditions = conditions
        self.limit = limit
    }

    private static func tokens(_ text: String) throws(SalesforceFault) -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            if character.isWhitespace { continue }
            if character == "'" {
                var value = ""
                var isOpen = true
                while isOpen {
                    guard let next = rest.popFirst() else {
                        throw SalesforceFault(400, "MALFORMED_QUERY", "line 1: a text does not end")
                    }
                    if next == "\\", let escaped = rest.popFirst() {
                        value.append(escaped)
                    } else if next == "'" {
                        isOpen = false
                    } else {
                        value.append(next)
                    }
                }
                tokens.append(.text(value))
            } else if character.isLetter || character.isNumber || character == "_" {
                let tail = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                rest = rest.dropFirst(tail.count)
                tokens.append(.word(String(character) + tail))
            } else {
                tokens.append(.sign(character))
            }
        }
        return tokens
    }
}

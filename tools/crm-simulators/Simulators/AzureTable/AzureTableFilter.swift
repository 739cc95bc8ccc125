internal import Leads
internal import OrderedJSON

/// The part of OData's `$filter` that people use on tables: comparisons, `and`, `or`, `not` and parentheses.
struct AzureTableFilter {
    private indirect enum Node {
        case comparison(name: String, operation: String, literal: Literal)
        case and(Node, Node)
        case or(Node, Node)
        case not(Node)
    }

    private enum Literal {
        case text(String)
        case instant(Instant)
        case number(Double)
        case bool(Bool)
    }

    private let root: Node

    init(_ text: String) throws(AzureFault) {
        var parser = Parser(tokens: try Self.tokens(text))
        root = try parser.alternatives()
        guard parser.isAtEnd else { throw .invalid("text follows the filter") }
    }

    func matches(_ row: AzureTableRow) -> Bool { Self.holds(root, row) }

    private static func holds(_ node: Node, _ row: AzureTableRow) -> Bool {
        switch node {
        case .and(let left, let right): holds(left, row) && holds(right, row)
        case .or(let left, let right): holds(left, row) || holds(right, row)
        case .not(let inner): !holds(inner, row)
        case .comparison(let name, let operation, let literal): holds(name, operation, literal, row)
        }
    }

    private static func holds(_ name: String, _ operation: String, _ literal: Literal, _ row: AzureTableRow) -> Bool {
        switch (literal, row.value(name)) {
        case (.text(let right), .string(let left)):
            compares(Array(left.utf16), Array(right.utf16), operation) { $0.lexicographicallyPrecedes($1) }
        case (.instant(let right), .string(let left)):
            Instant(left).map { compares($0, right, operation) { $0 < $1 } } ?? false
        case (.number(let right), .number(let digits)):
            Double(digits).map { compares($0, right, operation) { $0 < $1 } } ?? false
        case (.bool(let right), .bool(let left)):
            operation == "eq" ? left == right : operation == "ne" && left != right
        default: false
        }
    }

    private static func compares<Value: Equatable>(
        _ left: Value, _ right: Value, _ operation: String, _ precedes: (Value, Value) -> Bool
    ) -> Bool {
        switch operation {
        case "eq": left == right
        case "ne": left != right
        case "lt": precedes(left, right)
        case "le": !precedes(right, left)
        case "gt": precedes(right, left)
        default: !precedes(left, right)
        }
    }

    private enum Token: Equatable {
        case word(String)
        case text(String)
        case open, close
    }

    private static func tokens(_ text: String) throws(AzureFault) -> [Token] {
        var tokens: [Token] = []
        var rest = Substring(text)
        while let first = rest.first {
            switch first {
            case " ": rest.removeFirst()
            case "(", ")":
                tokens.append(first == "(" ? .open : .close)
                rest.removeFirst()
            case "'":
                var value = ""
                rest.removeFirst()
                while true {
                    guard let end = rest.firstIndex(of: "'") else {
                        throw .invalid("a text in the filter does not end")
                    }
                    value += rest[..<end]
                    rest = rest[rest.index(after: end)...]
                    guard rest.first == "'" else { break }
                    value += "'"
                    rest.removeFirst()
                }
                tokens.append(.text(value))
            default:
                let word = rest.prefix { !" ()'".contains($0) }
                tokens.append(.word(String(word)))
                rest = rest[word.endIndex...]
            }
        }
        return tokens
    }

    private struct Parser {
        let tokens: [Token]
        var position = 0

        init(tokens: [Token]) { self.tokens = tokens }

        var isAtEnd: Bool { position == tokens.count }

        mutating func next() throws(AzureFault) -> Token {
            guard position < tokens.count else { throw .invalid("the filter ends too early") }
            position += 1
            return tokens[position - 1]
        }

        mutating func take(_ token: Token) -> Bool {
            guard position < tokens.count, tokens[position] == token else { return false }
            position += 1
            return true
        }

        mutating func alternatives() throws(AzureFault) -> Node {
            var node = try conditions()
            while take(.word("or")) { node = .or(node, try conditions()) }
            return node
        }

        mutating func conditions() throws(AzureFault) -> Node {
            var node = try condition()
            while take(.word("and")) { node = .and(node, try condition()) }
            return node
        }

        mutating func condition() throws(AzureFault) -> Node {
            if take(.word("not")) { return .not(try condition()) }
            if take(.open) {
                let inner = try alternatives()
                guard take(.close) else { throw .invalid("a parenthesis stays open") }
                return inner
            }
            guard case .word(let name) = try next(), case .word(let operation) = try next(),
                ["eq", "ne", "lt", "le", "gt", "ge"].contains(operation)
            else { throw .invalid("a comparison is expected") }
            return .comparison(name: name, operation: operation, literal: try literal())
        }

        mutating func literal() throws(AzureFault) -> Literal {
            switch try next() {
            case .text(let text): return .text(text)
            case .word("datetime"):
                guard case .text(let text) = try next(), let instant = Instant(text) else {
                    throw .invalid("a time is expected")
                }
                return .instant(instant)
            case .word("true"): return .bool(true)
            case .word("false"): return .bool(false)
            case .word(let word):
                guard let number = Double(word.hasSuffix("L") ? String(word.dropLast()) : word) else {
                    throw .invalid("a value is expected")
                }
                return .number(number)
            case .open, .close: throw .invalid("a value is expected")
            }
        }
    }
}

/// Why a row or a body cannot be read as an action. No reason ever shows what a field holds.
package enum IntakeError: Error, Hashable, Sendable {
    case notUTF8
    case rowTooLong(limit: Int)
    /// A quoted field has no closing quote in what is left of the file, or within the limit of a row.
    case quoteStaysOpen
    case textAfterQuote
    case tooManyColumns(limit: Int)
    /// A row has another number of fields than the header.
    case fieldCount(found: Int, expected: Int)
    case notJSON(String)
    case notAnObject
    case fieldTooLong(field: String, limit: Int)
    case unreadableTime(field: String)
    case notCloudEvent
    case cloudEventVersion
    case cloudEventWithout(attribute: String)
    case cloudEventData
    /// A header that carries an attribute is percent-encoded and not UTF-8.
    case cloudEventAttribute(String)
    /// An attribute of a CloudEvent in a header that names the event, and whose bytes were not UTF-8.
    case cloudEventNameBytes(String)
    /// A percent sign of a web form is not followed by two hexadecimal digits.
    case formEncoding
    /// The id was recorded before with other content.
    case conflict(id: String, seq: Int64)
}

extension IntakeError: CustomStringConvertible {
    package var description: String { text(of: "row") }

    /// The reason, said of a "row" or of a "body".
    package func text(of whole: String) -> String {
        switch self {
        case .notUTF8: "the \(whole) is not UTF-8"
        case .rowTooLong(let limit): "the \(whole) is longer than \(limit) bytes"
        case .quoteStaysOpen: "a quoted field that begins in this line does not end"
        case .textAfterQuote: "text follows the closing quote of a field"
        case .tooManyColumns(let limit): "the \(whole) has more than \(limit) columns"
        case .fieldCount(let found, let expected): "the \(whole) has \(found) fields and the header \(expected)"
        case .notJSON(let why): "the \(whole) is not JSON: \(why)"
        case .notAnObject: "the \(whole) is not a JSON object"
        case .fieldTooLong(let field, let limit): "field \(Self.shown(field)) is longer than \(limit) bytes"
        case .unreadableTime(let field): "field \(Self.shown(field)) is not a time in RFC 3339"
        case .notCloudEvent: "the \(whole) is not a CloudEvent: it has no specversion"
        case .cloudEventVersion: "the CloudEvent's specversion is not 1.0"
        case .cloudEventWithout(let attribute): "the CloudEvent has no \(attribute)"
        case .cloudEventData: "the CloudEvent's data is not a JSON object"
        case .cloudEventNameBytes(let name): "the CloudEvent's \(Self.shown(name)) is not UTF-8 in its header"
        case .cloudEventAttribute(let name): "the CloudEvent's \(Self.shown(name)) is not UTF-8"
        case .formEncoding: "the form cannot be decoded"
        case .conflict(let id, let seq): "id \(Self.shown(id)) was recorded before with other content (seq \(seq))"
        }
    }

    /// The name of the field that cannot be read, as the sender wrote it.
    var field: String? {
        switch self {
        case .fieldTooLong(let field, _), .unreadableTime(let field): field
        default: nil
        }
    }

    /// At most 64 characters of a name, without line breaks and other control characters.
    private static func shown(_ name: String) -> String {
        let scalars = name.prefix(64).unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// The limits of what is read; input beyond them is refused by name, never cut short.
package enum IntakeLimits {
    /// Bytes of one row or body.
    package static let row = 1 << 20
    /// Columns of a CSV file.
    package static let columns = 1_000
    /// Bytes of one field.
    package static let field = 8 << 10
    /// Bytes of a source, action, offer or country: the ledger numbers these texts, and everything that opens it keeps
    /// all of them in memory.
    package static let term = 256

    /// Whether the ledger takes `text` as a source, action, offer or country.
    package static func allowsTerm(_ text: String?) -> Bool { text.map { $0.utf8.count <= term } ?? true }
}

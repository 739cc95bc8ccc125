internal import Leads
package import OrderedJSON

/// What Dataverse says went wrong, read out of the shapes that it and what stands in front of it use.
///
/// The code may be hexadecimal in any case, a signed or unsigned decimal, a number, empty or `0x0`; where it says
/// nothing, the first one below that does counts.
package struct DynamicsError: Hashable, Sendable {
    /// `nil` when no code was given.
    package let code: UInt32?
    /// All messages, the outermost first, each once. Not yet fit for a reason.
    package let words: String

    /// `nil` where the body holds no error.
    package init?(_ body: JSON?) {
        guard let body, case .object = body, let error = body["error"] ?? Self.bare(body) else { return nil }
        var codes: [UInt32] = []
        var messages: [String] = []
        Self.read(error, &codes, &messages, depth: 0)
        code = codes.first
        words = messages.joined(separator: " ")
    }

    /// As it stands in the vendor's tables: `0x80040333`.
    package var codeText: String? {
        code.map { code in
            let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: code >> $0) }
            return "0x" + Hexadecimal.text(bytes)
        }
    }

    /// Errors of the platform below the service come without a wrapping.
    private static func bare(_ body: JSON) -> JSON? {
        body["Message"] != nil || body["ErrorCode"] != nil || body["message"] != nil ? body : nil
    }

    private static func read(_ error: JSON, _ codes: inout [UInt32], _ messages: inout [String], depth: Int) {
        guard depth < 8 else { return }
        if let message = error.string, !messages.contains(message) { messages.append(message) }
        for name in ["code", "Code", "ErrorCode", "errorcode"] {
            if let code = error[name].flatMap(number), code != 0 { codes.append(code) }
        }
        let names = [
            "message", "Message", "ExceptionMessage", "@Microsoft.PowerApps.CDS.InnerError.Message",
        ]
        for name in names {
            if let message = error[name]?.string, !message.isEmpty, !messages.contains(message) {
                messages.append(message)
            }
        }
        for name in ["error", "innererror", "innerError", "internalexception", "InnerException"] {
            if let inner = error[name] { read(inner, &codes, &messages, depth: depth + 1) }
        }
        for detail in error["details"]?.array ?? [] { read(detail, &codes, &messages, depth: depth + 1) }
    }

    /// A code as a number; `nil` for anything else, an empty text among it.
    static func number(_ code: JSON) -> UInt32? {
        let text: String
        switch code {
        case .string(let string): text = string.trimmed.lowercased()
        case .number(let digits): text = digits
        default: return nil
        }
        if text.hasPrefix("0x") { return UInt32(text.dropFirst(2), radix: 16) }
        guard let value = Int64(text) else { return nil }
        return Int32(exactly: value).map { UInt32(bitPattern: $0) } ?? UInt32(exactly: value)
    }

    /// What the messages say, without the paragraph of help before the cause.
    package var cause: String {
        guard let start = words.firstRange(of: "InnerException : ") else { return words }
        return String(words[start.upperBound...])
    }

    /// The column that does not exist, as the messages name it; `nil` when that is not what they say.
    package var unknownColumn: String? {
        [Self.unknownProperty, Self.absentProperty].lazy
            .compactMap { words.firstMatch(of: $0).map { String($0.output.1) } }.first
    }

    /// The first of `columns` that stands in quotes, or that is said to be taken already.
    package func column(of columns: [String]) -> String? {
        let named = (words.matches(of: Self.quoted) + words.matches(of: Self.taken)).map { $0.output.1.lowercased() }
        return named.lazy.compactMap { name in columns.first { $0.lowercased() == name } }.first
    }

    // A regular expression is made once and only read afterwards.
    nonisolated(unsafe) private static let unknownProperty =
        /(?i)(?:property named|invalid property|undeclared property) '([A-Za-z0-9_]+)'/
    nonisolated(unsafe) private static let absentProperty = /(?i)the property '([A-Za-z0-9_]+)' does not exist/
    nonisolated(unsafe) private static let quoted = /['"]([A-Za-z0-9_]+)['"]/
    nonisolated(unsafe) private static let taken = /same value for ([A-Za-z0-9_]+) already exists/
}

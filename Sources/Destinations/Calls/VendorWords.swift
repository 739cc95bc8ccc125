internal import Leads

/// What a destination says about a lead it refuses, without the lead's contact data: fit for a reason that everybody
/// may read, and that stands in the ledger for ever.
///
/// Vendors repeat in their messages what they were sent, and whom they have already. What was sent is taken out
/// wherever it stands, in whatever case and spacing, then whatever looks like an address or a number of a person, and
/// every quoted text that is no name of a field. What was said in full is in the sealed exchange.
package enum VendorWords {
    /// Characters of a message that are kept.
    private static let limit = 240
    /// Characters of a message that are read.
    private static let readLimit = 2_048
    private static let mark = "…"

    /// - Parameters:
    ///   - message: as the vendor wrote it.
    ///   - fields: names that may stand in quotes, and that stay even where they contain something that was sent.
    package static func clean(_ message: String, of leads: [Outgoing] = [], fields: some Sequence<String> = [String]())
        -> String
    {
        let names = Set(fields)
        var text = SentValues.spaced(String(message.prefix(readLimit)))
        if !leads.isEmpty { text = SentValues(leads, fields: names).removed(from: text, mark: mark) }
        text = text.replacing(address, with: mark).replacing(number, with: mark)
        text = text.replacing(quoted) { match in
            let inner = String(match.output.2)
            return names.contains(inner) || isIdentifier(inner) ? String(match.output.0) : mark
        }
        let short = text.trimmed
        return short.count > limit ? short.prefix(limit) + mark : short
    }

    /// An id or a code that is a number, as it came; `nil` for anything else, which may be a person's.
    static func number(_ text: String) -> String? {
        (1...20).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? text : nil
    }

    /// What is wrong and how to mend it, as one line: sentences of a vendor's end with a full stop, and this goes on.
    package static func reason(_ problem: String, mend: String) -> String { "\(unstopped(problem)); \(mend)" }

    /// A text without the full stop at its end.
    package static func unstopped(_ text: String) -> String {
        var text = text.trimmed
        while text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// The name of a field or a code as vendors write them: `_` or a capital within.
    private static func isIdentifier(_ text: String) -> Bool {
        let isWord = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
        return isWord
            && (text.contains("_")
                || text.dropFirst().contains(where: \.isUppercase) && text.first?.isLowercase == true)
    }

    // A regular expression is made once and only read afterwards.
    nonisolated(unsafe) private static let address = /[^\s"'<>(),;:]+@[^\s"'<>(),;:]+/
    nonisolated(unsafe) private static let number = /\+?\d[\d\s().\/-]{5,}\d/
    nonisolated(unsafe) private static let quoted = /(["'“‘])([^"'“”‘’]{1,200})["'”’]/
}

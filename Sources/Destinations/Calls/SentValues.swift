internal import Leads

/// What was sent of some leads, to be found again in a message of a vendor.
///
/// Letters are compared without regard to case, and any run of spaces and line breaks is one space. A long text is
/// found by its beginning, since vendors cut what they repeat; a phone number by its digits, whatever stands between
/// them.
struct SentValues {
    private struct Value {
        let characters: [Character]
        /// Found only where no letter or digit stands beside it: short texts, and parts of names and addresses.
        let isWord: Bool
    }

    private let values: [Value]
    private let phones: [[Character]]
    /// Names of fields, in small letters.
    private let fields: Set<String>

    /// Characters of a long text that give it away.
    private static let beginning = 24

    init(_ leads: [Outgoing], fields: Set<String>) {
        self.fields = Set(fields.map { $0.lowercased() })
        var whole: Set<String> = []
        var words: Set<String> = []
        var phones: Set<[Character]> = []
        for lead in leads {
            let contact = lead.action.contact
            for field in Contact.Field.allCases where field != .country {
                contact[field].map { whole.formUnion(Self.spellings($0)) }
            }
            lead.action.description.map { whole.formUnion(Self.spellings($0)) }
            // A whole name is sent in two parts, and parts of an address stand in for a name or a company.
            for name in [contact.firstName, contact.lastName].compactMap({ $0 }) {
                words.formUnion(name.split(whereSeparator: \.isWhitespace).map { $0.lowercased() })
            }
            words.formUnion(Self.tellingWords(contact.email ?? ""))
            if (contact.lastName ?? "").trimmed.isEmpty, let local = Self.local(contact.email) { words.insert(local) }
            let digits = (contact.phone ?? "").filter(Self.isDigit)
            if digits.count >= 5 { phones.insert(Array(digits)) }
        }
        values =
            (whole.map { Value(characters: Self.folded($0), isWord: $0.count < 3) }
            + words.subtracting(whole).map { Value(characters: Self.folded($0), isWord: true) })
            .filter { $0.characters.count > 1 }.sorted { $0.characters.count > $1.characters.count }
        self.phones = phones.sorted { $0.count > $1.count }
    }

    /// A text as it may come back: as it is, in capitals (which may have more letters), or escaped for JSON or HTML.
    private static func spellings(_ text: String) -> [String] {
        let text = spaced(text.trimmed)
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let html = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
        let all = [text, text.uppercased(), escaped, html, html.replacing("'", with: "&#39;")]
        return Array(Set(all.map { $0.lowercased() }))
    }

    /// The words of a text that say something of a person when they stand alone.
    ///
    /// Words that any message is made of say nothing, and a message says something else without its `not`.
    private static func tellingWords(_ text: String) -> [String] {
        text.split { $0.isWhitespace || $0 == "@" }.map { $0.lowercased() }
            .filter { $0.count > 3 && !common.contains($0) }
    }

    /// What stands in for a missing last name, which is then sent whole.
    private static func local(_ email: String?) -> String? {
        guard let email, let at = email.lastIndex(of: "@") else { return nil }
        let local = email[..<at].lowercased()
        return common.contains(local) ? nil : local
    }

    /// Words that vendors' messages are made of.
    private static let common: Set = [
        "a", "account", "address", "already", "an", "and", "any", "are", "be", "been", "by", "can", "for", "has", "in",
        "is", "it", "may", "new", "no", "not", "of", "on", "one", "or", "the", "to", "too", "was", "you", "blank",
        "cannot", "city", "company", "contact", "could", "country",
        "customer", "data", "does", "email", "empty", "error", "exist", "exists", "failed", "field", "first", "found",
        "from", "have", "invalid", "last", "lead", "long", "mail", "missing", "must", "name", "none", "null", "number",
        "person", "phone", "please", "property", "provided", "record", "request", "required", "sales", "sample",
        "short", "such", "test", "that", "their", "there", "this", "title", "unknown", "user", "valid", "value",
        "when", "with", "wrong", "your",
    ]

    static func spaced(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func folded(_ text: String) -> [Character] { text.flatMap { folded($0) } }

    private static func folded(_ character: Character) -> [Character] {
        character.isASCII && !character.isUppercase ? [character] : Array(character.lowercased())
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    func removed(from text: String, mark: String) -> String {
        var message = Message(text)
        for phone in phones { message.removeDigits(phone) }
        for value in values {
            let isCut = value.characters.count > Self.beginning
            let sought = isCut ? Array(value.characters.prefix(Self.beginning)) : value.characters
            guard message.mayContain(sought) else { continue }
            message.remove(
                sought, rest: value.characters.dropFirst(sought.count), isWord: value.isWord, keeping: fields)
        }
        return message.text(mark)
    }

    /// A message, of which parts are taken out.
    private struct Message {
        private let original: [Character]
        private let folded: [Character]
        /// For each folded character, which character of the original it comes from.
        private let places: [Int]
        private var isRemoved: [Bool]
        private let pairs: Set<[Character]>

        init(_ text: String) {
            original = Array(text)
            var folded: [Character] = []
            var places: [Int] = []
            for (place, character) in original.enumerated() {
                let letters = SentValues.folded(character)
                folded += letters
                places += Array(repeating: place, count: letters.count)
            }
            (self.folded, self.places) = (folded, places)
            isRemoved = Array(repeating: false, count: folded.count)
            pairs = Set(zip(folded, folded.dropFirst()).map { [$0, $1] })
        }

        /// Whether it is worth looking, which is quickly known.
        func mayContain(_ sought: [Character]) -> Bool {
            sought.count <= folded.count && pairs.contains(Array(sought.prefix(2)))
        }

        mutating func remove(
            _ sought: [Character], rest: ArraySlice<Character>, isWord: Bool, keeping fields: Set<String>
        ) {
            var start = 0
            while start + sought.count <= folded.count {
                guard folded[start] == sought[0], folded[start..<start + sought.count].elementsEqual(sought) else {
                    start += 1
                    continue
                }
                var end = start + sought.count
                for character in rest {
                    guard end < folded.count, folded[end] == character else { break }
                    end += 1
                }
                let isPart = isWord && (isLetter(start - 1) || isLetter(end))
                if !isPart, !isWithinField(start..<end, fields) { markRemoved(start..<end) }
                start += 1
            }
        }

        /// Takes out digits that follow each other with at most three signs between each two.
        mutating func removeDigits(_ digits: [Character]) {
            for start in folded.indices where folded[start] == digits[0] {
                var (end, found, between) = (start + 1, 1, 0)
                while found < digits.count, end < folded.count, between <= 3 {
                    if folded[end] == digits[found] {
                        (found, between) = (found + 1, 0)
                    } else if isLetter(end) {
                        break
                    } else {
                        between += 1
                    }
                    end += 1
                }
                guard found == digits.count else { continue }
                let hasPlus = start > 0 && folded[start - 1] == "+"
                markRemoved((hasPlus ? start - 1 : start)..<end)
            }
        }

        private mutating func markRemoved(_ range: Range<Int>) {
            for place in range { isRemoved[place] = true }
        }

        private func isLetter(_ place: Int) -> Bool {
            guard folded.indices.contains(place) else { return false }
            return folded[place].isLetter || folded[place].isNumber || folded[place] == "_"
        }

        /// Whether a range is a known name of a field, or lies within one.
        private func isWithinField(_ range: Range<Int>, _ fields: Set<String>) -> Bool {
            guard range.allSatisfy(isLetter) else { return false }
            var (start, end) = (range.lowerBound, range.upperBound)
            while isLetter(start - 1) { start -= 1 }
            while isLetter(end) { end += 1 }
            return fields.contains(String(folded[start..<end]))
        }

        func text(_ mark: String) -> String {
            var gone = Array(repeating: false, count: original.count)
            for (place, character) in places.enumerated() where isRemoved[place] { gone[character] = true }
            var text = ""
            for (place, character) in original.enumerated() {
                if !gone[place] {
                    text.append(character)
                } else if place == 0 || !gone[place - 1] {
                    text += mark
                }
            }
            return text
        }
    }
}

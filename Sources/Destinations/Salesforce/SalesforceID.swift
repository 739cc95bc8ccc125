/// The ids of Salesforce: 15 letters and digits whose case counts, or 18, of which the last 3 say which of them are
/// capitals.
enum SalesforceID {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345")

    /// 15 letters and digits, or 18 whose end fits the rest.
    static func isID(_ text: String) -> Bool {
        guard text.utf8.allSatisfy(isLetterOrDigit) else { return false }
        switch text.utf8.count {
        case 15: return true
        case 18: return suffix(of: text.prefix(15)) == text.suffix(3)
        default: return false
        }
    }

    /// Letters and digits, no more than an id has: nothing that could be a person's.
    static func isShort(_ text: String) -> Bool {
        (1...18).contains(text.utf8.count) && text.utf8.allSatisfy(isLetterOrDigit)
    }

    /// The last three characters of the long form: each stands for five characters, of which it says the capitals.
    static func suffix(of short: Substring) -> String {
        let characters = Array(short)
        return String(
            (0..<3).map { group in
                let capitals = (0..<5).reduce(0) { bits, place in
                    bits | (characters[group * 5 + place].isUppercase ? 1 << place : 0)
                }
                return alphabet[capitals]
            })
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

/// Reads a country as people and forms write it.
package enum Country {
    /// The ISO 3166-1 alpha-2 code where `text` is a code of two or three letters or an English name; otherwise the
    /// text as written, without white space around it. `nil` for text that says nothing.
    ///
    /// Case, accents, punctuation and a "the" do not count in names.
    package static func reading(_ text: String) -> String? {
        let written = text.trimmed
        guard !written.isEmpty else { return nil }
        if written.utf8.count == 2 || written.utf8.count == 3, let code = codes[written.uppercased()] { return code }
        return nameKey(written).flatMap { names[$0] } ?? written
    }

    /// Both codes of each country to its alpha-2 code.
    private static let codes: [String: String] = {
        var codes: [String: String] = [:]
        for country in CountryTable.countries {
            codes[country.alpha2] = country.alpha2
            codes[country.alpha3] = country.alpha2
        }
        return codes
    }()

    private static let names: [String: String] = {
        var names: [String: String] = [:]
        for country in CountryTable.countries {
            for name in country.names {
                if let key = nameKey(name) { names[key] = country.alpha2 }
            }
        }
        return names
    }()

    /// The words of a name in plain small letters; `nil` where a letter is no Latin one.
    static func nameKey(_ name: String) -> String? {
        var words: [String] = []
        var word = ""
        func endWord() {
            if !word.isEmpty, word != "the" { words.append(word == "st" ? "saint" : word) }
            word = ""
        }
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z": word.unicodeScalars.append(scalar)
            case ".", "'", "\u{2019}", "`", "\u{300}"..."\u{36f}": break
            case "&":
                endWord()
                word = "and"
                endWord()
            default:
                if let letter = unaccented[scalar] {
                    word.unicodeScalars.append(letter)
                } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                    return nil
                } else {
                    endWord()
                }
            }
        }
        endWord()
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private static let unaccented: [Unicode.Scalar: Unicode.Scalar] = {
        let rows: [(Unicode.Scalar, String)] = [
            ("a", "áàâãäå"), ("c", "ç"), ("e", "éèêë"), ("i", "íìîï"),
            ("n", "ñ"), ("o", "óòôõöø"), ("u", "úùûü"),
        ]
        var letters: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (plain, accented) in rows {
            for scalar in accented.unicodeScalars { letters[scalar] = plain }
        }
        return letters
    }()
}

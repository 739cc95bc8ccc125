/// What the operating system knows of Unicode and the core does not: compatibility forms and international domains.
package struct UnicodeRules: Sendable {
    /// Normalization form KC (Unicode Standard Annex 15).
    package let compatibilityForm: @Sendable (String) -> String
    /// A domain in its ASCII form (UTS 46); `nil` when it has none.
    package let domainToASCII: @Sendable (String) -> String?

    package init(
        compatibilityForm: @escaping @Sendable (String) -> String,
        domainToASCII: @escaping @Sendable (String) -> String?
    ) {
        self.compatibilityForm = compatibilityForm
        self.domainToASCII = domainToASCII
    }
}

/// The rule that decides whether two actions come from one customer. A change of rule is a replay, not a migration.
package enum MatchKey {
    /// Rule `email.v1`: trimmed, NFKC, domain in lower-case ASCII, local part lower-cased; `+tag` and dots are kept.
    /// `nil` without exactly one `@` that has something usable on both sides.
    package static func email(_ text: String, rules: UnicodeRules) -> String? {
        if let key = plainEmail(text) { return key }
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
        let form = rules.compatibilityForm(text.trimmed).trimmed
        // Full-width letters and the like are ASCII by now, and must give the key that plain ones give.
        if form.utf8.allSatisfy({ $0 < 0x80 }) { return plainEmail(form) }
        let parts = form.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(where: \.isWhitespace),
            let domain = domain(String(parts[1]), rules: rules)
        else { return nil }
        return rules.compatibilityForm(parts[0].lowercased()) + "@" + domain
    }

    /// A domain that is ASCII already stays as it is, whatever international rules think of it, because it does so
    /// under a plain local part as well.
    private static func domain(_ text: String, rules: UnicodeRules) -> String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text.lowercased() : nil
        }
        guard let domain = rules.domainToASCII(text), !domain.isEmpty else { return nil }
        return domain.lowercased()
    }

    /// The same for ASCII text, which nearly all addresses are, in one pass; `nil` for any other.
    private static func plainEmail(_ text: String) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var at: Int?
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5a: bytes.append(byte | 0x20)
            case 0x40:
                guard at == nil else { return nil }
                at = bytes.count
                bytes.append(byte)
            case 0x21...0x7e: bytes.append(byte)
            case 0x20, 0x09...0x0d:
                bytes.append(0x20)
            default: return nil
            }
        }
        while bytes.last == 0x20 { bytes.removeLast() }
        let start = bytes.firstIndex { $0 != 0x20 } ?? bytes.count
        guard let at, at > start, at < bytes.count - 1, !bytes[start...].contains(0x20) else { return nil }
        return String(decoding: bytes[start...], as: UTF8.self)
    }
}

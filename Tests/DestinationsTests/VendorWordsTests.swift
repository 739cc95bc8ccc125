import Destinations
import Leads
import TestKit
import Testing

struct VendorWordsTests {
    private static func outgoing(_ contact: Contact, _ description: String? = nil) -> Outgoing {
        var outgoing = Samples.outgoing()
        outgoing.action.contact = contact
        outgoing.action.description = description
        return outgoing
    }

    @Test(arguments: [
        ("aDa LOVELACE is on the list", "… is on the list"), ("Lovelace, not Lovelacelike", "…, not Lovelacelike"),
        (#"value "Analytical Engines  & Co" is not unique"#, "value … is not unique"),
        ("says &quot;Analytical Engines &amp; Co&quot;", "says &quot;…&quot;"),
        ("ask the 'Countess of Everything that can be' first", "ask the … first"),
        ("cut: Countess of Everything that can be comput", "cut: …"), ("in line one line two there", "in … there"),
        ("+1 (425) 55 501 and 142555501 and 1-425.555.01", "… and … and …"),
        ("Email must not be ada.l: see FirstName", "Email must not be …: see FirstName"),
        ("ema is taken, 'LastName' and 'Adam' too", "… is taken, 'LastName' and … too"),
    ])
    func `what was sent is taken out in whatever spelling, and the rest stays`(message: String, shown: String) {
        let contact = Contact(
            email: "ada.l@engines.example", firstName: "Ada Lovelace", lastName: "Ema", phone: "+1 425-555-01",
            company: " Analytical\tEngines & Co ",
            title: "Countess of Everything that can be computed by an engine")
        let lead = Self.outgoing(contact, "line one\r\nline two")
        #expect(VendorWords.clean(message, of: [lead], fields: ["Email", "FirstName", "LastName"]) == shown)
    }

    @Test(arguments: [
        ("Authentication credentials not found.", "Authentication credentials not found."),
        ("An email is required, 'Email' is not", "An email is required, 'Email' is not"),
        ("'not an email' is no address", "… is no address"), ("NOT  AN EMAIL: invalid", "…: invalid"),
        ("found for Ann of An, in the name of nobody", "found for … of An, in the name of nobody"),
        ("ask wrongly", "ask …"), ("cal is not in the list", "… is not in the list"),
    ])
    func `a word that any message is made of stays, and a name goes however short`(message: String, shown: String) {
        let leads = [
            Self.outgoing(Contact(email: "not an email")), Self.outgoing(Contact(email: "name@in.example")),
            Self.outgoing(Contact(email: "cal@list.example")),
            Self.outgoing(Contact(email: "wrongly not found", firstName: "Ann Bo")),
        ]
        #expect(VendorWords.clean(message, of: leads, fields: ["Email"]) == shown)
    }

    @Test(arguments: [
        ("property type.", "property type; create it"), ("revoked. ", "revoked; create it"),
        ("and more...", "and more; create it"), ("401", "401; create it"),
    ])
    func `a mend follows what is wrong after one sign`(problem: String, reason: String) {
        #expect(VendorWords.reason(problem, mend: "create it") == reason)
        #expect(
            CheckStep("credentials", problem: problem, mend: "create it").problem.map { $0 + "; create it" } == reason)
    }

    private static let fields = ["Email", "LastName", "Company__c", "jobtitle", "Phone"]
    private static let parts = [
        "Zoë", "O'Brien", "de la Cruz", "Müller-Straße", "李小龍", "Anne  Marie", "x", "Al", "İpek", "“Bob”", "A/B (Test)",
        "Smith & Sons", "\"The\" Co", "100%", "C\\D", "Ma.", "Ng", "van der Berg\n", "  Lee ", "Ångström",
    ]

    /// A text as somebody may write it who repeats it.
    private static func spelled(_ text: String, _ random: inout SeededRandom) -> String {
        switch random.below(5) {
        case 0: text.uppercased()
        case 1: text.lowercased()
        case 2: String(text.map { random.below(2) == 0 ? Character(String($0).lowercased()) : $0 })
        case 3: "  \(text)\n"
        default: text
        }
    }

    private static func phone(_ digits: String, _ random: inout SeededRandom) -> String {
        let signs = ["", "", "", " ", "-", ".", " (", ") ", "/"]
        return (random.below(2) == 0 ? "+" : "") + digits.map { "\($0)" + signs[random.below(signs.count)] }.joined()
    }

    @Test func `no message gives away what was sent, and names of fields stay`() {
        var random = SeededRandom.announced("words of vendors")
        for _ in 0..<3_000 {
            func some() -> String {
                (0...random.below(3)).map { _ in Self.parts[random.below(Self.parts.count)] }.joined(separator: " ")
            }
            let digits = (0..<(5 + random.below(10))).map { _ in String(random.below(10)) }.joined()
            let contact = Contact(
                email: "\(["zoe", "a.b+c", "INFO"][random.below(3)])@\(["Example.com", "x.co"][random.below(2)])",
                firstName: some(), lastName: some(), phone: Self.phone(digits, &random), company: some(), title: some())
            let description = String(repeating: some() + "; ", count: 1 + random.below(9))
            let values = Contact.Field.allCases.compactMap { contact[$0] } + [description]
            var message = ""
            for _ in 0..<(1 + random.below(6)) {
                let field = Self.fields[random.below(Self.fields.count)]
                let value = Self.spelled(values[random.below(values.count)], &random)
                let number = Self.phone(digits, &random)
                message +=
                    [
                        "\(field): \(value)", "\"\(value)\"", "'\(field)' ‘\(value)’.", "(\(value)), <\(value)>",
                        "duplicate value found: \(number)!", "say \"see \(value) there\"", "\(value)\(value)",
                    ][random.below(7)] + [" ", "; ", "\n"][random.below(3)]
            }
            let cleaned = VendorWords.clean(message, of: [Self.outgoing(contact, description)], fields: Self.fields)
            let low = cleaned.lowercased()
            for value in values {
                let value = value.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
                #expect(value.count < 3 || !low.contains(value), "\(value) of \(message) is in \(cleaned)")
            }
            #expect(!cleaned.filter(\.isNumber).contains(digits), "\(digits) of \(message) is in \(cleaned)")
            if let first = message.split(separator: ":").first.map(String.init), Self.fields.contains(first) {
                #expect(cleaned.hasPrefix(first), "\(message) became \(cleaned)")
            }
        }
    }
}

/// What a customer did at the marketplace, as its code.
///
/// The known codes are the whole documented set; any other text is kept as it came. Codes match without regard to case
/// and are shown in their canonical spelling.
package struct Action: Hashable, Sendable, CustomStringConvertible {
    package let code: String

    package init(_ text: String) { code = Marketplace.canonical(text, among: Self.known.map(\.code)) }

    private init(known code: String) { self.code = code }

    /// "Get it now": the customer acquires the offer in a storefront.
    package static let install = Action(known: "INS")
    /// "Contact me": the customer asks for a partner-led trial.
    package static let partnerLedTrial = Action(known: "PLT")
    /// Another partner was asked; this customer must not be contacted.
    package static let doNotContact = Action(known: "DNC")
    /// The customer bought the offer in the Azure portal.
    package static let create = Action(known: "Create")
    /// The customer started a test drive.
    package static let startTestDrive = Action(known: "StartTestDrive")

    /// The documented actions. Their order is a contract: the ledger numbers them 1, 2, 3 ... by it.
    package static let known = [install, partnerLedTrial, doNotContact, create, startTestDrive]

    package var isKnown: Bool { Self.known.contains(self) }
    package var description: String { code }
}

/// Where the customer did it. Unknown text is kept as it came.
package struct Source: Hashable, Sendable, CustomStringConvertible {
    package let name: String

    package init(_ text: String) {
        let name = Marketplace.canonical(text, among: Self.known.map(\.name) + Self.aliases.keys)
        self.name = Self.aliases[name] ?? name
    }

    private init(known name: String) { self.name = name }

    package static let azureMarketplace = Source(known: "AzureMarketplace")
    package static let azurePortal = Source(known: "AzurePortal")
    package static let testDrive = Source(known: "TestDrive")
    /// AppSource; the acronym is what the marketplace sends.
    package static let appSource = Source(known: "SPZA")

    /// The documented sources. Their order is a contract: the ledger numbers them after the actions.
    package static let known = [azureMarketplace, azurePortal, testDrive, appSource]

    /// Other spellings in documents and on the wire.
    private static let aliases = [
        "AppSource": "SPZA", "AppSource (SPZA)": "SPZA", "Azure Portal": "AzurePortal",
        "Azure Marketplace": "AzureMarketplace", "Test Drive": "TestDrive",
    ]

    package var isKnown: Bool { Self.known.contains(self) }
    package var description: String { name }
}

/// What is sold: `publisher.offer`, parted at the first dot. Text without a dot is kept, its publisher unknown.
package struct Offer: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// `nil` for empty text; spaces around the text, and around each part, do not count.
    package init?(_ text: String) {
        let whole = text.trimmed
        guard !whole.isEmpty else { return nil }
        guard let dot = whole.firstIndex(of: ".") else {
            self.text = whole
            return
        }
        self.text = whole[..<dot].trimmed + "." + whole[whole.index(after: dot)...].trimmed
    }

    package var publisher: String? {
        guard let dot = text.firstIndex(of: "."), dot != text.startIndex, text.index(after: dot) != text.endIndex else {
            return nil
        }
        return String(text[..<dot])
    }

    package var description: String { text }
}

/// The rules that join sources and actions.
package enum Marketplace {
    /// Whether the documents know `action` from `source`. `StartTestDrive` lost its own source in 2019 and may come
    /// from any. An unknown source or action fits nothing. A mismatch is flagged, never refused.
    package static func fits(_ source: Source, _ action: Action) -> Bool {
        switch action {
        case .install: source == .azureMarketplace || source == .appSource
        case .partnerLedTrial, .doNotContact: source == .appSource
        case .create: source == .azurePortal
        case .startTestDrive: source.isKnown
        default: false
        }
    }

    /// The token that marks a lead which Partner Center sends to try a connection.
    package static let testToken = "MSFT_TEST"

    static func canonical(_ text: String, among known: [String]) -> String {
        let text = text.trimmed
        let lowered = text.lowercased()
        return known.first { $0.lowercased() == lowered } ?? text
    }
}

extension StringProtocol {
    /// Without the white space at both ends.
    package var trimmed: String {
        // Most texts begin and end with a character of ASCII; telling white space of all others is slow.
        if let first = utf8.first, let last = unicodeScalars.last, 0x21...0x7e ~= first, 0x21...0x7e ~= last.value {
            return String(self)
        }
        var slice = self[...]
        while let first = slice.first, first.isWhitespace { slice = slice.dropFirst() }
        while let last = slice.last, last.isWhitespace { slice = slice.dropLast() }
        return String(slice)
    }
}

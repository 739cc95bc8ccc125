internal import OrderedJSON

/// A field of a lead: what it is called, and what it takes.
struct MarketoField: Sendable {
    enum Kind: String {
        case string, email, phone, url, text, boolean, integer, datetime
    }

    let name: String
    let label: String
    let kind: Kind
    var isReadOnly = false
    var isCustom = false

    /// What it takes at most: characters, of a text area bytes of UTF-8.
    var length: Int? {
        switch kind {
        case .string, .email, .phone, .url: 255
        case .text: 30_000
        case .boolean, .integer, .datetime: nil
        }
    }

    /// Whether leads can be looked up by it.
    var isKey: Bool { name == "id" || name == "email" || isCustom && [.string, .email, .integer].contains(kind) }

    /// Why it does not take a value; `nil` when it does. Null empties a field.
    func fault(_ value: JSON) -> MarketoReason? {
        if value == .null { return nil }
        switch kind {
        case .boolean:
            return value.bool != nil || ["true", "false"].contains(value.string) ? nil : .wrongType("boolean")
        case .integer:
            return value.integer != nil || value.string.flatMap({ Int64($0) }) != nil ? nil : .wrongType("integer")
        case .string, .phone, .url, .text, .email, .datetime:
            guard let text = value.string else { return .wrongType(kind.rawValue) }
            if let length, kind == .text ? text.utf8.count > length : text.count > length {
                return .invalid("Value of field '\(name)' is too long, maximum length is \(length)")
            }
            return kind == .email && !text.isEmpty && !Self.isEmail(text) ? .invalid("Invalid email address") : nil
        }
    }

    /// Marketo takes only ASCII in addresses.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return text.utf8.allSatisfy { (33...126).contains($0) } && parts.count == 2 && !parts[0].isEmpty
            && parts[1].contains(UInt8(ascii: ".")) && parts[1].first != UInt8(ascii: ".")
    }

    func description(id: Int) -> JSON {
        .object(
            [
                JSON.Member("id", .number(id)), .init("displayName", .string(label)),
                .init("dataType", .string(kind.rawValue)),
            ] + (length.map { [JSON.Member("length", .number($0))] } ?? []) + [
                .init("rest", ["name": .string(name), "readOnly": .bool(isReadOnly)])
            ])
    }
}

/// The fields of one instance.
struct MarketoFields: Sendable {
    let all: [MarketoField]
    private let places: [String: Int]

    init(_ settings: MarketoSettings) {
        let custom =
            settings.customFields.map { MarketoField(name: $0, label: $0, kind: .string, isCustom: true) }
            + settings.textFields.map { MarketoField(name: $0, label: $0, kind: .text, isCustom: true) }
        all = Self.standard + custom
        places = Dictionary(
            all.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(_ name: String) -> MarketoField? { places[name].map { all[$0] } }

    /// What a form has that names no fields.
    var writable: [String] { all.filter { !$0.isReadOnly }.map(\.name) }

    var descriptions: [JSON] { all.enumerated().map { $0.element.description(id: $0.offset + 1) } }

    private static let standard: [MarketoField] =
        written.map { MarketoField(name: $0.name, label: $0.label, kind: $0.kind) }
        + kept.map { MarketoField(name: $0.name, label: $0.label, kind: $0.kind, isReadOnly: true) }

    private static let written: [(name: String, label: String, kind: MarketoField.Kind)] = [
        ("email", "Email Address", .email), ("firstName", "First Name", .string), ("lastName", "Last Name", .string),
        ("middleName", "Middle Name", .string), ("salutation", "Salutation", .string),
        ("company", "Company Name", .string), ("title", "Job Title", .string), ("phone", "Phone Number", .phone),
        ("mobilePhone", "Mobile Phone Number", .phone), ("country", "Country", .string), ("city", "City", .string),
        ("state", "State", .string), ("postalCode", "Postal Code", .string), ("address", "Address", .text),
        ("website", "Website", .url), ("industry", "Industry", .string), ("leadSource", "Lead Source", .string),
        ("leadStatus", "Lead Status", .string), ("leadScore", "Lead Score", .integer),
        ("unsubscribed", "Unsubscribed", .boolean), ("unsubscribedReason", "Unsubscribed Reason", .text),
        ("doNotCall", "Do Not Call", .boolean), ("doNotCallReason", "Do Not Call Reason", .text),
        ("marketingSuspended", "Marketing Suspended", .boolean),
        ("marketingSuspendedCause", "Marketing Suspended Cause", .string),
        ("blackListed", "Black Listed", .boolean), ("blackListedCause", "Black Listed Cause", .string),
    ]

    /// What the instance writes itself.
    private static let kept: [(name: String, label: String, kind: MarketoField.Kind)] = [
        ("id", "Id", .integer), ("emailInvalid", "Email Invalid", .boolean),
        ("emailInvalidCause", "Email Invalid Cause", .string), ("createdAt", "Created At", .datetime),
        ("updatedAt", "Updated At", .datetime),
    ]
}

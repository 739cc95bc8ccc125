internal import OrderedJSON

/// A field of the lead object: its name, its type and what it takes.
package struct SalesforceField: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case id, string, textarea, email, phone, url, picklist, boolean, int, datetime
    }

    package let name: String
    let label: String
    let kind: Kind
    /// In characters; 0 where the type has none.
    let length: Int
    var isWritable = true
    var isRequired = false

    init(_ name: String, _ label: String, _ kind: Kind, _ length: Int = 0) {
        self.name = name
        self.label = label
        self.kind = kind
        self.length = length
    }

    /// Reads `Name__c` or `Name__c:LENGTH`; without a length it takes 255 characters.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let length = parts.count == 2 ? Int(parts[1]) ?? 0 : 255
        guard parts[0].hasSuffix("__c"), parts[0].utf8.count > 3, parts.count <= 2, (1...131_072).contains(length)
        else { return nil }
        self.init(String(parts[0]), String(parts[0].dropLast(3)), length > 255 ? .textarea : .string, length)
    }

    /// The fields that every org has, as far as leads from a marketplace touch them.
    static let standard: [SalesforceField] = [
        .init("Id", "Lead ID", .id, 18).readOnly, .init("IsDeleted", "Deleted", .boolean).readOnly,
        .init("LastName", "Last Name", .string, 80).required, .init("FirstName", "First Name", .string, 40),
        .init("Name", "Full Name", .string, 121).readOnly, .init("Title", "Title", .string, 128),
        .init("Company", "Company", .string, 255).required, .init("Street", "Street", .textarea, 255),
        .init("City", "City", .string, 40), .init("State", "State/Province", .string, 80),
        .init("PostalCode", "Zip/Postal Code", .string, 20), .init("Country", "Country", .string, 80),
        .init("Phone", "Phone", .phone, 40), .init("MobilePhone", "Mobile Phone", .phone, 40),
        .init("Email", "Email", .email, 80), .init("Website", "Website", .url, 255),
        .init("Description", "Description", .textarea, 32_000),
        .init("LeadSource", "Lead Source", .picklist, 40), .init("Status", "Status", .picklist, 255),
        .init("NumberOfEmployees", "Employees", .int), .init("HasOptedOutOfEmail", "Email Opt Out", .boolean),
        .init("DoNotCall", "Do Not Call", .boolean), .init("HasOptedOutOfFax", "Fax Opt Out", .boolean),
        .init("IsConverted", "Converted", .boolean).readOnly, .init("CreatedDate", "Created Date", .datetime).readOnly,
    ]

    private var readOnly: SalesforceField {
        var field = self
        field.isWritable = false
        return field
    }

    private var required: SalesforceField {
        var field = self
        field.isRequired = true
        return field
    }

    /// Why a value has the wrong type; `nil` when it has the right one. The reader of the service finds this before any
    /// record is looked at.
    func typeFault(_ value: JSON) -> SalesforceFault? {
        let token: String
        switch (kind, value) {
        case (_, .null), (.boolean, .bool): return nil
        case (.int, .number): return value.integer.flatMap { Int32(exactly: $0) } == nil ? unread("NUMBER", value) : nil
        case (.boolean, _), (.int, _): token = value.string == nil ? "VALUE" : "VALUE_STRING"
        case (_, .string): return nil
        case (_, .number): token = "VALUE_NUMBER_INT"
        case (_, .bool): token = "VALUE_BOOLEAN"
        default: token = "START_OBJECT"
        }
        return unread(token, value)
    }

    /// Why a value cannot be stored; `nil` when it can.
    func valueFault(_ value: JSON, restrictedTo values: [String]?) -> SalesforceFault? {
        guard let text = value.string, !text.isEmpty else { return nil }
        if length > 0, text.utf16.count > length {
            return SalesforceFault(
                400, "STRING_TOO_LONG", "\(label): data value too large: \(text) (max length=\(length))",
                fields: [name])
        }
        if kind == .email, !Self.isEmail(text) {
            return SalesforceFault(
                400, "INVALID_EMAIL_ADDRESS", "\(label): invalid email address: \(text)", fields: [name])
        }
        if let values, !values.contains(where: { $0.lowercased() == text.lowercased() }) {
            return SalesforceFault(
                400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                "\(label): bad value for restricted picklist field: \(text)", fields: [name])
        }
        return nil
    }

    func description(_ settings: SalesforceSettings) -> JSON {
        let isKey = name == settings.externalIDField
        let values = settings.restricted[name]
        let canWrite = isWritable && !settings.readOnly.contains(name)
        let options = (values ?? []).map { value -> JSON in
            ["active": .bool(true), "defaultValue": .bool(false), "label": .string(value), "value": .string(value)]
        }
        return [
            "name": .string(name), "label": .string(label), "type": .string(kind.rawValue), "length": .number(length),
            "createable": .bool(canWrite), "updateable": .bool(canWrite), "nillable": .bool(!isRequired),
            "custom": .bool(name.hasSuffix("__c")), "externalId": .bool(isKey),
            "unique": .bool(isKey && settings.isUnique), "idLookup": .bool(isKey || name == "Id"),
            "caseSensitive": .bool(false), "defaultedOnCreate": .bool(kind == .boolean || name == "Status"),
            "restrictedPicklist": .bool(values != nil), "picklistValues": .array(options),
        ]
    }

    private func unread(_ token: String, _ value: JSON) -> SalesforceFault {
        let wanted = kind == .boolean || kind == .int ? kind.rawValue : "string"
        return .parser(
            "Cannot deserialize instance of \(wanted) from \(token) value \(value.string ?? value.text) or request may "
                + "be missing a required field at [line:1, column:1]")
    }

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"()<>,;:\\\"[]".utf8.contains($0) }
        return isPlain && labels.count > 1 && labels.allSatisfy { !$0.isEmpty } && !parts[0].hasPrefix(".")
    }
}

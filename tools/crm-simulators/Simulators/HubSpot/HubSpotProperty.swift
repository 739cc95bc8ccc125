internal import OrderedJSON

/// A property of contacts: what it is called, and what it takes.
struct HubSpotProperty: Sendable {
    let name: String
    let label: String
    var type = "string"
    var fieldType = "text"
    var options: [String] = []
    var isReadOnly = false
    var isUnique = false
    var isCustom = false

    /// Characters of a text at most.
    private static let length = 65_536

    /// What is wrong with a value for it; `nil` when nothing is. An empty text empties a property.
    func problem(_ value: JSON) -> HubSpotFault.Problem? {
        func problem(_ code: String, _ message: String) -> HubSpotFault.Problem {
            HubSpotFault.Problem(property: name, code: code, message: message)
        }
        if isReadOnly {
            return problem("READ_ONLY_VALUE", "\"\(name)\" is a read only property; its value cannot be set.")
        }
        guard let text = value.string, !text.isEmpty else { return nil }
        if text.count > Self.length {
            return problem("PROPERTY_VALUE_TOO_LONG", "The value of \"\(name)\" is too long")
        }
        switch type {
        case "enumeration" where !options.contains(text):
            return problem("INVALID_OPTION", "\(text) was not one of the allowed options: \(options)")
        case "number" where Double(text) == nil:
            return problem("INVALID_DOUBLE", "\(text) was not a valid number")
        default:
            return name == "email" && !Self.isEmail(text)
                ? problem("INVALID_EMAIL", "Email address \(text) is invalid") : nil
        }
    }

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !text.contains(where: \.isWhitespace) else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
    }

    var description: JSON {
        [
            "name": .string(name), "label": .string(label), "type": .string(type), "fieldType": .string(fieldType),
            "description": .string(""), "groupName": .string("contactinformation"),
            "options": .array(
                options.enumerated().map { place, option in
                    [
                        "label": .string(option), "value": .string(option), "displayOrder": .number(place),
                        "hidden": .bool(false),
                    ]
                }),
            "displayOrder": .number(-1), "calculated": .bool(false), "externalOptions": .bool(false),
            "hasUniqueValue": .bool(isUnique), "hidden": .bool(false), "hubspotDefined": .bool(!isCustom),
            "modificationMetadata": [
                "archivable": .bool(isCustom), "readOnlyDefinition": .bool(!isCustom),
                "readOnlyValue": .bool(isReadOnly),
            ],
            "formField": .bool(!isReadOnly), "archived": .bool(false),
        ]
    }
}

/// The properties that contacts of one account have.
struct HubSpotProperties: Sendable {
    let all: [HubSpotProperty]
    private let portal: Int64
    private let places: [String: Int]

    init(_ settings: HubSpotSettings) {
        let custom =
            settings.customProperties.map { HubSpotProperty(name: $0, label: $0, isCustom: true) }
            + settings.uniqueProperties.map { HubSpotProperty(name: $0, label: $0, isUnique: true, isCustom: true) }
        all = Self.standard + custom
        portal = settings.portal
        places = Dictionary(all.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    }

    subscript(_ name: String) -> HubSpotProperty? { places[name].map { all[$0] } }

    /// Whether contacts are identified by it: e-mail addresses are, although their description does not say so.
    func identifies(_ name: String) -> Bool { name == "email" || self[name]?.isUnique == true }

    /// Throws what is wrong with the properties of one record, all of it.
    func check(_ members: [JSON.Member]) throws(HubSpotFault) {
        let problems = members.compactMap { member in
            guard let property = self[member.name] else {
                return HubSpotFault.Problem(
                    property: member.name, code: "PROPERTY_DOESNT_EXIST",
                    message: "Property \"\(member.name)\" does not exist")
            }
            return property.problem(member.value)
        }
        guard problems.isEmpty else { throw .properties(problems, portal: portal) }
    }

    private static let standard: [HubSpotProperty] =
        [
            ("email", "Email"), ("firstname", "First Name"), ("lastname", "Last Name"), ("phone", "Phone Number"),
            ("mobilephone", "Mobile Phone Number"), ("company", "Company Name"), ("jobtitle", "Job Title"),
            ("country", "Country/Region"), ("website", "Website URL"), ("address", "Street Address"), ("city", "City"),
            ("state", "State/Region"), ("zip", "Postal Code"), ("industry", "Industry"), ("message", "Message"),
        ].map { HubSpotProperty(name: $0.0, label: $0.1) }
        + [
            HubSpotProperty(
                name: "lifecyclestage", label: "Lifecycle Stage", type: "enumeration", fieldType: "radio",
                options: ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "customer", "other"]),
            HubSpotProperty(
                name: "hs_lead_status", label: "Lead Status", type: "enumeration", fieldType: "radio",
                options: ["NEW", "OPEN", "IN_PROGRESS", "UNQUALIFIED", "CONNECTED"]),
            HubSpotProperty(
                name: "hs_object_id", label: "Record ID", type: "number", fieldType: "number", isReadOnly: true,
                isUnique: true),
            HubSpotProperty(
                name: "createdate", label: "Create Date", type: "datetime", fieldType: "date", isReadOnly: true),
            HubSpotProperty(
                name: "lastmodifieddate", label: "Last Modified Date", type: "datetime", fieldType: "date",
                isReadOnly: true),
            HubSpotProperty(
                name: "hs_email_optout", label: "Unsubscribed from all email", type: "bool",
                fieldType: "booleancheckbox", isReadOnly: true),
            HubSpotProperty(
                name: "hs_analytics_source", label: "Original Source", type: "enumeration", fieldType: "select",
                options: ["OFFLINE", "DIRECT_TRAFFIC", "OTHER_CAMPAIGNS"], isReadOnly: true),
        ]
}

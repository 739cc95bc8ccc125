package import Leads
internal import OrderedJSON

/// Which fields of a Lead take what, and how much of it
/// (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference, object Lead).
package struct SalesforceFields: Sendable {
    /// The field that takes `lead_…`, by which Salesforce knows a lead again.
    package let externalID: String
    let map: FieldMap
    /// What settings say is always told.
    let constants: [String: MappingSettings.Constant]
    /// Fields that take what, by the names of Salesforce, for the check.
    let targets: [(field: LeadField, name: String)]

    package init(_ settings: DestinationSettings) {
        externalID = settings.text("external-id") ?? "LeadledgerId__c"
        let map = FieldMap(
            settings.mapping, usual: Self.usual, limits: Self.limits(settings.mapping),
            fallbacks: [.lastName: .lastName, .company: .company])
        self.map = map
        constants = settings.mapping.constants
        targets = LeadField.allCases.flatMap { field in map.names(of: field).map { (field, $0) } }
    }

    static let usual: [LeadField: [String]] = [
        .firstName: ["FirstName"], .lastName: ["LastName"], .email: ["Email"], .phone: ["Phone"],
        .country: ["Country"], .company: ["Company"], .title: ["Title"], .source: ["LeadSource"],
        .summary: ["Description"], .doNotContact: ["HasOptedOutOfEmail", "DoNotCall"],
    ]

    /// A field of the org's own is told as much of something as its usual field would be.
    private static func limits(_ settings: MappingSettings) -> [String: FieldMap.Limit] {
        var limits = limits
        for (field, names) in settings.targets where field.longest == nil {
            for name in names where limits[name] == nil { limits[name] = .units(length(of: field)) }
        }
        return limits
    }

    /// UTF-16 code units of something that are told at most.
    static func length(of field: LeadField) -> Int {
        if let longest = field.longest { return longest }
        if field == .description { return textArea }
        guard let name = usual[field]?.first, case .units(let units)? = limits[name] else { return textLimit }
        return units
    }

    /// Characters that a field of type Text takes at most, and those of a description.
    private static let (textLimit, textArea) = (255, 32_000)

    private static let limits: [String: FieldMap.Limit] = [
        "FirstName": .units(40), "LastName": .units(80), "Email": .units(80), "Phone": .units(40),
        "MobilePhone": .units(40), "Country": .units(80), "CountryCode": .units(10), "Company": .units(255),
        "Title": .units(128), "LeadSource": .units(40), "Description": .units(textArea),
    ]

    /// UTF-16 code units that are told at most to a field that takes `field`.
    func length(_ name: String, takes field: LeadField) -> Int {
        let length = Self.length(of: field)
        guard case .units(let units)? = Self.limits[name] else { return length }
        return field.longest == nil ? units : min(units, length)
    }

    /// Names that may stand in a message of Salesforce.
    var names: [String] { map.names + [externalID] }

    /// What is told of a lead: the external id first, then its fields.
    func record(_ outgoing: Outgoing) -> (record: [JSON.Member], adjusted: [String]) {
        let (members, adjusted) = map.fields(outgoing)
        // The external id is the lead's, whatever the mapping says: two fields of one name are refused.
        let others = members.filter { !isExternalID($0.name) }
        return ([JSON.Member(externalID, .string(outgoing.lead))] + others, adjusted)
    }

    /// Salesforce tells names of fields apart without regard to case.
    func isExternalID(_ name: String) -> Bool { name.lowercased() == externalID.lowercased() }
}

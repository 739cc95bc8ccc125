package import Leads
internal import OrderedJSON

/// Which fields of a Lead take what, and how much of it
/// (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference, object Lead).
package struct SalesforceFields: Sendable {
    /// The field that takes `lead_…`, by which Salesforce knows a lead again.
    package let externalID: String
    let map: FieldMap
    /// Fields that take what, by the names of Salesforce, for the check.
    let targets: [(field: LeadField, name: String)]

    package init(_ settings: DestinationSettings) {
        externalID = settings.text("external-id") ?? "LeadledgerId__c"
        let map = FieldMap(
            settings.mapping, usual: Self.usual, limits: Self.limits,
            fallbacks: [.lastName: .lastName, .company: .company])
        self.map = map
        targets = LeadField.allCases.flatMap { field in map.names(of: field).map { (field, $0) } }
    }

    static let usual: [LeadField: [String]] = [
        .firstName: ["FirstName"], .lastName: ["LastName"], .email: ["Email"], .phone: ["Phone"],
        .country: ["Country"], .company: ["Company"], .title: ["Title"], .source: ["LeadSource"],
        .summary: ["Description"], .doNotContact: ["HasOptedOutOfEmail", "DoNotCall"],
    ]

    static let limits: [String: FieldMap.Limit] = [
        "FirstName": .units(40), "LastName": .units(80), "Email": .units(80), "Phone": .units(40),
        "MobilePhone": .units(40), "Country": .units(80), "CountryCode": .units(10), "Company": .units(255),
        "Title": .units(128), "LeadSource": .units(40), "Description": .units(32_000),
    ]

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

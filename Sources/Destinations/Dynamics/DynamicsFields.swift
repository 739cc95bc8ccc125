package import Leads

/// Which columns of the table lead take what, and how much of it
/// (https://learn.microsoft.com/dynamics365/developer/reference/entities/lead).
package enum DynamicsFields {
    package static let usual: [LeadField: [String]] = [
        .email: ["emailaddress1"], .firstName: ["firstname"], .lastName: ["lastname"], .phone: ["telephone1"],
        .country: ["address1_country"], .company: ["companyname"], .title: ["jobtitle"], .offerTitle: ["subject"],
        .summary: ["description"],
        // Whoever must not be contacted must not be by any way that the table knows.
        .doNotContact: [
            "donotemail", "donotbulkemail", "donotphone", "donotpostalmail", "donotfax", "donotsendmm",
        ],
    ]

    /// The table asks for a subject and a last name; its forms and rules may refuse a lead without.
    package static let fallbacks: [LeadField: FieldMap.Fallback] = [
        .lastName: .lastName, .offerTitle: .text("Marketplace lead"),
    ]

    /// UTF-16 code units that a column takes as Microsoft ships it.
    package static let lengths: [String: Int] = [
        "address1_city": 80, "address1_country": 80, "address1_line1": 250, "address1_postalcode": 20,
        "address1_stateorprovince": 50, "companyname": 100, "description": 2_000, "emailaddress1": 100,
        "emailaddress2": 100, "emailaddress3": 100, "firstname": 50, "jobtitle": 100, "lastname": 50,
        "mobilephone": 20, "subject": 300, "telephone1": 50, "telephone2": 50, "telephone3": 50, "websiteurl": 200,
    ]

    /// UTF-16 code units that a column of the environment's own must take of a field; `nil` where any length will do.
    package static func length(of field: LeadField) -> Int? {
        field.longest ?? cut(field)
    }

    /// What is cut at: a field is as long in a column of the environment's own as in its usual one. Ids and codes
    /// would say something else when cut, and never are.
    private static func cut(_ field: LeadField) -> Int? {
        switch field {
        case .description, .leadSource, .offer: 2_000
        default: usual[field]?.first.flatMap { lengths[$0] }
        }
    }

    package static func map(_ settings: MappingSettings) -> FieldMap {
        var limits: [String: FieldMap.Limit] = [:]
        for (field, names) in settings.targets {
            for name in names { limits[name] = cut(field).map { .units($0) } }
        }
        limits.merge(lengths.mapValues { .units($0) }) { $1 }
        return FieldMap(settings, usual: usual, limits: limits, fallbacks: fallbacks)
    }
}

internal import OrderedJSON

/// A column of the lead table: its name, its type and what it takes.
package struct DynamicsColumn: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case string(maximum: Int)
        case memo(maximum: Int)
        case integer
        case boolean
        /// A choice among numbers; `nil` takes any.
        case choice(Set<Int64>?)
        case identifier
    }

    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// Reads `name`, `name:Type` or `name:Type:length`; without a type it is a string of 100 characters.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isName = parts[0].utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        guard isName, parts[0].contains("_"), parts.count <= 3 else { return nil }
        let maximum = parts.count == 3 ? Int(parts[2]) : nil
        guard parts.count < 3 || (1...1_048_576).contains(maximum ?? 0) else { return nil }
        name = parts[0]
        switch parts.count > 1 ? parts[1] : "String" {
        case "String": kind = .string(maximum: maximum ?? 100)
        case "Memo": kind = .memo(maximum: maximum ?? 2_000)
        case "Integer" where maximum == nil: kind = .integer
        case "Boolean" where maximum == nil: kind = .boolean
        case "Picklist" where maximum == nil: kind = .choice(nil)
        default: return nil
        }
    }

    /// The columns that every environment with Sales has, as far as leads from a marketplace touch them.
    static let standard: [DynamicsColumn] = [
        .init("leadid", .identifier),
        .init("subject", .string(maximum: 300)), .init("firstname", .string(maximum: 50)),
        .init("lastname", .string(maximum: 50)), .init("companyname", .string(maximum: 100)),
        .init("jobtitle", .string(maximum: 100)), .init("emailaddress1", .string(maximum: 100)),
        .init("emailaddress2", .string(maximum: 100)), .init("telephone1", .string(maximum: 50)),
        .init("mobilephone", .string(maximum: 20)), .init("websiteurl", .string(maximum: 200)),
        .init("address1_line1", .string(maximum: 250)), .init("address1_city", .string(maximum: 80)),
        .init("address1_stateorprovince", .string(maximum: 50)),
        .init("address1_postalcode", .string(maximum: 20)), .init("address1_country", .string(maximum: 80)),
        .init("description", .memo(maximum: 2_000)),
        .init("leadsourcecode", .choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
        .init("numberofemployees", .integer), .init("donotemail", .boolean), .init("donotbulkemail", .boolean),
        .init("donotphone", .boolean), .init("donotpostalmail", .boolean), .init("donotfax", .boolean),
        .init("donotsendmm", .boolean),
    ]

    var attributeType: String {
        switch kind {
        case .string: "String"
        case .memo: "Memo"
        case .integer: "Integer"
        case .boolean: "Boolean"
        case .choice: "Picklist"
        case .identifier: "Uniqueidentifier"
        }
    }

    var maximum: Int? {
        switch kind {
        case .string(let maximum), .memo(let maximum): maximum
        default: nil
        }
    }

    /// Why a value cannot be written; `nil` when it can.
    func fault(_ value: JSON) -> DynamicsFault? {
        if value == .null { return nil }
        switch kind {
        case .string(let maximum), .memo(let maximum):
            guard let text = value.string else { return wrongType(value, "Edm.String") }
            guard text.utf16.count > maximum else { return nil }
            return DynamicsFault(
                400, "0x80044331",
                "A validation error occurred.  The length of the '\(name)' attribute of the 'lead' entity exceeded "
                    + "the maximum allowed length of '\(maximum)'.")
        case .boolean:
            return value.bool == nil ? wrongType(value, "Edm.Boolean") : nil
        case .integer:
            return value.integer.flatMap { Int32(exactly: $0) } == nil ? wrongType(value, "Edm.Int32") : nil
        case .choice(let choices):
            guard let number = value.integer, Int32(exactly: number) != nil else {
                return wrongType(value, "Edm.Int32")
            }
            guard let choices, !choices.contains(number) else { return nil }
            let accepted = choices.sorted().map(String.init).joined(separator: ",")
            return DynamicsFault(
                400, "0x8004431A",
                "A validation error occurred.  The value \(number) of '\(name)' on record of type 'lead' is outside "
                    + "the valid range. Accepted Values: \(accepted)")
        case .identifier:
            return value.string.flatMap(DynamicsAddress.identifier) == nil ? wrongType(value, "Edm.Guid") : nil
        }
    }

    private func wrongType(_ value: JSON, _ type: String) -> DynamicsFault {
        .payload(
            "Microsoft.OData.ODataException: Cannot convert the literal '\(value.string ?? value.text)' to the "
                + "expected type '\(type)'.")
    }
}

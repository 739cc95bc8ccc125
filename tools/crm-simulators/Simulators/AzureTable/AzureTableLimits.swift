internal import Foundation
internal import Leads
internal import OrderedJSON

/// What an entity may look like, as the vendor says under "Understanding the Table service data model".
enum AzureTableLimits {
    /// Bytes of a request's body; a batch has to stay below.
    static let body = 4 * 1_048_576
    private static let properties = 252
    private static let entityBytes = 1_048_576
    private static let valueBytes = 65_536
    private static let nameLength = 255
    /// UTF-16 units of a key, which are 1 KiB.
    private static let keyLength = 512

    static func check(key: String) throws(AzureFault) {
        guard key.unicodeScalars.allSatisfy(mayStandInKey) else {
            throw AzureFault(
                400, "OutOfRangeInput", "The 'PartitionKey' or 'RowKey' parameter is out of range.")
        }
        guard key.utf16.count <= keyLength else {
            throw AzureFault(400, "KeyValueTooLarge", "The value of a key exceeds the limit of 1 KiB.")
        }
    }

    private static func mayStandInKey(_ scalar: Unicode.Scalar) -> Bool {
        !"/\\#?".unicodeScalars.contains(scalar) && scalar.properties.generalCategory != .control
    }

    /// Checks the members of a body, types among them.
    static func check(members: [JSON.Member]) throws(AzureFault) {
        guard Set(members.map(\.name)).count == members.count else {
            throw AzureFault(
                400, "DuplicatePropertiesSpecified", "A property is specified more than one time.")
        }
        let suffix = "@odata.type"
        var types: [String: String] = [:]
        for member in members where member.name.hasSuffix(suffix) {
            guard let type = member.value.string else { throw .invalid("a type") }
            types[String(member.name.dropLast(suffix.count))] = type
        }
        for member in members where !member.name.hasPrefix("odata.") && !member.name.contains("@") {
            try check(name: member.name)
            try check(member.value, type: types[member.name])
        }
    }

    private static func check(name: String) throws(AzureFault) {
        guard name.utf16.count <= nameLength else {
            throw AzureFault(400, "PropertyNameTooLong", "The property name exceeds the maximum allowed length.")
        }
        let isName = name.unicodeScalars.enumerated().allSatisfy { place, scalar in
            scalar == "_" || scalar.properties.isAlphabetic
                || place > 0 && scalar.properties.generalCategory == .decimalNumber
        }
        guard isName, !name.isEmpty else {
            throw AzureFault(400, "PropertyNameInvalid", "The property name is invalid.")
        }
    }

    private static func check(_ value: JSON, type: String?) throws(AzureFault) {
        let isGood: Bool
        switch (type ?? shownType(of: value), value) {
        case (_, .null):
            isGood = true
        case ("Edm.String", .string(let text)):
            guard text.utf16.count * 2 <= valueBytes else { throw valueTooLarge }
            isGood = true
        case ("Edm.Binary", .string(let text)):
            guard let bytes = Data(base64Encoded: text) else { throw wrongType }
            guard bytes.count <= valueBytes else { throw valueTooLarge }
            isGood = true
        case ("Edm.DateTime", .string(let text)):
            guard let time = Instant(text) else { throw wrongType }
            guard time.date.year >= 1601 else {
                throw AzureFault(400, "OutOfRangeInput", "A time is before the year 1601.")
            }
            isGood = true
        case ("Edm.Int64", .string(let text)): isGood = Int64(text) != nil
        case ("Edm.Guid", .string(let text)): isGood = UUID(uuidString: text) != nil
        case ("Edm.Double", .string(let text)): isGood = ["NaN", "Infinity", "-Infinity"].contains(text)
        case ("Edm.Double", .number), ("Edm.Boolean", .bool): isGood = true
        case ("Edm.Int32", .number(let digits)): isGood = Int32(digits) != nil
        default: isGood = false
        }
        guard isGood else { throw wrongType }
    }

    /// What the JSON of a value says by itself.
    private static func shownType(of value: JSON) -> String? {
        switch value {
        case .string: "Edm.String"
        case .bool: "Edm.Boolean"
        case .number(let digits): digits.contains { ".eE".contains($0) } ? "Edm.Double" : "Edm.Int32"
        case .null, .array, .object: nil
        }
    }

    /// Checks an entity as it would be kept.
    static func check(_ row: AzureTableRow) throws(AzureFault) {
        let values = row.properties.filter { !$0.name.contains("@") }
        guard values.count <= properties else {
            throw AzureFault(
                400, "TooManyProperties", "The entity contains more properties than allowed (252 beside its own).")
        }
        var bytes = 4 + (row.partitionKey.utf16.count + row.rowKey.utf16.count) * 2
        for member in values { bytes += 8 + member.name.utf16.count * 2 + size(of: member.value) }
        guard bytes <= entityBytes else {
            throw AzureFault(400, "EntityTooLarge", "The entity is larger than the maximum allowed size (1 MiB).")
        }
    }

    private static func size(of value: JSON) -> Int {
        guard case .string(let text) = value else { return 8 }
        return 4 + text.utf16.count * 2
    }

    private static let valueTooLarge = AzureFault(
        400, "PropertyValueTooLarge", "The property value exceeds the maximum allowed size (64KB).")
    private static let wrongType = AzureFault(
        400, "InvalidValueType", "The value of a property does not fit its type.")
}

internal import OrderedJSON

/// The lead object of an org: its fields, and what must hold for a record.
struct SalesforceObject {
    let settings: SalesforceSettings
    let fields: [SalesforceField]
    private let byName: [String: SalesforceField]

    init(_ settings: SalesforceSettings) {
        self.settings = settings
        var fields = SalesforceField.standard + settings.fields
        if !fields.contains(where: { $0.name == settings.externalIDField }) {
            fields += [SalesforceField(settings.externalIDField, settings.externalIDField, .string, 255)]
        }
        self.fields = fields
        byName = Dictionary(fields.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The field under a name, in whatever case it is written.
    func field(_ name: String) -> SalesforceField? { byName[name.lowercased()] }

    /// Whether upserts may name the field.
    func isKey(_ field: String) -> Bool {
        self.field(field).map { $0.name == settings.externalIDField } ?? false
    }

    /// The members under the names of their fields, each of the right type; an empty text is none.
    func read(_ members: [JSON.Member]) throws(SalesforceFault) -> [JSON.Member] {
        var read: [JSON.Member] = []
        for member in members where member.name != "attributes" {
            guard let field = field(member.name) else { throw .column(member.name) }
            if let fault = field.typeFault(member.value) { throw fault }
            guard field.isWritable, !settings.readOnly.contains(field.name) else { throw .readOnly(field.name) }
            read.append(JSON.Member(field.name, member.value == .string("") ? .null : member.value))
        }
        return read
    }

    /// Whether a record may be stored as far as it alone says.
    /// - Parameter isNew: a record that is changed need not name what it must have.
    func check(_ members: [JSON.Member], isNew: Bool) throws(SalesforceFault) {
        let missing = fields.filter { field in
            guard field.isRequired else { return false }
            guard let value = members.first(where: { $0.name == field.name })?.value else { return isNew }
            return value.string.map { $0.allSatisfy(\.isWhitespace) } ?? true
        }
        guard missing.isEmpty else {
            let names = missing.map(\.name)
            throw SalesforceFault(
                400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [\(names.joined(separator: ", "))]",
                fields: names)
        }
        for member in members {
            if let fault = field(member.name)?.valueFault(
                member.value, restrictedTo: settings.restricted[member.name])
            {
                throw fault
            }
        }
    }

    func show(_ lead: SalesforceLead, _ names: [String], path: String) throws(SalesforceFault) -> JSON {
        var members = [
            JSON.Member("attributes", ["type": .string("Lead"), "url": .string(path)])
        ]
        for name in names {
            guard let field = field(name) else { throw .column(name) }
            let isConverted = field.name == "IsConverted" && isConverted(lead)
            members.append(JSON.Member(field.name, isConverted ? .bool(true) : lead[field]))
        }
        return .object(members)
    }

    func isConverted(_ lead: SalesforceLead) -> Bool {
        lead[settings.externalIDField]?.string.map(settings.converted.contains) ?? false
    }

    var description: JSON {
        [
            "name": .string("Lead"), "label": .string("Lead"), "keyPrefix": .string("00Q"), "createable": .bool(true),
            "updateable": .bool(true), "queryable": .bool(true), "custom": .bool(false),
            "fields": .array(fields.map { $0.description(settings) }),
        ]
    }
}

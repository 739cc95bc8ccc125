internal import Leads
internal import OrderedJSON

/// The columns of the table lead as the environment defines them, held against what is sent.
struct DynamicsColumns {
    private struct Column {
        let type: String
        let isWritable: Bool
        var length: Int?
    }

    private var columns: [String: Column] = [:]

    /// - Parameter attributes: the definitions of all types.
    init(_ attributes: [JSON]) {
        for attribute in attributes {
            guard let name = attribute["LogicalName"]?.string else { continue }
            columns[name] = Column(
                type: attribute["AttributeType"]?.string ?? "",
                isWritable: attribute["IsValidForCreate"]?.bool != false
                    && attribute["IsValidForUpdate"]?.bool != false,
                length: nil)
        }
    }

    /// - Parameter attributes: the definitions of one type that knows lengths.
    mutating func add(lengths attributes: [JSON]) {
        for attribute in attributes {
            guard let name = attribute["LogicalName"]?.string else { continue }
            columns[name]?.length = attribute["MaxLength"]?.integer.flatMap { Int(exactly: $0) }
        }
    }

    private static let texts: Set = ["String", "Memo"]
    private static let numbers: Set = [
        "BigInt", "Decimal", "Double", "Integer", "Money", "Picklist", "State", "Status",
    ]

    /// One step for each column that does not take what it is sent.
    func problems(_ map: FieldMap, _ mapping: MappingSettings, externalID: String?) -> [CheckStep] {
        var steps: [CheckStep] = []
        for field in LeadField.allCases {
            let length = DynamicsFields.length(of: field)
            for name in map.names(of: field) where name != externalID {
                let needed = DynamicsFields.lengths[name].flatMap { usual in length.map { min($0, usual) } } ?? length
                let problem = problem(name, types: Self.types(field), length: needed)
                steps += problem.map { [Self.step(name, $0, setting: "map.\(field.rawValue)")] } ?? []
            }
        }
        for (name, constant) in mapping.constants.sorted(by: { $0.key < $1.key }) {
            let problem = problem(name, types: Self.types(constant), length: constant.length)
            steps += problem.map { [Self.step(name, $0, setting: "constant.\(name)")] } ?? []
        }
        if let externalID {
            let length = DynamicsFields.length(of: .lead)
            let problem = problem(externalID, types: ["String"], length: length)
            steps += problem.map { [Self.step(externalID, $0, setting: "external-id")] } ?? []
        }
        return steps
    }

    private static func step(_ name: String, _ problem: (says: String, mend: String?), setting: String) -> CheckStep {
        CheckStep(
            "field \(name)", problem: problem.says,
            mend: problem.mend
                ?? "make.powerapps.com, Tables, Lead, Columns: create or change \(name), or correct \(setting)")
    }

    private func problem(_ name: String, types: Set<String>, length: Int?) -> (says: String, mend: String?)? {
        guard let column = columns[name] else {
            let lower = name.lowercased()
            let mend = lower != name && columns[lower] != nil ? "the column's logical name is \(lower)" : nil
            return ("Lead has no column \(name)", mend)
        }
        guard types.contains(column.type) else {
            return ("the column is of type \(VendorWords.clean(column.type)), and takes no such value", nil)
        }
        guard column.isWritable else { return ("the column cannot be written", nil) }
        guard let length, let most = column.length, most < length else { return nil }
        return ("the column takes \(most) characters, and \(length) may be sent", nil)
    }

    private static func types(_ field: LeadField) -> Set<String> {
        switch field {
        case .doNotContact: ["Boolean"]
        case .occurredAt: texts.union(["DateTime"])
        default: texts
        }
    }

    private static func types(_ constant: MappingSettings.Constant) -> Set<String> {
        switch constant {
        case .text: texts.union(["DateTime", "Uniqueidentifier"])
        case .whole: numbers
        case .flag: ["Boolean"]
        }
    }
}

internal import OrderedJSON

/// The shape of a value as the OpenAPI document describes it (JSON Schema 2020-12).
indirect enum Schema: Sendable {
    case any
    case string(String? = nil)
    case format(String)
    case choice([String])
    case integer(ClosedRange<Int64>? = nil)
    case boolean
    case array(Schema)
    case either([Schema])
    /// Members by name; those in `required` are always there. More may be.
    case object([(String, Schema)], required: [String])
    case nullable(Schema)
    case component(String)

    var json: JSON {
        switch self {
        case .any: .object([])
        case .string(let pattern):
            pattern.map { ["type": .string("string"), "pattern": .string($0)] } ?? ["type": .string("string")]
        case .format(let format): ["type": .string("string"), "format": .string(format)]
        case .choice(let values): ["type": .string("string"), "enum": .array(values.map { .string($0) })]
        case .integer(let range):
            range.map {
                ["type": .string("integer"), "minimum": .number($0.lowerBound), "maximum": .number($0.upperBound)]
            }
                ?? ["type": .string("integer")]
        case .boolean: ["type": .string("boolean")]
        case .array(let element): ["type": .string("array"), "items": element.json]
        case .either(let schemas): ["oneOf": .array(schemas.map(\.json))]
        case .object(let members, let required):
            [
                "type": .string("object"),
                "properties": .object(members.map { JSON.Member($0.0, $0.1.json) }),
                "required": .array(required.map { .string($0) }),
            ]
        case .nullable(let schema): ["oneOf": .array([schema.json, ["type": .string("null")]])]
        case .component(let name): ["$ref": .string("#/components/schemas/" + name)]
        }
    }
}

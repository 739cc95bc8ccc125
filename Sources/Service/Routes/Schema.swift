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
    case list(Schema, ClosedRange<Int>)
    case either([Schema])
    /// At least one of these.
    case some([Schema])
    /// An object that has at least one of these members.
    case needing([String], Schema)
    /// Members by name; those in `required` are always there. More may be.
    case object([(String, Schema)], required: [String])
    case nullable(Schema)
    case component(String)

    private static func adding(_ name: String, _ value: JSON, to json: JSON) -> JSON {
        guard case .object(let members) = json else { return json }
        return .object(members + [JSON.Member(name, value)])
    }

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
        case .list(let element, let count):
            [
                "type": .string("array"), "items": element.json, "minItems": .number(count.lowerBound),
                "maxItems": .number(count.upperBound),
            ]
        case .either(let schemas): ["oneOf": .array(schemas.map(\.json))]
        case .some(let schemas): ["anyOf": .array(schemas.map(\.json))]
        case .needing(let names, let schema):
            Self.adding("anyOf", .array(names.map { ["required": .array([.string($0)])] }), to: schema.json)
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

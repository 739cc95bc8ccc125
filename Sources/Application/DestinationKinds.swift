package import Leads
package import OrderedJSON

extension DestinationKind {
    /// The kind as `destination kinds` shows it: what it is, its settings, its secrets, what it does by default.
    package var json: JSON {
        let specification = specification
        let secrets: [JSON] = specification.secrets.map { secret in
            ["key": .string(secret.key), "required": .bool(secret.isRequired), "says": .string(secret.says)]
        }
        return [
            "kind": .string(rawValue), "says": .string(specification.says),
            "settings": .array(specification.allSettings.map(\.json)), "secrets": .array(secrets),
            "mapping": .array(
                specification.isMapped ? LeadField.allCases.map { .string($0.rawValue) } : []),
        ]
    }
}

extension SettingSpecification {
    fileprivate var json: JSON {
        [
            "key": .string(key), "required": .bool(isRequired), "default": .optional(usual),
            "allowed": .string(allowed), "says": .string(says),
        ]
    }
}

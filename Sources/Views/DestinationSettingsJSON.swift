package import Leads
package import OrderedJSON

extension DestinationSettings {
    /// The settings as the ledger keeps them: keys in order of their bytes, secrets by reference only.
    ///
    /// `{"name":"crm","kind":"https","settings":{"url":"…"},"secrets":{"signing-secret":"env:NAME"}}`
    package var json: JSON {
        [
            "name": .string(name),
            "kind": .string(kind.rawValue),
            "settings": Self.object(settings),
            "secrets": Self.object(secrets.mapValues(\.description)),
        ]
    }

    /// Reads what `json` wrote, with all its checks.
    package init(json: JSON) throws(DestinationSettingsError) {
        try self.init(
            name: json["name"]?.string ?? "", kind: json["kind"]?.string ?? "",
            settings: Self.texts(json["settings"]), secrets: Self.texts(json["secrets"]))
    }

    private static func object(_ texts: [String: String]) -> JSON {
        .object(texts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })
    }

    private static func texts(_ json: JSON?) -> [String: String] {
        guard case .object(let members)? = json else { return [:] }
        return Dictionary(members.compactMap { member in member.value.string.map { (member.name, $0) } }) { $1 }
    }
}

internal import Leads
package import OrderedJSON
package import Views

/// Where leads are pulled from, and how far that has come.
package struct SourceList {
    private let sources: PullSources

    package init(_ sources: PullSources) { self.sources = sources }

    /// In the order of their making, without those that were removed. Of secrets, where they are.
    package var rows: [JSON] {
        sources.active.map { source in
            [
                "name": .string(source.name),
                "kind": .string(source.settings.kind),
                "settings": source.settings.json["settings"] ?? .object([]),
                "secrets": source.settings.json["secrets"] ?? .object([]),
                "cursor": .optional(source.cursor),
                "pulled": .optional(source.pulledAt?.description),
                "recorded": .number(source.recorded),
            ]
        }
    }
}

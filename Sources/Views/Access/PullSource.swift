package import Leads
package import OrderedJSON

/// What a source is set to: where leads are pulled from, with secrets named and never held.
package struct PullSettings: Hashable, Sendable {
    package let name: String
    /// `azure-table`.
    package let kind: String
    /// The settings as they were given, defaults left out.
    package let settings: [String: String]
    /// Where each secret is: `env:NAME` or `file:PATH`.
    package let secrets: [String: String]

    package init(name: String, kind: String, settings: [String: String], secrets: [String: String]) {
        self.name = name
        self.kind = kind
        self.settings = settings
        self.secrets = secrets
    }

    package var json: JSON {
        func object(_ pairs: [String: String]) -> JSON {
            .object(pairs.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })
        }
        return [
            "name": .string(name), "kind": .string(kind), "settings": object(settings), "secrets": object(secrets),
        ]
    }
}

/// A place that leads are pulled from, as the ledger's events leave it.
package struct PullSource: Hashable, Sendable {
    package var settings: PullSettings
    /// How far it was read, in the words of its kind; `nil` before the first pull.
    package var cursor: String?
    package var pulledAt: Instant?
    /// Rows that were new, over all pulls.
    package var recorded: Int64 = 0
    package var isRemoved = false

    package init(settings: PullSettings) { self.settings = settings }

    package var name: String { settings.name }

    /// Who records what is pulled, as the ledger's `actor`.
    package var actor: String { "source:" + name }
}

/// The sources of a home, few enough to be held in memory, in the order of their making.
package struct PullSources: Hashable, Sendable {
    package private(set) var all: [PullSource] = []

    package init() {}

    init(_ all: [PullSource]) { self.all = all }

    /// Those that are not removed.
    package var active: [PullSource] { all.filter { !$0.isRemoved } }

    /// - Parameter at: when the event was recorded.
    package mutating func evolve(_ type: EventType, at: Instant, detail: [UInt8]) {
        guard let event = SourceEvent(detail) else { return }
        let index = all.lastIndex { !$0.isRemoved && $0.name == event.name }
        switch (type, index) {
        case (.sourceChanged, let index?):
            if event.isRemoval { all[index].isRemoved = true }
            if let settings = event.settings { all[index].settings = settings }
        case (.sourceChanged, nil):
            if let settings = event.settings { all.append(PullSource(settings: settings)) }
        case (.sourcePulled, let index?):
            all[index].cursor = event.cursor
            all[index].pulledAt = at
            all[index].recorded += event.recorded
        default: break
        }
    }
}

/// The detail of the events `SourceChanged` and `SourcePulled`, as JSON.
package struct SourceEvent {
    package let name: String
    package let settings: PullSettings?
    package let isRemoval: Bool
    package let cursor: String?
    package let recorded: Int64

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let name = json["name"]?.string else { return nil }
        self.name = name
        isRemoval = json["removed"]?.bool ?? false
        cursor = json["cursor"]?.string
        recorded = json["recorded"]?.integer ?? 0
        settings = json["kind"]?.string.map { kind in
            PullSettings(
                name: name, kind: kind, settings: Self.texts(json["settings"]), secrets: Self.texts(json["secrets"]))
        }
    }

    /// Made or set anew.
    package static func changed(_ settings: PullSettings, reason: String?) -> [UInt8] {
        guard case .object(let members) = settings.json else { return [] }
        return JSON.object(members + [JSON.Member("reason", .optional(reason))]).encoded()
    }

    package static func removed(_ name: String, reason: String?) -> [UInt8] {
        let json: JSON = ["name": .string(name), "removed": .bool(true), "reason": .optional(reason)]
        return json.encoded()
    }

    /// Read up to `cursor`, which brought `recorded` rows that are new.
    package static func pulled(_ name: String, cursor: String, recorded: Int64) -> [UInt8] {
        let json: JSON = ["name": .string(name), "cursor": .string(cursor), "recorded": .number(recorded)]
        return json.encoded()
    }

    private static func texts(_ json: JSON?) -> [String: String] {
        guard case .object(let members) = json else { return [:] }
        return Dictionary(members.compactMap { m in m.value.string.map { (m.name, $0) } }) { first, _ in first }
    }
}

internal import Leads
internal import Ledger
package import OrderedJSON
internal import Outbound
internal import Pull
internal import Views

/// Adds a source, or sets an existing one anew.
package struct SourceAdd: Act {
    package static let name = "source-add"

    let source: String
    let kind: String
    let settings: [String: String]
    let secrets: [String: String]
    let reason: String?

    /// Reads what was typed: `--set key=value` and `--secret key=env:NAME` or `key=file:PATH`, any number of each.
    package init(name: String, kind: String, set: [String], secret: [String], reason: String?) throws {
        try AccessName.check(name)
        source = name
        self.kind = kind
        settings = try SettingsReader.pairs(set, option: "--set")
        secrets = try SettingsReader.pairs(secret, option: "--secret")
        self.reason = reason
        try AzureTableSettings.check(pullSettings)
    }

    private var pullSettings: PullSettings {
        PullSettings(name: source, kind: kind, settings: settings, secrets: secrets)
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let isNew = try await home.snapshot().views.sources.active.allSatisfy { $0.name != source }
        try await home.append(.sourceChanged, SourceEvent.changed(pullSettings, reason: reason))
        guard case .object(let members) = pullSettings.json else { return .null }
        return .object(members + [JSON.Member("added", .bool(isNew))])
    }
}

/// Removes a source; what was recorded from it stays.
package struct SourceRemove: Act {
    package static let name = "source-remove"

    let source: String
    let reason: String?

    package init(_ source: String, reason: String?) {
        self.source = source
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        _ = try Home.source(source, of: try await home.snapshot().views.sources)
        try await home.append(.sourceChanged, SourceEvent.removed(source, reason: reason))
        return ["name": .string(source), "removed": true]
    }
}

/// Reads what is new at a source, once.
package struct SourcePull: Act {
    package static let name = "source-pull"

    let source: String

    package init(_ source: String) { self.source = source }

    package func perform(on home: OpenHome) async throws -> JSON {
        let found = try Home.source(source, of: try await home.snapshot().views.sources)
        let writer = home.writer
        let counts = try await TableSource(
            source: found, secrets: SecretReader(), append: { try await writer.append($0) }, clock: home.home.clock
        ).pull()
        await home.appended(writer.lastSeq)
        return counts.json
    }
}

extension Home {
    /// Asks a source for one row; says what is wrong, if anything.
    package func checkSource(_ name: String) async throws -> JSON {
        let found = try Self.source(name, of: try await snapshot().views.sources)
        try await TableSource(source: found, secrets: SecretReader(), append: { _ in [] }, clock: clock).check()
        return ["name": .string(name), "ok": true]
    }

    static func source(_ name: String, of sources: PullSources) throws -> PullSource {
        guard let found = sources.active.first(where: { $0.name == name }) else {
            throw ActFailure(AccessName.unknown("source", name, sources.active.map(\.name)))
        }
        return found
    }
}

package import Leads
internal import Ledger
package import OrderedJSON
internal import Outbound
internal import Pull
internal import Reports
internal import Views

/// Adds a source, or sets an existing one anew.
package struct SourceAdd: Act {
    package static let name = "source-add"

    let source: String
    let kind: String
    let settings: [String: String]
    let secrets: [String: String]
    let reason: String?

    package init(_ settings: SourceSettings, reason: String?) {
        source = settings.name
        kind = settings.kind.rawValue
        self.settings = settings.settings
        secrets = settings.secrets.mapValues(\.description)
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let settings = PullSettings(
            try SourceSettings(name: source, kind: kind, settings: settings, secrets: secrets))
        let isNew = try await home.snapshot().views.sources.active.allSatisfy { $0.name != source }
        try await home.append(.sourceChanged, SourceEvent.changed(settings, reason: reason))
        guard case .object(let members) = settings.json else { return .null }
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
        return ["name": .string(source), "removed": .bool(true)]
    }
}

/// Reads what is new at a source, once.
package struct SourcePull: Act {
    package static let name = "source-pull"

    let source: String

    package init(_ source: String) { self.source = source }

    package var takesTurns: Bool { false }

    package func perform(on home: OpenHome) async throws -> JSON {
        let found = try Home.source(source, of: try await home.snapshot().views.sources)
        let (owner, writer) = (home.home, home.writer)
        let counts = try await TableSource(
            source: found, secrets: SecretReader(), append: { try await writer.append($0) }, clock: owner.clock
        ).pull { !owner.isCancelled() }
        await home.appended(writer.lastSeq)
        return [
            "read": .number(counts.read), "recorded": .number(counts.recorded),
            "duplicates": .number(counts.duplicates), "quarantined": .number(counts.quarantined),
        ]
    }
}

extension Home {
    /// Asks a source for one row and says what is as it should be, what is worth a look, and what is wrong.
    package func checkSource(_ name: String) async throws -> JSON {
        let found = try Self.source(name, of: try await snapshot().views.sources)
        let check = try await TableSource(
            source: found, secrets: SecretReader(), append: { _ in [] }, clock: clock
        ).check()
        return [
            "name": .string(name), "ok": .bool(check.isGood), "passed": .array(check.passed.map { .string($0) }),
            "notes": .array(check.notes.map { .string($0) }), "problem": .optional(check.failure?.problem),
            "advice": .optional(check.failure?.mend),
        ]
    }

    static func source(_ name: String, of sources: PullSources) throws -> PullSource {
        guard let found = sources.active.first(where: { $0.name == name }) else {
            throw ActFailure(AccessName.unknown("source", name, sources.active.map(\.name)))
        }
        return found
    }
}

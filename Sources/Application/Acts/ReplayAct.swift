package import OrderedJSON
internal import Views

/// Folds every view anew, compares, and swaps the new ones in.
package struct ReplayAct: Act {
    package static let name = "replay"

    let isCheck: Bool

    /// - Parameter check: compares only.
    package init(check: Bool) { isCheck = check }

    package var takesTurns: Bool { false }

    package func perform(on home: OpenHome) async throws -> JSON {
        let owner = home.home
        let views = try await home.views()
        try await views.catchUp(
            progress: { owner.progress("folding events", $0, $1) }, isCancelled: owner.isCancelled)
        let rebuild = try await views.rebuild(
            swap: !isCheck, progress: { owner.progress("replaying events", $0, $1) }, isCancelled: owner.isCancelled)
        let rows = rebuild.views.map { view -> JSON in
            ["name": .string(view.name), "rows": .number(view.rows), "differences": .number(view.differences)]
        }
        return ["events": .number(rebuild.events), "views": .array(rows), "swapped": .bool(rebuild.isSwapped)]
    }
}

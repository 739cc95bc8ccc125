import Application
import ArgumentParser
import OrderedJSON
import Views

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Folds every view anew from the ledger, compares, and swaps the new ones in.",
        discussion: "A replay sends nothing: what was delivered is in the ledger too.")

    @Flag(help: "Compares only; exit status 6 when something differs.")
    var check = false
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let home = options.home()
        let rebuild = try await home.writeViews { views in
            _ = try await views.catchUp(
                progress: { home.progress("folding events", $0, $1) }, isCancelled: home.isCancelled)
            return try await views.rebuild(
                swap: !check, progress: { home.progress("replaying events", $0, $1) }, isCancelled: home.isCancelled)
        }
        let rows = rebuild.views.map { view -> JSON in
            ["name": .string(view.name), "rows": .number(view.rows), "differences": .number(view.differences)]
        }
        if options.output == .json {
            printJSON([
                "events": .number(rebuild.events), "views": .array(rows), "swapped": .bool(rebuild.isSwapped),
            ])
        } else {
            var list = ListOutput(options.output, columns: ["name", "rows", "differences"])
            rows.forEach { list.add($0) }
            list.finish(empty: "There are no views.")
            if options.output == .table {
                print("\(rebuild.events) events replayed" + (rebuild.isSwapped ? ", views swapped in." : "."))
            }
        }
        if check, rebuild.views.contains(where: { $0.differences > 0 }) { throw ExitCode(6) }
    }
}

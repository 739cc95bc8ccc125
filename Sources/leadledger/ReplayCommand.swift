import Application
import ArgumentParser
import OrderedJSON

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Folds every view anew from the ledger, compares, and swaps the new ones in.",
        discussion: "A replay sends nothing: what was delivered is in the ledger too.")

    @Flag(help: "Compares only; exit status 6 when something differs.")
    var check = false
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let json = try await options.home().perform(ReplayAct(check: check))
        let views = json["views"]?.array ?? []
        if options.output == .json {
            printJSON(json)
        } else {
            var list = ListOutput(options.output, columns: ["name", "rows", "differences"])
            views.forEach { list.add($0) }
            list.finish(empty: "There are no views.")
            if options.output == .table {
                let isSwapped = json["swapped"]?.bool == true
                print("\(ListOutput.cell(json["events"])) events replayed" + (isSwapped ? ", views swapped in." : "."))
            }
        }
        if check, views.contains(where: { $0["differences"]?.integer ?? 0 > 0 }) { throw ExitCode(6) }
    }
}

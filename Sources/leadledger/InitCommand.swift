import Application
import ArgumentParser
import Ledger
import OrderedJSON

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a home for a ledger; harmless when there is one.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let home = options.home()
        let isNew = try await home.initialize()
        if printRecord(["home": .string(home.files.home), "created": .bool(isNew)], options.output) { return }
        guard isNew else { return print("There is a ledger in \(home.files.home) already; nothing was changed.") }
        print("A ledger was made in \(home.files.home).")
        print("Back up \(home.files.keyFile) apart from the ledger: without it no contact data can be read.")
        print("Next: leadledger import FILE, or leadledger record --source … --action … --offer publisher.offer")
    }
}

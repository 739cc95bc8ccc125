import Application
import ArgumentParser
import OrderedJSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks the home over and says what needs attention; exit status 6 when something does.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let checks = try await Doctor(home: options.home(), version: Program.version).run()
        let isOK = checks.allSatisfy(\.isOK)
        if options.output == .json {
            printJSON(["ok": .bool(isOK), "checks": .array(checks.map(\.json))])
        } else {
            var list = ListOutput(options.output, columns: ["check", "ok", "detail", "advice"])
            for check in checks { list.add(check.json) }
            list.finish(empty: "There is nothing to look at.")
        }
        if !isOK { throw ExitCode(6) }
    }
}

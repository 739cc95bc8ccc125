import Application
import ArgumentParser
import Foundation
import Leads

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .customLong("home"), help: "The folder of the ledger (else LEADLEDGER_HOME, else the data folder).")
    var homePath: String?

    @Option(
        name: [.customShort("o", allowingJoined: true), .customLong("output")],
        help: "How to print: table, json, ndjson or csv.")
    var output: OutputFormat = .table

    func home() -> Home {
        let environment = ProcessInfo.processInfo.environment
        var home = Home(files: Home.locate(option: homePath, environment: environment))
        home.environment = environment
        home.isCancelled = { Interruption.isRequested }
        let bar = ProgressBar()
        home.notice = { say($0) }
        home.progress = { bar.show($0, $1, $2) }
        return home
    }

    /// - Parameter flags: what the command's own flags set.
    func settings(flags: [SettingKey: String] = [:]) throws -> Settings {
        let home = home()
        return try Settings(files: home.files, environment: home.environment, flags: flags)
    }

    /// `leadledger --home DIR -o json COMMAND …` is read like `leadledger COMMAND … --home DIR -o json`: the options
    /// belong to the commands, and people type them in front.
    static func movedBehindCommand(_ arguments: [String]) -> [String] {
        var moved: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            if ["--home", "--output", "-o"].contains(first), rest.count > 1 {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if first.hasPrefix("--home=") || first.hasPrefix("--output=")
                || (first.hasPrefix("-o") && first.count > 2)
            {
                moved.append(first)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        guard !rest.isEmpty else { return Array(arguments) }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest[..<end] + moved + rest[end...]
    }
}

enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, ndjson, csv
}

extension Instant: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension Span: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

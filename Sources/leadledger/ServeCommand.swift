import Application
import ArgumentParser
import Foundation
import Logging
import OrderedJSON
import Service

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the service: takes leads in, answers the API, keeps the views and every CRM up to date.",
        discussion: """
            Prints its URL when it is ready, and ends with SIGTERM or Ctrl-C once every accepted request is answered. \
            Other commands work on the same home meanwhile; those that write go through the service. \
            More settings, among them TLS and limits: leadledger config.
            """)

    @Option(help: "The address to listen at (127.0.0.1 by default).")
    var host: String?
    @Option(help: "The port to listen at, 0 for any free one (8080 by default).")
    var port: Int?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let home = options.home()
        var flags: [SettingKey: String] = [:]
        flags[.host] = host
        flags[.port] = port.map { "\($0)" }
        let settings = try options.settings(flags: flags)
        var logger = Logger(label: "leadledger", factory: { JSONLines(label: $0) })
        logger.logLevel = Logger.Level(rawValue: settings[.logLevel].text) ?? .notice
        let output = options.output
        do {
            try await Serving(home: home, settings: settings, logger: logger).run { url in
                let out = StandardOutput()
                out.line(
                    output == .table ? "leadledger listens at \(url)" : JSON.object([.init("url", .string(url))]).text)
                out.flush()
            }
        } catch {
            await JSONLines.flush()
            throw error
        }
        await JSONLines.flush()
    }
}

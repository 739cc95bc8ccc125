import Application
import ArgumentParser
import OrderedJSON

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows each setting, its value and where it comes from.",
        discussion: """
            A flag beats the environment, which beats leadledger.yaml in the home, which beats the default. \
            The file holds a line a setting, such as "port: 8080".
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        var list = ListOutput(options.output, columns: ["setting", "value", "origin", "environment", "meaning"])
        for setting in try options.settings().json { list.add(setting) }
        list.finish(empty: "There are no settings.")
    }
}

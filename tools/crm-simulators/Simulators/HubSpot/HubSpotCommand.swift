internal import ArgumentParser

/// `crm-simulators hubspot`
struct HubSpotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hubspot",
        abstract: "A HubSpot account: contacts and their properties.",
        discussion: """
            Takes the token of a private app. Failures that are asked for may name a category, and with 429 the limit
            that is reached; records of a batch are refused with 207 and a category:
                POST /_fail {"status":429,"code":"TEN_SECONDLY_ROLLING","times":2}
                POST /_refuse {"places":[0],"code":"VALIDATION_ERROR"}
            After POST /_expire only the token of --next-token-env is good.
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "A variable of the environment that holds the token.")
    var tokenEnv: String

    @Option(help: "A variable of the environment that holds the token that is good after the first was ended.")
    var nextTokenEnv: String?

    @Option(help: "A scope that the app has, in place of all that are needed; may be repeated.")
    var scope: [String] = []

    @Option(help: "A custom property; may be repeated.")
    var field: [String] = []

    @Option(help: "A custom property with unique values, which identifies contacts; may be repeated.")
    var uniqueField: [String] = []

    @Flag(help: "Let a batch in which each input has a trace id of its own fail in part, with 207.")
    var multiStatus = false

    @Option(name: .customLong("calls-per-10s"), help: "Calls in 10 seconds; more answer 429.")
    var callsPerTenSeconds: Int?

    func validate() throws {
        let names = field + uniqueField
        guard Set(names).count == names.count else { throw ValidationError("a custom property is given twice") }
    }

    func run() async throws {
        var settings = HubSpotSettings(token: try SimulatedSecret.text(of: tokenEnv))
        settings.nextToken = try nextTokenEnv.map(SimulatedSecret.text)
        if !scope.isEmpty { settings.scopes = scope }
        settings.customProperties = field
        settings.uniqueProperties = uniqueField
        settings.isMultiStatus = multiStatus
        settings.callsPerTenSeconds = callsPerTenSeconds
        let simulated = SimulatedServer(HubSpotService(settings), arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }
}

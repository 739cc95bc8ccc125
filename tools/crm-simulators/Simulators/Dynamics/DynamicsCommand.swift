internal import ArgumentParser

/// `crm-simulators dynamics`
struct DynamicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dynamics",
        abstract: "A Dataverse environment of Dynamics 365, and the token endpoint of Entra ID.",
        discussion: """
            Tokens come from POST /TENANT/oauth2/v2.0/token, the Web API is under /api/data/v9.2/. Failures that are
            asked for may name a code, of Dataverse or of Entra ID:
                POST /_fail {"status":429,"code":"0x80072326","retryAfter":5}
                POST /_fail {"status":401,"code":"AADSTS7000222"}
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "The tenant.")
    var tenant = "11111111-2222-3333-4444-555555555555"

    @Option(help: "The client id of the application.")
    var clientID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

    @Option(help: "A variable of the environment that holds the client secret.")
    var clientSecretEnv: String

    @Option(help: "The URL that tokens are for; without it the host that each request names.")
    var environment: String?

    @Option(help: "Seconds that a token is good.")
    var tokenSeconds = 3_599

    @Option(help: "The column of the alternate key.")
    var keyColumn = "leadledger_id"

    @Option(help: "The state of the alternate key: active, pending or absent.")
    var key = DynamicsSettings.KeyStatus.active

    @Option(help: "A further column, NAME, NAME:TYPE or NAME:String:LENGTH; may be repeated.")
    var column: [String] = []

    @Option(help: "What the application user may do: full, none, or absent when there is no such user.")
    var role = DynamicsSettings.Role.full

    @Flag(help: "A duplicate detection rule on emailaddress1 is published.")
    var findDuplicates = false

    @Option(help: "A value of the key whose lead is qualified and cannot be changed; may be repeated.")
    var qualified: [String] = []

    func validate() throws {
        guard (1...86_400).contains(tokenSeconds) else { throw ValidationError("--token-seconds is 1 to 86400") }
        for text in column + [keyColumn] where DynamicsColumn(text) == nil {
            throw ValidationError("\(text) is no column: a prefix, an underline and a name, all in lower case")
        }
    }

    func run() async throws {
        var settings = DynamicsSettings(clientSecret: try SimulatedSecret.text(of: clientSecretEnv))
        settings.tenant = tenant
        settings.clientID = clientID
        settings.environment = environment.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        settings.tokenSeconds = tokenSeconds
        settings.keyColumn = keyColumn
        settings.keyStatus = key
        settings.columns = column.compactMap { DynamicsColumn($0) }
        settings.role = role
        settings.findsDuplicates = findDuplicates
        settings.qualified = Set(qualified)
        let simulated = SimulatedServer(DynamicsService(settings), arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }
}

extension DynamicsSettings.KeyStatus: ExpressibleByArgument {}
extension DynamicsSettings.Role: ExpressibleByArgument {}

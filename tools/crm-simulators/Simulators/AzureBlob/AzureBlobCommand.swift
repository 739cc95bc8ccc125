internal import ArgumentParser

/// `crm-simulators azure-blob`
struct AzureBlobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "azure-blob",
        abstract: "The blob service of an Azure storage account.",
        discussion: """
            Takes requests under / and under /ACCOUNT/, signed with SharedKey, SharedKeyLite or a shared access
            signature. Failures that are asked for may name a code:
                POST /_fail {"status":503,"code":"ServerBusy","times":2}
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "The name of the account.")
    var account = "leadledgertest"

    @Option(help: "A variable of the environment that holds the account's key, base 64.")
    var keyEnv: String

    @Option(help: "A container that is there from the start; may be repeated.")
    var container = ["leads"]

    @Option(help: "Blocks that an append blob takes.")
    var blockLimit = 50_000

    func validate() throws {
        guard blockLimit >= 1 else { throw ValidationError("--block-limit is 1 or more") }
        guard container.allSatisfy(AzureBlobCall.isContainerName) else {
            throw ValidationError("--container is 3 to 63 small letters, digits and single hyphens")
        }
    }

    func run() async throws {
        let key = try SimulatedSecret.text(of: keyEnv)
        guard
            let service = AzureBlobService(
                account: account, key: key, containers: container, blockLimit: blockLimit)
        else { throw ValidationError("\(keyEnv) holds no base 64") }
        let simulated = SimulatedServer(service, arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }
}

internal import ArgumentParser

/// `crm-simulators azure-table`
struct AzureTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "azure-table",
        abstract: "The table service of an Azure storage account.",
        discussion: """
            Takes requests under / and under /ACCOUNT/, signed with SharedKey, SharedKeyLite or a shared access
            signature. Failures that are asked for may name a code:
                POST /_fail {"status":503,"code":"ServerBusy","times":2,"retryAfter":1}
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "The name of the account.")
    var account = "leadledgertest"

    @Option(help: "A variable of the environment that holds the account's key, base 64.")
    var keyEnv: String

    @Option(help: "A table that is there from the start; may be repeated.")
    var table = ["marketplaceleads"]

    @Option(help: "Entities in one answer at most, 1 to 1000.")
    var pageSize = 1_000

    @Option(help: "Answers without entities before each one that has some.")
    var emptyPages = 0

    func validate() throws {
        guard (1...1_000).contains(pageSize) else { throw ValidationError("--page-size is 1 to 1000") }
        guard (0...100).contains(emptyPages) else { throw ValidationError("--empty-pages is 0 to 100") }
        guard table.allSatisfy(AzureTableCall.isTableName) else {
            throw ValidationError("--table is 3 to 63 letters and digits, a letter first")
        }
    }

    func run() async throws {
        let key = try SimulatedSecret.text(of: keyEnv)
        guard
            let service = AzureTableService(
                account: account, key: key, tables: table,
                paging: .init(size: pageSize, empties: emptyPages))
        else { throw ValidationError("\(keyEnv) holds no base 64") }
        let simulated = SimulatedServer(service, arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }
}

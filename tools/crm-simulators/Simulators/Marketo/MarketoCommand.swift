internal import ArgumentParser

/// `crm-simulators marketo`
struct MarketoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "marketo",
        abstract: "An instance of Marketo: tokens, leads, forms and programs.",
        discussion: """
            Tokens are at /identity/oauth/token, the REST API is under /rest. Failures that are asked for may name a
            code, in an answer that says 200 as Marketo's do; records are refused with a code as well:
                POST /_fail {"status":200,"code":"606","times":2}
                POST /_refuse {"places":[0],"code":"1003"}
            After POST /_expire all tokens answer 602, and the next one is new.
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "A variable of the environment that holds the client's id.")
    var clientIDEnv: String

    @Option(help: "A variable of the environment that holds the client's secret.")
    var clientSecretEnv: String

    @Option(help: "How long a token is good.")
    var tokenSeconds: Int64 = 3_600

    @Option(help: "A custom field for text, which leads can be looked up by; may be repeated.")
    var field: [String] = []

    @Option(help: "A custom field for long text; may be repeated.")
    var textField: [String] = []

    @Option(help: "A form, with its fields if it has not all: 1029 or 1029:email,firstName; may be repeated.")
    var form = ["1029"]

    @Option(help: "The name of a program; may be repeated.")
    var program = ["Marketplace"]

    @Option(help: "The name of a partition; may be repeated.")
    var partition = ["Default"]

    @Option(help: "An e-mail address that two leads have from the start; may be repeated.")
    var duplicate: [String] = []

    @Flag(help: "Let the user only read: writing answers 603.")
    var readOnly = false

    @Option(name: .customLong("calls-per-20s"), help: "Calls in 20 seconds; more answer 606. Marketo's own is 100.")
    var callsPerTwentySeconds: Int?

    @Option(help: "Calls at once; more answer 615. Marketo's own is 10.")
    var concurrent: Int?

    @Option(help: "Calls in a day of US Central Standard Time; more answer 607.")
    var daily: Int?

    @Option(help: "How long a write takes after it was decided what to write; others do not see it meanwhile.")
    var writeMilliseconds = 0

    func validate() throws {
        guard form.allSatisfy({ MarketoSettings.Form(argument: $0) != nil }) else {
            throw ValidationError("--form is an id, or an id, a colon and names with commas")
        }
        guard tokenSeconds > 0 else { throw ValidationError("--token-seconds is 1 at least") }
        guard (0...600_000).contains(writeMilliseconds) else {
            throw ValidationError("--write-milliseconds is 0 to 600000")
        }
    }

    func run() async throws {
        var settings = MarketoSettings(
            clientID: try SimulatedSecret.text(of: clientIDEnv),
            clientSecret: try SimulatedSecret.text(of: clientSecretEnv))
        settings.tokenSeconds = tokenSeconds
        settings.customFields = field
        settings.textFields = textField
        settings.forms = form.compactMap(MarketoSettings.Form.init(argument:))
        settings.programs = program
        settings.partitions = partition
        settings.duplicates = duplicate
        settings.isReadOnly = readOnly
        settings.callsPerTwentySeconds = callsPerTwentySeconds
        settings.concurrentCalls = concurrent
        settings.callsPerDay = daily
        let milliseconds = writeMilliseconds
        let service = MarketoService(settings, now: SimulatedServer.clock()) {
            if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(milliseconds)) }
        }
        let simulated = SimulatedServer(service, arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }
}

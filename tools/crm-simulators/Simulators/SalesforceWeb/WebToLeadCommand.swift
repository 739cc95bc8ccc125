internal import ArgumentParser

/// `crm-simulators salesforce-web`
struct WebToLeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salesforce-web",
        abstract: "Salesforce's Web-to-Lead form handler.",
        discussion: """
            Takes POST /servlet/servlet.WebToLead?encoding=UTF-8 and always says 200; an exception is in the header
            Is-Processed only. Failures that are asked for may name an exception:
                POST /_fail {"status":200,"code":"common.exception.SalesforceGenericException"}
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "The id of the org, 15 characters.")
    var organization = "00D5g0000000001"

    @Option(help: "The id of a custom field, 00N… or 00N…:LENGTH; may be repeated.")
    var field: [String] = []

    @Option(help: "The custom field that says which lead it is, for /_records; without it the address for e-mail.")
    var keyField: String?

    @Option(help: "Leads that are taken within 24 hours; more are queued.")
    var dailyLimit = 500

    @Option(help: "Leads that the queue takes; more are lost.")
    var queueLimit = 50_000

    func validate() throws {
        guard organization.utf8.count == 15, organization.hasPrefix("00D") else {
            throw ValidationError("--organization is 15 characters that begin with 00D")
        }
        guard (field + [keyField].compactMap { $0 }).allSatisfy({ Self.read($0) != nil }) else {
            throw ValidationError("a custom field is 00N and 12 or 15 further characters")
        }
        guard dailyLimit >= 0, queueLimit >= 0 else { throw ValidationError("the limits are not negative") }
    }

    func run() async throws {
        var settings = WebToLeadSettings()
        settings.organization = organization
        settings.keyField = keyField
        settings.dailyLimit = dailyLimit
        settings.queueLimit = queueLimit
        for field in [keyField].compactMap({ $0 }) + field {
            guard let (id, length) = Self.read(field) else { continue }
            settings.fields[id] = length
        }
        let simulated = SimulatedServer(WebToLeadService(settings), arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }

    private static func read(_ text: String) -> (id: String, length: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isIdentifier = [15, 18].contains(parts[0].utf8.count) && parts[0].hasPrefix("00N")
        guard isIdentifier, parts.count <= 2, let length = parts.count == 2 ? Int(parts[1]) : 255, length > 0 else {
            return nil
        }
        return (String(parts[0]), length)
    }
}

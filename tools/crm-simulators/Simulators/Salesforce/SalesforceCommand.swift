internal import ArgumentParser
internal import Foundation

/// `crm-simulators salesforce`
struct SalesforceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salesforce",
        abstract: "A Salesforce org: its token endpoint and the REST API for leads.",
        discussion: """
            Tokens come from POST /services/oauth2/token, the API is under /services/data/. Failures that are asked for
            may name a code; one in lower case is of the token endpoint:
                POST /_fail {"status":403,"code":"REQUEST_LIMIT_EXCEEDED"}
                POST /_fail {"status":400,"code":"invalid_grant"}
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "The client id of the connected app.")
    var clientID = "3MVG9leadledger"

    @Option(help: "A variable of the environment that holds the client secret; allows client credentials.")
    var clientSecretEnv: String?

    @Option(help: "A file with a certificate or a public RSA key (PEM); allows signed assertions.")
    var certificate: String?

    @Option(help: "The user that assertions may name.")
    var username = "integration@leadledger.example"

    @Option(help: "What assertions may be meant for, besides the org's own URL; may be repeated.")
    var audience = ["https://login.salesforce.com"]

    @Option(help: "The URL of the org; without it the host that each request names.")
    var instance: String?

    @Option(help: "Seconds after which a session ends that nobody uses.")
    var sessionSeconds = 7_200

    @Option(help: "The field of the external id.")
    var externalIDField = "LeadledgerId__c"

    @Flag(help: "The field of the external id takes a value more than once.")
    var notUnique = false

    @Option(help: "A further field, NAME__c or NAME__c:LENGTH; may be repeated.")
    var field: [String] = []

    @Option(help: "A field and the only values it takes, NAME=A,B; may be repeated.")
    var restricted: [String] = []

    @Option(help: "A field that the user may not write; may be repeated.")
    var readOnly: [String] = []

    @Option(help: "A duplicate rule on Email: none, alert (saved when the sender asks for it) or block.")
    var duplicateRule = SalesforceSettings.DuplicateRule.none

    @Option(help: "A value of the external id whose lead is converted and cannot be changed; may be repeated.")
    var converted: [String] = []

    @Option(help: "Requests that are taken on one day.")
    var dailyLimit = 100_000

    func validate() throws {
        guard clientSecretEnv != nil || certificate != nil else {
            throw ValidationError("one of --client-secret-env and --certificate must be there")
        }
        for text in field + [externalIDField] where SalesforceField(text) == nil {
            throw ValidationError("\(text) is no custom field: a name that ends in __c")
        }
        guard restricted.allSatisfy({ $0.contains("=") }) else { throw ValidationError("--restricted is NAME=A,B") }
        guard (1...86_400).contains(sessionSeconds) else { throw ValidationError("--session-seconds is 1 to 86400") }
        guard dailyLimit >= 0 else { throw ValidationError("--daily-limit is not negative") }
    }

    func run() async throws {
        var settings = SalesforceSettings(clientSecret: try clientSecretEnv.map(SimulatedSecret.text))
        settings.clientID = clientID
        if let certificate {
            guard let text = try? String(contentsOfFile: certificate, encoding: .utf8) else {
                throw ValidationError("\(certificate) cannot be read")
            }
            guard let key = AssertionKey(pem: text) else {
                throw ValidationError("\(certificate) has no RSA key in it")
            }
            settings.assertionKey = key
        }
        settings.username = username
        settings.audiences = Set(audience)
        settings.instance = instance.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        settings.sessionSeconds = sessionSeconds
        settings.externalIDField = externalIDField
        settings.isUnique = !notUnique
        settings.fields = field.compactMap { SalesforceField($0) }
        for text in restricted {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            settings.restricted[String(parts[0])] = parts[1].split(separator: ",").map(String.init)
        }
        settings.readOnly = Set(readOnly)
        settings.duplicateRule = duplicateRule
        settings.converted = Set(converted)
        settings.dailyLimit = dailyLimit
        let simulated = SimulatedServer(SalesforceService(settings), arrivals: try Arrivals(log: server.log))
        try await simulated.runAsProgram(port: server.port)
    }
}

extension SalesforceSettings.DuplicateRule: ExpressibleByArgument {}

import Application
import ArgumentParser
import Intake
import Leads
import OrderedJSON

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Appends one action of a customer.",
        discussion: """
            The same --id again answers with the first event and appends nothing. Without --id, the same action again \
            within 15 minutes is taken for the same.
            """)

    @Option(help: "Where it happened: AzureMarketplace, AzurePortal, TestDrive, SPZA, or any other text.")
    var source: String
    @Option(help: "What the customer did: INS, PLT, DNC, Create, StartTestDrive, or any other code.")
    var action: String
    @Option(help: "The offer, as publisher.offer.")
    var offer: String
    @Option var email: String?
    @Option var firstName: String?
    @Option var lastName: String?
    @Option var phone: String?
    @Option var country: String?
    @Option var company: String?
    @Option var title: String?
    @Option var description: String?
    @Option(help: "When it happened, as RFC 3339; now by default.")
    var at: Instant?
    @Option(help: "What makes it the same event when it comes again.")
    var id: String?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        for (name, value) in [("--source", source), ("--action", action), ("--offer", offer)]
        where value.allSatisfy(\.isWhitespace) {
            throw ValidationError("\(name) must not be empty")
        }
        try Self.refuseOverlong([
            ("--source", source), ("--action", action), ("--offer", offer), ("--country", country),
        ])
    }

    /// What an action is filed under has a limit of its own; see `IntakeLimits.term`.
    static func refuseOverlong(_ terms: [(name: String, value: String?)]) throws {
        for (name, value) in terms where !IntakeLimits.allowsTerm(value) {
            throw ValidationError("\(name) is longer than \(IntakeLimits.term) bytes")
        }
    }

    func run() async throws {
        var act = RecordAct(source: source, action: action, offer: offer)
        act.id = id
        act.at = at?.description
        act.email = email
        act.firstName = firstName
        act.lastName = lastName
        act.phone = phone
        act.country = country
        act.company = company
        act.title = title
        act.description = description
        let json = try await options.home().perform(act)
        if printRecord(json, options.output) { return }
        let seq = ListOutput.cell(json["seq"])
        print(
            json["duplicate"]?.bool == true
                ? "It was recorded before, as event \(seq); nothing was appended."
                : "Recorded as event \(seq), customer \(ListOutput.cell(json["customer"])).")
    }
}
